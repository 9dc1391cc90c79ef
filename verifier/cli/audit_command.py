"""`nestproof audit`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from verifier.catalogue import load, project_root
from verifier.cli.errors import wrong_file
from verifier.evidence.audit import kept_rejections, rejection
from verifier.evidence.files import DamagedFile, Evidence, read_any
from verifier.evidence.kept import Kept
from verifier.evidence.traces import Trace
from verifier.language.compiling import Compiled, compile_system
from verifier.language.functions import ModelFunction


@click.command("audit")
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
def command(files: tuple[Path, ...]) -> int:
    """Check saved evidence again, against the models as they are now."""
    catalogue = load(project_root(Path.cwd()))
    code = 0
    for file in files:
        try:
            evidence = read_any(file)
        except DamagedFile as damage:
            raise wrong_file(file, str(damage)) from None
        system = catalogue.system(evidence.system)
        properties = catalogue.properties_of(system)
        compiled = compile_system(system, properties)
        for goal, claim, why in _rejections(compiled, properties, evidence):
            pair = f"{evidence.system}/{goal}"
            if why is None:
                click.echo(f"{click.style('confirmed', fg='green')}  {file}: {pair} is {claim}")
            else:
                code = 1
                click.echo(f"{click.style('rejected', fg='red')}   {file}: {pair}: {why}")
    return code


def _rejections(
    compiled: Compiled, properties: Sequence[ModelFunction], evidence: Evidence | Kept
) -> Iterator[tuple[str, str, str | None]]:
    """What a file is about, what it claims, and why that is not shown; None where it is."""
    if isinstance(evidence, Kept):
        yield from kept_rejections(compiled, properties, evidence)
        return
    claim = "violated" if isinstance(evidence, Trace) else "proved"
    yield evidence.property, claim, rejection(compiled, properties, evidence)
