"""One system at the gate: compiled, compared with what it was, and decided from what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter

from verifier.audit.trace_replay import moves_of
from verifier.check.check import Result, decide, ill_formed
from verifier.check.evidence_lookup import Memory
from verifier.check.reuse import Reusing, rejected, sound_evidence
from verifier.check.shared_invariant import shared
from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.digest import everything
from verifier.compiler.transition_system import TransitionSystem
from verifier.diff.compare import Difference, difference
from verifier.diff.correspondence import Names, new_names
from verifier.engines.contract import Engine
from verifier.engines.portfolio import auto
from verifier.evidence.bundle import Kept, Run, kept
from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Answer, Clause, Limits, Progress, Verdict, Watch, silent
from verifier.execution.conversions import moves_of_run
from verifier.execution.machine import ASSERTIONS, Stopped
from verifier.explain.counterexample import trace_of_moves
from verifier.explain.explain import explained
from verifier.gate.base_revision import Before
from verifier.gate.divergence import Departure, Hunk, departure
from verifier.gate.hidden import Hidden, hidden
from verifier.gate.weakened.claims import claims_of
from verifier.gate.weakened.comparing import Compared, compared, renamed_goals
from verifier.language.errors import ModelError
from verifier.language.system import System
from verifier.processes.pool import NoProcess
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.circuit_cache import Circuits
from verifier.project.result_cache import Cache

AUDITED = "earlier evidence, audited"
FOUND = "the execution has just been found or audited"


@dataclass(frozen=True)
class Decided:
    """What the gate knows of a system's pairs, and how it knows."""

    system: str
    results: tuple[Result, ...]
    how: Mapping[str, str]
    """Per property, where its verdict comes from."""
    moved: tuple[str, ...]
    """Properties whose verdict depends on another circuit than at the base."""
    change: Difference | None
    """What the system does differently from the base; None where it was not compared."""
    kept: Kept
    """What of its evidence is worth keeping."""
    departures: Mapping[str, Departure]
    """Per violated property, where the counterexample leaves the way of the base."""
    seconds: float
    warnings: tuple[str, ...] = ()
    judged: Compared | None = None
    """What it is judged by less than at the base; None where it was not compared."""
    hidden: Hidden = field(default_factory=Hidden)
    """What it may hide that its steps can do less."""


def decide_system(
    catalogue: Catalogue,
    name: str,
    asked: Sequence[str] | None,
    before: Before | None,
    limits: Limits,
    cache: Cache,
    circuits: Circuits,
    hunks: Sequence[Hunk],
    jobs: int,
    keeping: bool = False,
    watch: Watch = silent,
) -> Decided:
    """Audit what is kept of a system; search only for what does not hold any more.

    Evidence that is kept is worth making small and readable; so is what nobody expected. Where only
    some properties are asked for, what is kept about the others is left as it is.
    """
    begin = perf_counter()
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    try:
        compiled = circuits.compiled(system, properties)
    except ModelError as error:
        pairs = [pair.property for pair in catalogue.pairs_of(system)]
        return undecided(name, ill_formed(name, pairs if asked is None else asked, error))
    pairs = [pair.property for pair in catalogue.pairs_of(system)]
    asserts = ASSERTIONS in compiled.circuit.bad
    every = list(dict.fromkeys([*pairs, ASSERTIONS])) if asserts else pairs
    groups = every if asked is None else list(asked)
    names = Names() if before is None else new_names(before.behaviour, behaviour_of(compiled))
    memory = Memory(catalogue.root, compiled, groups, cache, names)
    sound = sound_evidence(compiled, memory, groups)
    engine = Reusing(compiled, memory, partial(_search, jobs))
    try:
        results = decide(compiled, groups, engine, limits, watch, sound=sound)
    except NoProcess:
        raise
    except ModelError as error:
        return undecided(name, ill_formed(name, groups, error))
    proofs, runs = _evidence(system, results, engine, sound)
    memory.remember(
        {goal: proof for goal, proof in proofs.items() if _is_new(goal, engine)},
        {goal: run for goal, run in runs.items() if _is_new(goal, engine)},
    )
    if keeping and any(_is_new(goal, engine) for goal in (*proofs, *runs)):
        watch(Progress("minimise", 0, name))
        proofs = shared(compiled, proofs)
    now = None if before is None else claims_of(system, properties)
    moved, change = _compared(before, now, compiled, memory, groups)
    still = [group for group in groups if group not in moved]
    doubts = [
        f"the stored evidence of {name}/{group} is rejected: {reason}"
        for group, reason in rejected(compiled, memory, sound, still).items()
    ]
    results = [_written(catalogue, compiled, r, runs, r.property in moved) for r in results]
    concealed = Hidden()
    if before is not None and change is not None:
        expected = {g: catalogue.expected.get(Pair(name, g), Verdict.PROVED) for g in groups}
        concealed = hidden(
            before, compiled, change, results, expected.__getitem__, hunks, limits, watch
        )
    return Decided(
        system=name,
        results=tuple(results),
        how={r.property: engine.how.get(r.property, AUDITED) for r in results},
        moved=tuple(moved),
        change=change,
        kept=kept(name, proofs, runs) if asked is None else memory.file_with(proofs, runs),
        departures=_departures(before, names, results, hunks) if moved else {},
        judged=_judged(before, now, compiled, change),
        hidden=concealed,
        seconds=perf_counter() - begin,
        warnings=(
            *memory.warnings,
            *doubts,
            *concealed.warnings,
            *concealed.unknown,
            *((cache.complaint,) if cache.complaint else ()),
        ),
    )


