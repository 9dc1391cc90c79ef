"""The command line. Results on stdout, progress and warnings on stderr.

Exit codes: 0 every verdict as expected; 1 a property violated unexpectedly or a verdict that
differs from the expected one; 2 wrong use, an ill-formed model, a damaged file, a failure of the
tool; 3 inconclusive; 130 interrupted; 143 terminated; 141 where stdout is closed early.
Several: 2 before 1 before 3.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from contextlib import suppress
from io import TextIOWrapper, UnsupportedOperation
from pathlib import Path

import click
from click.shell_completion import shell_complete

from verifier.cli.errors import (
    colours,
    errors_printed,
    from_here,
    one_line,
    print_error,
    print_message,
)
from verifier.language.advice import did_you_mean
from verifier.language.errors import ModelError
from verifier.processes.lifetime import end_all
from verifier.processes.signals import WORDS, release

COMPLETE = "_NESTPROOF_COMPLETE"
"""The variable by which a shell asks for completions."""

COMMANDS = {
    "list": "systems, properties, expected verdicts",
    "check": "prove or refute properties, and audit the evidence",
    "show": "look at a counterexample or a proof",
    "simulate": "take steps by hand, at random, or along a trace",
    "gate": "what a change does to behaviour and verdicts, for CI",
    "diff": "what two versions of a system do differently",
    "mutate": "mutation testing: whether the properties detect one-place mistakes",
    "bugs": "known bugs of shipped systems, and which are reproduced",
    "cover": "steps, cases and branches that no execution takes",
    "audit": "check saved evidence again",
    "explain": "a rule, function, system or property with its source",
    "graph": "the reachable states as far as some fields go",
    "export": "a pair in a format that other tools read",
    "lab": "compare models/x86 with machines that nobody here wrote",
    "new": "write a small project of your own",
    "completion": "shell completion for bash, zsh or fish",
}

REPORTING = ("check", "gate")
"""Commands that report an interruption, also one that has come while they were loaded.

They call `release` themselves.
"""

WHY = {
    errno.EBADF: "it is closed",
    errno.EEXIST: "it is a file; expected a folder",
    errno.EISDIR: "it is a folder; expected a file",
}
"""Why a path or the output cannot be used, plainer than the system's own message."""


class _Commands(click.Group):
    """Each command is a module of this package, imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"verifier.cli.{name}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], COMMANDS, "`nestproof --help` lists the commands", 0.5)
            raise ModelError(f"`{args[0]}` is not a command", help=hint)
        name, command, rest = super().resolve_command(ctx, args)
        if name not in REPORTING:
            release()
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 as expected, 1 unexpected verdict, 2 wrong use or failure, "
    "3 inconclusive, 130 interrupted, 143 terminated by SIGTERM, 141 where stdout is closed early.",
)
@click.version_option(package_name="nestproof", prog_name="nestproof")
def nestproof() -> None:
    """Prove who owns the FPU when kernels and hypervisors share it lazily."""


def main() -> None:
    """Run the command line and exit."""
    _use_streams()
    with click.Context(nestproof, color=colours()).scope(cleanup=False):
        _run_and_exit()


def _run_and_exit() -> None:
    """Within a context that outlives the command's own: errors have colours where results have."""
    try:
        with errors_printed():
            code = _run()
            release()
            sys.stdout.flush()
            sys.exit(code)
    except (KeyboardInterrupt, click.exceptions.Abort):
        code = end_all()
        with suppress(OSError):
            print_message(WORDS[code], "no partly written file is left")
        try:
            sys.stdout.flush()
        except OSError:
            _drop_output()
        sys.exit(code)
    except click.ClickException as error:
        from verifier.cli.misuse import misuse

        print_error(misuse(error))
        sys.exit(2)
    except UnicodeEncodeError as error:
        what = f"`{error.object}` cannot be written in the encoding `{error.encoding}`"
        print_error(ModelError(what, help="use a locale with UTF-8, such as LC_ALL=C.UTF-8"))
        sys.exit(2)
    except BrokenPipeError:
        _drop_output()
        sys.exit(141)
    except OSError as error:
        where = f"`{from_here(str(error.filename))}`" if error.filename else "the output"
        with suppress(OSError):
            why = WHY.get(error.errno or 0) or error.strerror or error
            print_message("error", one_line(f"{where} cannot be used: {why}"))
        _drop_output()
        sys.exit(2)


def _run() -> int:
    """What click's own `main` does, which ends with 1 where stdout is closed early."""
    asked = os.environ.get(COMPLETE)
    if asked:
        release()
        return shell_complete(nestproof, {}, "nestproof", COMPLETE, asked)
    try:
        Path.cwd()
    except FileNotFoundError:
        raise ModelError("the folder you are in is gone", help="change to one there is") from None
    arguments = sys.argv[1:]
    if not arguments:
        click.echo(nestproof.get_help(click.Context(nestproof, info_name="nestproof")), err=True)
        return 2
    try:
        with nestproof.make_context("nestproof", arguments, color=colours()) as context:
            return nestproof.invoke(context) or 0
    except click.exceptions.Exit as end:
        return end.exit_code


def _use_streams() -> None:
    """A closed stdin or stderr is empty; what an encoding does not have is escaped.

    Nothing can be written to a closed stdout, which is a failure like a full one.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            access = os.O_RDONLY if name == "stdout" else os.O_RDWR
            setattr(sys, name, os.fdopen(os.open(os.devnull, access), mode))
        if isinstance(stream := getattr(sys, name), TextIOWrapper):
            with suppress(UnsupportedOperation):  # under a debugger, which has read from stdin
                stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Nothing more is written at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
