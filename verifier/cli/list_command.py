"""`nestproof list`."""

from __future__ import annotations

import click

from verifier.cli.completing import pairs
from verifier.cli.errors import print_message
from verifier.cli.here import project_here
from verifier.evidence.verdicts import Verdict
from verifier.language.plain_values import plural
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.loading import load

COLOURS = {Verdict.PROVED: "green", Verdict.VIOLATED: "yellow"}


@click.command("list")
@click.argument("patterns", metavar="[PATTERN]...", nargs=-1, shell_complete=pairs)
def command(patterns: tuple[str, ...]) -> int:
    """List systems, their properties, and the verdicts expected of them.

    A PATTERN is a pair, a system, a family, or has a `*`; without one everything is listed.
    """
    catalogue = load(project_here())
    catalogue.require_systems()
    chosen = catalogue.matching(patterns) if patterns else list(catalogue.pairs())
    names = dict.fromkeys(pair.system for pair in chosen) if patterns else catalogue.systems
    for warning in catalogue.warnings(names):
        print_message("warning", warning)
    for name in names:
        _show(catalogue, name, [pair for pair in chosen if pair.system == name])
    click.echo(f"{plural(len(names), 'system')}, {plural(len(chosen), 'pair')}", err=True)
    return 0


def _show(catalogue: Catalogue, name: str, pairs: list[Pair]) -> None:
    click.echo(f"{click.style(name, bold=True)}  {catalogue.systems[name].summary}".rstrip())
    for pair in pairs:
        expected = catalogue.expected.get(pair)
        verdict = click.style(expected, fg=COLOURS[expected]) if expected else ""
        click.echo(f"  {pair.property:24}{verdict}".rstrip())
