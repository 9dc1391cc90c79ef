"""`nestproof audit`."""

from __future__ import annotations

from pathlib import Path

import click

from verifier.catalogue import load, project_root
from verifier.cli.errors import wrong_file
from verifier.evidence.audit import rejection
from verifier.evidence.files import DamagedFile, read
from verifier.evidence.traces import Trace
from verifier.language.compiling import compile_system


@click.command("audit")
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
def command(files: tuple[Path, ...]) -> int:
    """Check saved evidence again, against the models as they are now."""
    catalogue = load(project_root(Path.cwd()))
    code = 0
    for file in files:
        try:
            evidence = read(file)
        except DamagedFile as damage:
            raise wrong_file(file, str(damage)) from None
        system = catalogue.system(evidence.system)
        properties = catalogue.properties_of(system)
        why = rejection(compile_system(system, properties), properties, evidence)
        verdict = "violated" if isinstance(evidence, Trace) else "proved"
        pair = f"{evidence.system}/{evidence.property}"
        if why is None:
            click.echo(f"{click.style('confirmed', fg='green')}  {file}: {pair} is {verdict}")
        else:
            code = 1
            click.echo(f"{click.style('rejected', fg='red')}   {file}: {pair}: {why}")
    return code
