"""`nestproof audit`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

import click

from verifier.audit.audit import Audited, Status, audited, claimed
from verifier.check.result import exit_code
from verifier.check.vacuity import missing_witness, witness_goals
from verifier.cli import options
from verifier.cli.errors import one_line, print_error, print_message, wrong_file
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.bundle import Bundle
from verifier.evidence.files import DamagedFile, Saved, UnknownKey, read_any
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.verdicts import Limits, Progress, Verdict
from verifier.execution.execution import Stopped
from verifier.language.errors import ModelError
from verifier.language.plain_values import plural
from verifier.processes.lifetime import end_all
from verifier.processes.pool import messages
from verifier.processes.signals import WORDS, shielded
from verifier.processes.worker import Lost, Send
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.viewer.markup import inert

COLOURS: dict[Status, str] = {"confirmed": "green", "rejected": "red", "unknown": "yellow"}
LOOK = 0.2
"""Seconds between two looks at the clock."""
CODES: dict[Status, int] = {"confirmed": 0, "rejected": 1, "unknown": 3}


@click.command("audit")
@click.argument("files", nargs=-1, required=True, type=options.ANY)
@options.timeout(300.0, "Seconds for each file.")
def command(files: tuple[Path, ...], timeout: float) -> int:
    """Check saved evidence again, against the models as they are now.

    Each claim is confirmed, rejected with the reason, or unknown. A file that cannot be read does
    not end the audit of the others. Exit code 0 where all is confirmed, 2 a damaged file,
    1 a rejected claim, 3 an unknown one.
    """
    catalogue = load(project_here())
    codes: list[int] = []
    try:
        with Reporter("auditing", len(files)) as reporter:
            run = _Run(catalogue, len(files), timeout, reporter, codes)
            for number, file in enumerate(files, 1):
                _report(run, file, number)
                reporter.done()
    except KeyboardInterrupt:
        code = end_all()
        claims = plural(sum(each in CODES.values() for each in codes), "claim")
        print_message(WORDS[code], f"{claims} audited, the others not")
        return code
    return exit_code(codes)


@dataclass
class _Run:
    """What is asked for, and what has been found so far."""

    catalogue: Catalogue
    files: int
    timeout: float
    reporter: Reporter
    codes: list[int]


def _report(run: _Run, file: Path, number: int) -> None:
    """A line for each claim of a file, as soon as it is audited."""
    name = inert(str(file))
    doing = Progress("audit", 0, f"{name}, file {number} of {run.files}")
    try:
        for one, about in _audited(run, file, partial(run.reporter.watch, doing)):
            with shielded():
                run.reporter.clear()
                _print(file, one, about)
                run.reporter.resume()
                run.codes.append(CODES[one.status])
    except ModelError as error:
        run.reporter.clear()
        print_error(error)
        run.reporter.resume()
        run.codes.append(2)


def _print(file: Path, one: Audited, about: str) -> None:
    """A line for one claim."""
    line = one_line(f"{file}: {about}: {one.text}")
    click.echo(f"{click.style(one.status, fg=COLOURS[one.status])} {line}")


def _audited(run: _Run, file: Path, beat: Callable[[], None]) -> Iterator[tuple[Audited, str]]:
    """The audit of each of a file's claims, with the pair that it is about."""
    try:
        evidence = read_any(file)
    except UnknownKey as unknown:
        yield Audited("", "rejected", str(unknown)), unknown.about
        return
    except DamagedFile as damage:
        raise wrong_file(file, str(damage)) from None
    found: Iterable[Audited]
    if evidence.system not in run.catalogue.systems:
        why = f"there is no system `{evidence.system}`"
        found = [Audited(goal, "rejected", why) for goal in claimed(evidence) or [""]]
    else:
        found = _judged(run, evidence, str(file), beat)
    for one in found:
        differs = isinstance(evidence, SavedTrace) and evidence.differs_from
        yield one, f"{evidence.system}{' ' if differs else '/'}{one.goal}".rstrip("/")


def _judged(
    run: _Run, evidence: Saved | Bundle, name: str, beat: Callable[[], None]
) -> Iterator[Audited]:
    """Each claim as it is audited in a process of its own, which ends in time whatever it holds."""
    ends = monotonic() + run.timeout
    left, lost = claimed(evidence) or [""], None
    with closing(messages({name: partial(_judge, run.catalogue, evidence)}, LOOK)) as incoming:
        for message in incoming:
            beat()
            if message is not None and isinstance(message[1], Lost):
                lost = message[1]
            elif message is not None:
                left = [goal for goal in left if goal != message[1].goal]
                yield message[1]
            if lost is None and monotonic() > ends:
                lost = Lost(f"timed out after {run.timeout:g} s")
                break
    if lost is not None:
        for goal in left:
            yield Audited(goal, "unknown", f"not audited: {lost.reason}")


def _judge(catalogue: Catalogue, evidence: Saved | Bundle, send: Send) -> None:
    """Report the audit of each claim; what is found before the judge gives up counts."""
    from verifier.audit.solvers import Undecided

    system = catalogue.system(evidence.system)
    if isinstance(evidence, SavedTrace) and evidence.differs_from:
        send(_compared(catalogue, evidence))
        return
    properties = catalogue.properties_of(system)
    compiled = compile_compared(system, properties)
    witnesses = witness_goals(system, properties, claimed(evidence))
    known, occur = set[str](), set[str]()
    try:
        for one in audited(compiled, evidence, witnesses):
            if (one.status, one.text) == ("confirmed", "proved"):
                send(witnessed(compiled, one, occur))
            else:
                occur |= {one.goal} if one.text.startswith("reached") else set()
                send(one)
            known.add(one.goal)
    except Undecided as undecided:
        for goal in claimed(evidence):
            if goal not in known:
                send(Audited(goal, "unknown", str(undecided)))


def _compared(catalogue: Catalogue, saved: SavedTrace) -> Audited:
    """Whether an execution ends otherwise than the same steps of the other system."""
    from verifier.audit.differing import ending

    [goal] = claimed(saved)
    other = catalogue.systems.get(saved.differs_from)
    if other is None:
        return Audited(goal, "rejected", f"there is no system `{saved.differs_from}`")
    if saved.property or saved.case:
        return Audited(goal, "rejected", "it has two claims")
    found = ending(catalogue.systems[saved.system], other, saved)
    if isinstance(found, Stopped):
        return Audited(goal, "rejected", str(found))
    return Audited(goal, "confirmed", f"after {plural(len(saved.steps), 'step')} {found}")


def witnessed(compiled: TransitionSystem, one: Audited, known: Collection[str]) -> Audited:
    """A proof shows nothing where a step never fires or a case never occurs, as far as is known."""
    empty = missing_witness(compiled, one.goal, known, Limits())
    if empty is None:
        return one
    if empty.verdict is Verdict.VACUOUS:
        return Audited(one.goal, "confirmed", "vacuous")
    return Audited(one.goal, "unknown", f"its proof holds; {empty.reason}")
