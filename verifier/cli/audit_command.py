"""`nestproof audit`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from verifier.catalogue import Catalogue, load, project_root
from verifier.cli import options
from verifier.cli.errors import one_line, tell, wrong_file
from verifier.cli.progress import Reporter
from verifier.compiler.compile import compile_compared
from verifier.evidence.audit import kept_rejections, rejection
from verifier.evidence.files import DamagedFile, Evidence, read_any
from verifier.evidence.kept import Kept
from verifier.evidence.traces import Trace
from verifier.language.errors import ModelError
from verifier.parallel import Lost, within

Said = tuple[str, str, str | None]
"""A goal, what is claimed of it, and why that is not shown; None where it is."""


@click.command("audit")
@click.argument("files", nargs=-1, required=True, type=options.FILE)
@options.timeout(300.0, "Seconds for each file.")
def command(files: tuple[Path, ...], timeout: float) -> int:
    """Check saved evidence again, against the models as they are now.

    A file that cannot be audited does not keep the others from it.
    """
    catalogue = load(project_root(Path.cwd()))
    codes = []
    for file in files:
        try:
            codes.append(_audited(catalogue, file, timeout))
        except ModelError as error:
            tell(error)
            codes.append(2)
    return next((code for code in (2, 1, 3) if code in codes), 0)


def _audited(catalogue: Catalogue, file: Path, timeout: float) -> int:
    """Say what becomes of a file's claims: 0 all are confirmed, 1 one is rejected, 3 unknown."""
    try:
        evidence = read_any(file)
    except DamagedFile as damage:
        raise wrong_file(file, str(damage)) from None
    catalogue.system(evidence.system)
    with Reporter("auditing") as reporter:
        task = partial(_judged, catalogue, evidence)
        found = within(timeout, str(file), task, reporter.watch)
    if isinstance(found, Lost):
        says = one_line(f"{file}: {evidence.system}: its audit was {found.reason}")
        click.echo(f"{click.style('unknown', fg='yellow')}    {says}")
        return 3
    for goal, claim, why in found:
        pair = f"{evidence.system}/{goal}"
        if why is None:
            says = one_line(f"{file}: {pair} is {claim}")
            click.echo(f"{click.style('confirmed', fg='green')}  {says}")
        else:
            says = one_line(f"{file}: {pair}: {why}")
            click.echo(f"{click.style('rejected', fg='red')}   {says}")
    return int(any(why is not None for _, _, why in found))


def _judged(catalogue: Catalogue, evidence: Evidence | Kept) -> list[Said]:
    return list(_said(catalogue, evidence))


def _said(catalogue: Catalogue, evidence: Evidence | Kept) -> Iterator[Said]:
    system = catalogue.system(evidence.system)
    properties = catalogue.properties_of(system)
    compiled = compile_compared(system, properties)
    if isinstance(evidence, Kept):
        yield from kept_rejections(compiled, properties, evidence)
        return
    goal, claim = evidence.property, "proved"
    if isinstance(evidence, Trace):
        goal, claim = (evidence.case, "reached") if evidence.case else (goal, "violated")
    yield goal, claim, rejection(compiled, properties, evidence)
