"""`nestproof diff`."""

from __future__ import annotations

from pathlib import Path

import click

from verifier.cli import options
from verifier.cli.completing import systems
from verifier.cli.errors import print_message
from verifier.cli.fitting import echo
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.show_command import styled
from verifier.cli.writing import writable_file, write_output
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.compile import compile_compared
from verifier.diff.compare import Difference, difference
from verifier.evidence.files import encoded
from verifier.evidence.verdicts import Limits
from verifier.gate.base_revision import past_of
from verifier.language.errors import ModelError
from verifier.language.plain_values import plural
from verifier.language.system import System
from verifier.project.branching import base_of
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.project.result_cache import Cache
from verifier.project.revisions import Base
from verifier.reports.diff_lines import difference_lines


@click.command("diff")
@click.argument("system", shell_complete=systems)
@click.argument("other", required=False, shell_complete=systems)
@options.base
@click.option("-o", "--output", type=options.FILE, help="Save an execution on which they differ.")
@options.timeout(60.0, "Seconds to find out which differences are reached.")
def command(
    system: str,
    other: str | None,
    revision: str | None,
    output: Path | None,
    timeout: float,
) -> int:
    """Show what SYSTEM does differently from before, or OTHER from SYSTEM.

    Decided for every state and every choice, not by text; each difference has an example. Exit
    code 0 without a behavioural change, 1 with one. With -o the shortest execution of OTHER that
    ends otherwise in SYSTEM is saved; `nestproof audit` checks that on both.
    """
    if other is not None and revision is not None:
        raise click.UsageError("give another system or --base, not both")
    if output is not None:
        if other is None:
            raise click.UsageError(
                "-o needs two systems: the execution of one says how they differ"
            )
        writable_file(output)
    root = project_here()
    catalogue = load(root)
    first = _behaviour(catalogue, system)
    if other is None:
        base = _base(root, revision)
        old, new, was = _before(base, system), first, f"{system} at {base.short}"
    else:
        old, new, was = first, _behaviour(catalogue, other), system
    with Reporter("comparing") as reporter:
        limits = Limits(depth=40, seconds=timeout)
        found = difference(old, new, limits, each=True, watch=reporter.watch)
    for line in difference_lines(found, was, styled):
        echo(line)
    if output is not None and other is not None:
        _save(found, catalogue.system(other), system, output)
    return 0 if found.none else 1


def _save(found: Difference, system: System, differs_from: str, output: Path) -> None:
    """Save the shortest execution of a system that ends otherwise in the other one."""
    from verifier.diff.differing_execution import differing_execution

    saved = differing_execution(found, system, differs_from)
    if saved is None:
        print_message("warning", "no execution on which they differ was reached; nothing is saved")
        return
    write_output(output, encoded(saved))
    echo(f"saved in {output}: {plural(len(saved.steps), 'step')} of {system.name}")


def _behaviour(catalogue: Catalogue, name: str) -> Behaviour:
    system = catalogue.system(name)
    return behaviour_of(compile_compared(system, catalogue.properties_of(system)))


def _base(root: Path, revision: str | None) -> Base:
    base = base_of(root, revision)
    if base is None:
        what = f"`{root}` has no earlier revision to compare with"
        raise ModelError(what, help="name two systems: nestproof diff SYSTEM OTHER")
    return base


def _before(base: Base, system: str) -> Behaviour:
    past = past_of(base, [system], None, Cache(None, Limits()), 1)
    reason = past.failures.get(system, past.failures.get(""))
    if reason is not None:
        raise ModelError(f"`{system}` cannot be compared with {base.short}: {reason}")
    if system not in past.before:
        raise ModelError(f"there is no `{system}` at {base.short}", help="it is new")
    return past.before[system].behaviour
