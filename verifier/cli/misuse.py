"""Click's errors about a command line, with a place and help as our own errors have."""

from __future__ import annotations

import re

import click

from verifier.cli.errors import backquoted
from verifier.language.advice import did_you_mean
from verifier.language.errors import ModelError

RANGE = re.compile(r"is not in the ([\d.e+]+)<=x<=([\d.e+]+)")


def misuse(error: click.ClickException) -> ModelError:
    """Click's error as one of ours; our own unchanged."""
    if isinstance(error, click.BadOptionUsage) and error.ctx is None:
        return ModelError(_plain(error.message), help="see the command's `--help`")
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return ModelError(error.format_message())
    command = error.ctx.command_path
    more = f"see `{command} --help`"
    if isinstance(error, click.NoSuchOption):
        options = [option for param in error.ctx.command.params for option in param.opts]
        hint = did_you_mean(error.option_name, options, more, 0.5)
        return ModelError(f"`{command}` has no option `{error.option_name}`", help=hint)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return ModelError(f"`{command}` needs {_name(error.param)}", help=_options(error) or more)
    if isinstance(error, click.BadParameter) and error.param is not None:
        what = _plain(error.message).replace(" integer range", " integer").replace(" range", "")
        what = RANGE.sub(r"is not between \1 and \2", what)
        if isinstance(error.param.type, click.Choice):
            what = what.split(" is not one of")[0] + " is not one that there is"
        return ModelError(f"{_name(error.param)}: {what}", help=_options(error) or more)
    return ModelError(_plain(error.message), help=more)


def _name(param: click.Parameter) -> str:
    """An option by its longest name, an argument as the help calls it."""
    if isinstance(param, click.Option):
        return f"`{max(param.opts, key=len)}`"
    if param.metavar is not None:
        return param.metavar
    return (param.name or "?").upper()


def _options(error: click.BadParameter) -> str:
    """What a choice can be; empty where it is none."""
    kind = error.param.type if error.param is not None else None
    if not isinstance(kind, click.Choice):
        return ""
    return f"one of {backquoted(kind.choices)}"


def _plain(message: str) -> str:
    """A message of click's in our style: no capital, no full stop, backquotes."""
    text = message.rstrip(".").replace("'", "`")
    return text[:1].lower() + text[1:]
