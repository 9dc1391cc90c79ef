"""Whether bugs are still reproduced: from stored evidence where it is valid, else by a search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from verifier.bugs.recorded import OUTSIDE, REPRODUCED, Bug
from verifier.check.context import Context
from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.engines.portfolio import auto
from verifier.evidence.bundle import Run
from verifier.evidence.verdicts import Answer, Progress, Proved, Verdict, Violated, Watch
from verifier.execution.conversions import execution_along, execution_of_run, run_of
from verifier.execution.execution import Stopped
from verifier.gate.decide import SystemRequest, decide_system
from verifier.language.errors import ModelError
from verifier.language.examination import examine
from verifier.mutation.named import mutant_named
from verifier.processes.pool import NoProcess, reporting
from verifier.processes.worker import Lost
from verifier.project.catalogue import Catalogue, Pair

NOT_REPRODUCED, UNDECIDED = "not reproduced", "undecided"
CODES = {REPRODUCED: 0, OUTSIDE: 0, NOT_REPRODUCED: 1, UNDECIDED: 3}
"""As of `check`: a verdict that is not the recorded one, and one that is not known."""


@dataclass(frozen=True)
class Found:
    """What a search or stored evidence says of a claim; `error` is why there is no answer."""

    verdict: Verdict
    steps: int = 0
    reason: str = ""
    run: Run | None = None
    error: ModelError | None = None


@dataclass(frozen=True)
class Confirmation:
    """A bug as it is found now; `why` it is not as on record."""

    bug: Bug
    status: str
    why: str = ""
    run: Run | None = None
    error: ModelError | None = None

    @property
    def code(self) -> int:
        return 2 if self.error is not None else CODES[self.status]


Answers = Mapping[str, Found]
"""By the name of a pair, or of a bug that a mutant shows."""


def confirmed(
    context: Context, bugs: Sequence[Bug], stored: Mapping[str, Run]
) -> Iterator[Confirmation]:
    """Each bug, in the order given, as soon as all that it names is decided."""
    tasks = dict(_tasks(context.with_jobs(1), bugs, stored))
    found: dict[str, Found] = {}
    left = list(bugs)
    for name, answer in reporting(tasks, context.jobs, context.watch, in_order=False):
        found |= {name: _lost(answer)} if isinstance(answer, Lost) else answer
        if isinstance(answer, Lost):
            found |= {each: _lost(answer) for each in _named(name, bugs)}
        while left and all(each in found for each in _needed(left[0])):
            yield _confirmation(left.pop(0), found)
    yield from (_confirmation(bug, found) for bug in left)


def _needed(bug: Bug) -> list[str]:
    shown = [] if bug.before is None else [_key(bug)]
    return shown if bug.after is None else [*shown, str(bug.after)]


def _key(bug: Bug) -> str:
    """What is decided for a bug: its pair, or what its mutant does."""
    return f"bug {bug.id}" if bug.mutant else str(bug.before)


def _pairs(bugs: Sequence[Bug]) -> dict[str, list[str]]:
    """The properties that bugs name, mutants aside, by system."""
    found: dict[str, dict[str, None]] = {}
    for bug in bugs:
        for pair in (None if bug.mutant else bug.before, bug.after):
            if pair is not None:
                found.setdefault(pair.system, {})[pair.property] = None
    return {system: list(groups) for system, groups in found.items()}


def _named(system: str, bugs: Sequence[Bug]) -> list[str]:
    return [str(Pair(system, group)) for group in _pairs(bugs).get(system, ())]


def _tasks(
    context: Context, bugs: Sequence[Bug], stored: Mapping[str, Run]
) -> Iterator[tuple[str, partial[Answers]]]:
    """A task for each system, and one for each mutant."""
    recorded = {bug.before: bug.steps for bug in bugs if bug.before and bug.steps}
    for system, groups in _pairs(bugs).items():
        steps = {pair.property: n for pair, n in recorded.items() if pair.system == system}
        yield system, partial(_pairs_decided, context, system, groups, steps)
    for bug in bugs:
        if bug.mutant is not None:
            yield _key(bug), partial(_mutant_decided, context, bug, stored.get(bug.id))


def _pairs_decided(
    context: Context, system: str, groups: Sequence[str], steps: Mapping[str, int], watch: Watch
) -> Answers:
    """A system's properties, as the gate decides them; `steps` are those on record.

    A stored execution may be longer than a shortest one: then one of so many steps is searched.
    """
    decided = decide_system(context, SystemRequest(system, groups), None, (), watch)
    found = {}
    for result in decided.results:
        depth, most = result.depth, steps.get(result.property, result.depth)
        if result.verdict is Verdict.VIOLATED and most < depth:
            compiled, limits = context.compiled(system), replace(context.limits, depth=most)
            answer = bmc(compiled.circuit, [result.property], limits, watch)[result.property]
            depth = answer.depth if isinstance(answer, Violated) else depth
        found[str(result.pair)] = Found(result.verdict, depth, result.reason, None, result.error)
    return found


def _mutant_decided(context: Context, bug: Bug, run: Run | None, watch: Watch) -> Answers:
    """A system with a mistake, in this process: its stored execution, or a search for one."""
    assert bug.before
    assert bug.mutant
    try:
        named = mutant_named(bug.mutant)
        with named.in_place():
            found = _replayed(context, bug.before, run)
        if found is None:
            _examine(context.catalogue)
            with named.in_place():
                found = _searched(context, bug.before, watch)
    except NoProcess:
        raise
    except ModelError as error:
        placed = error if error.place else ModelError(error.message, bug.place, error.help)
        found = Found(Verdict.UNKNOWN, reason=error.message, error=placed)
    return {_key(bug): found}


def _examine(catalogue: Catalogue) -> None:
    """Examine the functions as they are: with a mistake they are not their files' any more.

    Those that are refused are so again when a run comes to them.
    """
    for functions in catalogue.functions.values():
        for function in functions:
            with suppress(ModelError):
                examine(function.body)


def _replayed(context: Context, pair: Pair, run: Run | None) -> Found | None:
    """The stored execution, if it still violates the property."""
    if run is None:
        return None
    system = context.catalogue.systems[pair.system]
    execution = execution_of_run(system, context.catalogue.properties_of(system), run)
    if isinstance(execution, Stopped) or isinstance(execution.violation(pair.property), Stopped):
        return None
    return Found(Verdict.VIOLATED, len(run.moves), run=run)


def _searched(context: Context, pair: Pair, watch: Watch) -> Found:
    """A shortest execution that violates the property, or that there is none."""
    system = context.catalogue.systems[pair.system]
    watch(Progress("compile", 0, pair.system))
    properties = context.catalogue.properties_of(system)
    compiled = compile_system(system, [f for f in properties if f.group == pair.property])
    if pair.property not in compiled.circuit.bad:
        return Found(Verdict.PROVED)
    answers: Mapping[str, Answer] = auto(
        compiled.circuit, [pair.property], context.limits, watch, context.jobs
    )
    answer = answers[pair.property]
    if isinstance(answer, Violated):
        run = run_of(execution_along(compiled, answer.path))
        return _replayed(context, pair, run) or Found(Verdict.UNKNOWN, reason="it does not replay")
    if isinstance(answer, Proved):
        return Found(Verdict.PROVED)
    return Found(Verdict.UNKNOWN, reason=answer.reason)


def _lost(answer: Lost) -> Found:
    return Found(Verdict.UNKNOWN, reason=answer.reason, error=answer.error)


def _confirmation(bug: Bug, found: Answers) -> Confirmation:
    """What was found of a bug against what is on record."""
    if bug.before is None:
        return Confirmation(bug, OUTSIDE)
    before = found[_key(bug)]
    after = Found(Verdict.PROVED) if bug.after is None else found[str(bug.after)]
    error = before.error or after.error
    if error is not None:
        return Confirmation(bug, UNDECIDED, error.message, error=error)
    wrong = [
        f"{bug.shown_by} is {before.verdict}" * (before.verdict is not Verdict.VIOLATED),
        f"{bug.after} is {after.verdict}" * (after.verdict is not Verdict.PROVED),
    ]
    if any(wrong):
        unknown = Verdict.UNKNOWN in (before.verdict, after.verdict)
        reasons = [*filter(None, [*wrong, before.reason, after.reason])]
        return Confirmation(bug, UNDECIDED if unknown else NOT_REPRODUCED, ": ".join(reasons))
    if before.steps != bug.steps:
        why = f"it takes {before.steps} steps, and {bug.steps} are on record"
        return Confirmation(bug, NOT_REPRODUCED, why, before.run)
    return Confirmation(bug, REPRODUCED, run=before.run)
