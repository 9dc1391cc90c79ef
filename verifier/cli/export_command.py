"""`nestproof export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from verifier.catalogue import load, project_root
from verifier.cli import options
from verifier.cli.completing import pairs
from verifier.cli.writing import write_output
from verifier.compiler.compile import compile_compared
from verifier.language.errors import ModelError


@click.command("export")
@click.argument("pair", shell_complete=pairs)
@click.option(
    "--format", "kind", type=click.Choice(["aiger", "smt2"]), required=True, help="What to write."
)
@options.output
def command(pair: str, kind: str, output: Path | None) -> int:
    """Write a PAIR as a transition system that other tools read."""
    from verifier.formats.aiger import write_aiger
    from verifier.formats.smt2 import write_smt2

    catalogue = load(project_root(Path.cwd()))
    chosen = catalogue.matching([pair])
    if len(chosen) > 1:
        raise ModelError(
            f"`{pair}` names {len(chosen)} pairs", mend=f"name one of them, such as `{chosen[0]}`"
        )
    system, group = catalogue.systems[chosen[0].system], chosen[0].property
    compiled = compile_compared(system, catalogue.properties_of(system))
    if group not in compiled.circuit.bad:
        raise ModelError(f"`{chosen[0]}` has witnesses only", mend="export another property")
    circuit = compiled.circuit.restricted([group])
    if kind == "aiger":
        content = write_aiger(circuit, [group])
    else:
        content = write_smt2(circuit, group).encode()
    if output is None:
        if kind == "aiger" and sys.stdout.isatty():
            raise ModelError(
                "AIGER is binary and this is a terminal", mend=f"`-o {group}.aig`, or a pipe"
            )
        click.echo(content, nl=False)
        return 0
    write_output(output, content)
    return 0