def undecided(name: str, results: Sequence[Result]) -> Decided:
    """A system of which nothing is known but why."""
    how = {result.property: result.reason for result in results}
    return Decided(name, tuple(results), how, (), None, kept(name, {}, {}), {}, 0.0)


def _compared(
    before: Before | None,
    now: Behaviour | None,
    compiled: TransitionSystem,
    memory: Memory,
    groups: Sequence[str],
) -> tuple[list[str], Difference | None]:
    """The properties that a change may touch, and what it does; new names alone touch none."""
    if before is None or now is None:
        return [], None
    was, new = before.behaviour, behaviour_of(compiled)
    moved = [group for group in groups if before.digests.get(group) != memory.digest(group)]
    same = was.possibilities == new.possibilities
    if not moved and same and everything(was.circuit) == everything(new.circuit):
        return [], None
    change = difference(was, new, goals=renamed_goals(before.claims, now))
    return ([] if change.is_idle else moved), change


def _judged(
    before: Before | None,
    now: Behaviour | None,
    compiled: TransitionSystem,
    change: Difference | None,
) -> Compared | None:
    """What is claimed of the system against what was; what it does is compared where it differs."""
    if before is None or now is None:
        return None
    new = behaviour_of(compiled)
    was = before.expected
    violated = [group for group, verdict in was.items() if verdict == Verdict.VIOLATED]
    return compared(before.behaviour, new, before.claims, now, change, before.moved, violated)


def _is_new(goal: str, engine: Reusing) -> bool:
    return engine.how.get(goal, "").startswith("searched")


def _evidence(
    system: System,
    results: Sequence[Result],
    engine: Reusing,
    sound: Mapping[str, Run | Certificate],
) -> tuple[dict[str, Certificate], dict[str, Run]]:
    """What shows each verdict, and which cases are reached."""
    proofs, runs = dict(engine.proofs), dict(engine.runs)
    for goal, evidence in sound.items():
        if isinstance(evidence, Run):
            runs[goal] = evidence
        else:
            proofs[goal] = evidence
    for result in results:
        if isinstance(result.evidence, Certificate):
            proofs[result.evidence.property] = result.evidence
        elif isinstance(result.evidence, Trace):
            trace = result.evidence
            start = {f: value for f, value in trace.start.items() if system.is_arbitrary(f)}
            moves = tuple((stride.step, stride.choices) for stride in trace.steps)
            runs[result.property] = Run(start, moves)
    return proofs, runs


def _written(
    catalogue: Catalogue,
    compiled: TransitionSystem,
    result: Result,
    runs: Mapping[str, Run],
    moved: bool,
) -> Result:
    """The result with its counterexample written down, if people will read it.

    They read what is not expected, with its causes, and where a change has moved the execution.
    """
    expected = catalogue.expected.get(Pair(result.system, result.property)) == Verdict.VIOLATED
    if result.verdict is not Verdict.VIOLATED or (expected and not moved):
        return result
    properties = catalogue.properties_of(compiled.system)
    start, moves = moves_of_run(compiled.system, runs[result.property])
    assert not isinstance(moves, Stopped), FOUND
    trace = result.evidence
    if not isinstance(trace, Trace):
        written = trace_of_moves(compiled, result.property, start, moves, result.shortest)
        assert not isinstance(written, Stopped), FOUND
        trace = written
    if not expected:
        moves = moves_of(compiled.system, trace)
        assert not isinstance(moves, Stopped), FOUND
        trace = explained(compiled.system, properties, trace, start, moves, compiled.changing)
    return replace(result, evidence=trace)


def _departures(
    before: Before | None, names: Names, results: Sequence[Result], hunks: Sequence[Hunk]
) -> dict[str, Departure]:
    found: dict[str, Departure] = {}
    was = None if before is None else before.behaviour.with_steps(names.steps)
    for result in results:
        if was is not None and isinstance(result.evidence, Trace):
            left = departure(was, result.evidence, hunks)
            if left is not None:
                found[result.property] = left
    return found


def _search(jobs: int, lemmas: Sequence[Clause]) -> Engine:
    """The engine for what has to be searched for."""

    def engine(
        circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch
    ) -> Mapping[str, Answer]:
        return auto(circuit, goals, limits, watch, jobs, lemmas)

    return engine
