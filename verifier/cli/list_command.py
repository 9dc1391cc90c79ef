"""`nestproof list`."""

from __future__ import annotations

import click
import msgspec

from verifier.cli.completing import pairs
from verifier.cli.errors import print_message
from verifier.cli.here import project_here
from verifier.evidence.verdicts import Verdict
from verifier.language.plain_values import plural
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.loading import load
from verifier.reports.matrix import cells, matrix

COLOURS = {Verdict.PROVED: "green", Verdict.VIOLATED: "yellow"}


@click.command("list")
@click.argument("patterns", metavar="[PATTERN]...", nargs=-1, shell_complete=pairs)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(patterns: tuple[str, ...], as_json: bool) -> int:
    """List systems, their properties, and the verdicts expected of them.

    A PATTERN is a pair, a system, a family, or has a `*`; without one everything is listed.
    """
    catalogue = load(project_here())
    catalogue.require_systems()
    chosen = catalogue.matching(patterns) if patterns else list(catalogue.pairs())
    names = list(dict.fromkeys(pair.system for pair in chosen) if patterns else catalogue.systems)
    for warning in catalogue.warnings(names):
        print_message("warning", warning)
    if as_json:
        click.echo(_document(catalogue, names, chosen))
        return 0
    for name in names:
        _show(catalogue, name, [pair for pair in chosen if pair.system == name])
    expected = {pair: catalogue.expected.get(pair) for pair in chosen}
    for line in matrix(cells(expected, catalogue.expected)):
        click.echo(line)
    click.echo(f"{plural(len(names), 'system')}, {plural(len(chosen), 'pair')}", err=True)
    return 0


def _show(catalogue: Catalogue, name: str, pairs: list[Pair]) -> None:
    click.echo(f"{click.style(name, bold=True)}  {catalogue.systems[name].summary}".rstrip())
    for pair in pairs:
        expected = catalogue.expected.get(pair)
        verdict = click.style(expected, fg=COLOURS[expected]) if expected else ""
        click.echo(f"  {pair.property:24}{verdict}".rstrip())


def _document(catalogue: Catalogue, names: list[str], chosen: list[Pair]) -> bytes:
    """What is listed as one JSON document; `expected` is null where no verdict is on record."""
    systems = [
        {
            "name": name,
            "summary": (system := catalogue.systems[name]).summary,
            "steps": [step.name for step in system.actions],
            "fields": [leaf.path for leaf in system.layout.leaves],
            "pairs": [
                {"property": pair.property, "expected": catalogue.expected.get(pair)}
                for pair in chosen
                if pair.system == name
            ],
        }
        for name in names
    ]
    return msgspec.json.format(msgspec.json.encode({"schema": 1, "systems": systems}), indent=1)
