"""`nestproof audit`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from verifier.catalogue import Catalogue, load
from verifier.checking import witness_goals
from verifier.cli import options
from verifier.cli.errors import one_line, tell, wrong_file
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.compiler.compile import compile_compared
from verifier.evidence.audit import Audited, Status, audited, claimed
from verifier.evidence.files import DamagedFile, Saved, UnknownKey, read_any
from verifier.evidence.kept import Kept
from verifier.evidence.verdicts import Progress
from verifier.language.errors import ModelError
from verifier.processes.pool import within
from verifier.processes.worker import Lost

COLOURS: dict[Status, str] = {"confirmed": "green", "rejected": "red", "unknown": "yellow"}
CODES: dict[Status, int] = {"confirmed": 0, "rejected": 1, "unknown": 3}


@click.command("audit")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@options.timeout(300.0, "Seconds for each file.")
def command(files: tuple[Path, ...], timeout: float) -> int:
    """Check saved evidence again, against the models as they are now.

    Each claim is confirmed, rejected with the reason, or unknown. A file that cannot be read does
    not end the audit of the others. Exit code 0 where all is confirmed, 2 a damaged file,
    1 a rejected claim, 3 an unknown one.
    """
    catalogue = load(project_here())
    codes = []
    for file in files:
        try:
            for one, about in _audited(catalogue, file, timeout):
                _print(file, one, about)
                codes.append(CODES[one.status])
        except ModelError as error:
            tell(error)
            codes.append(2)
    return next((code for code in (2, 1, 3) if code in codes), 0)


def _print(file: Path, one: Audited, about: str) -> None:
    """A line for one claim."""
    said = one_line(f"{file}: {about}: {one.text}")
    click.echo(f"{click.style(one.status, fg=COLOURS[one.status])} {said}")


def _audited(catalogue: Catalogue, file: Path, timeout: float) -> list[tuple[Audited, str]]:
    """What becomes of each of a file's claims, with the pair that it is about."""
    try:
        evidence = read_any(file)
    except UnknownKey as unknown:
        return [(Audited("", "rejected", str(unknown)), unknown.about)]
    except DamagedFile as damage:
        raise wrong_file(file, str(damage)) from None
    if evidence.system not in catalogue.systems:
        why = f"there is no system `{evidence.system}`"
        found = [Audited(goal, "rejected", why) for goal in claimed(evidence) or [""]]
    else:
        found = _judged(catalogue, evidence, str(file), timeout)
    return [(one, f"{evidence.system}/{one.goal}".rstrip("/")) for one in found]


def _judged(
    catalogue: Catalogue, evidence: Saved | Kept, name: str, timeout: float
) -> list[Audited]:
    """The audit in a process of its own, which ends in time whatever the file holds."""
    with Reporter("auditing") as reporter:
        reporter.watch(Progress("audit", 0, evidence.system))
        found = within(timeout, name, partial(_list, catalogue, evidence), reporter.watch)
    if isinstance(found, Lost):
        why = f"not audited: {found.reason}"
        return [Audited(goal, "unknown", why) for goal in claimed(evidence) or [""]]
    return found


def _list(catalogue: Catalogue, evidence: Saved | Kept) -> list[Audited]:
    from verifier.evidence.judges import Undecided

    system = catalogue.system(evidence.system)
    properties = catalogue.properties_of(system)
    compiled = compile_compared(system, properties)
    witnesses = witness_goals(system, properties, claimed(evidence))
    found: list[Audited] = []
    try:
        for one in audited(compiled, properties, evidence, witnesses):
            found.append(one)  # what is found before the judge gives up counts
    except Undecided as undecided:
        known = {one.goal for one in found}
        left = [goal for goal in claimed(evidence) if goal not in known]
        found += [Audited(goal, "unknown", str(undecided)) for goal in left]
    return found
