"""`nestproof audit`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from verifier.catalogue import load, project_root
from verifier.cli.errors import one_line, wrong_file
from verifier.cli.limits import SECONDS
from verifier.evidence.audit import rejection
from verifier.evidence.files import DamagedFile, read
from verifier.evidence.traces import Trace
from verifier.language.compiling import compile_system
from verifier.parallel import Lost, within


@click.command("audit")
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--timeout",
    type=SECONDS,
    default=300.0,
    show_default=True,
    help="Seconds for each file.",
)
def command(files: tuple[Path, ...], timeout: float) -> int:
    """Check saved evidence again, against the models as they are now."""
    catalogue = load(project_root(Path.cwd()))
    codes = [0]
    for file in files:
        try:
            evidence = read(file)
        except DamagedFile as damage:
            raise wrong_file(file, str(damage)) from None
        system = catalogue.system(evidence.system)
        properties = catalogue.properties_of(system)
        compiled = compile_system(system, properties)
        task = partial(rejection, compiled, properties, evidence)
        why = within(timeout, str(file), task)
        verdict = "violated" if isinstance(evidence, Trace) else "proved"
        pair = f"{evidence.system}/{evidence.property}"
        if why is None:
            says = one_line(f"{file}: {pair} is {verdict}")
            click.echo(f"{click.style('confirmed', fg='green')}  {says}")
        elif isinstance(why, Lost):
            codes.append(3)
            says = one_line(f"{file}: {pair}: its audit was {why.reason}")
            click.echo(f"{click.style('unknown', fg='yellow')}    {says}")
        else:
            codes.append(1)
            says = one_line(f"{file}: {pair}: {why}")
            click.echo(f"{click.style('rejected', fg='red')}   {says}")
    return next((code for code in (1, 3) if code in codes), 0)
