"""Every mutant of a system, tried against the claims that hold of the original."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from time import monotonic
from types import CodeType
from typing import Literal

from verifier.audit.proof_checking import reached
from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.digest import Digests
from verifier.compiler.self_check import compare
from verifier.compiler.step_exploration import Start, explore_steps
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_steps, compile_system, translation_of
from verifier.diff.compare import equivalent
from verifier.engines.pdr import pdr
from verifier.engines.random_simulation import simulation
from verifier.evidence.bundle import Run
from verifier.evidence.verdicts import (
    Answer,
    Clause,
    Limits,
    Path,
    Proved,
    Unknown,
    Violated,
    Watch,
    silent,
)
from verifier.execution.conversions import execution_along, execution_of_run, run_of
from verifier.execution.execution import Stopped, taken_along
from verifier.execution.machine import ASSERTIONS, Machine
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.goals import is_witness
from verifier.language.system import System
from verifier.mutation.functions_run import RunFunction, lines_run
from verifier.mutation.incremental import Original, Stepwise, explored_again
from verifier.mutation.operators import Mutant, sites
from verifier.processes.pool import side_by_side
from verifier.processes.worker import Lost

SECONDS = 5.0
"""For one mutant's search."""
LONGEST = 120.0
"""Seconds after which a mutant is undecided, its compilation included."""
LATE = "not tried in the time for mutants"
SIBLINGS = 12
"""Counterexamples of other mutants that are tried on one."""

Status = Literal["killed", "survived", "equivalent", "refused", "undecided"]


@dataclass(frozen=True)
class Trial:
    """What became of a mutant.

    Killed: `by` is the claim that fails and `depth` after how many steps. Refused: it is no model,
    and `by` says why. Equivalent: it does the same in every state that can be reached. `circuit` is
    a digest, of one that survived or is undecided: two mutants with the same one are the same
    mistake, made in two places.
    """

    mutant: Mutant
    status: Status
    by: str = ""
    depth: int = 0
    run: Run | None = None
    circuit: str = ""


@dataclass(frozen=True)
class Guarded:
    """A system as it is, with the claims that hold of it, and why."""

    compiled: TransitionSystem
    behaviour: Behaviour
    original: Original
    claims: tuple[str, ...]
    witnesses: Mapping[str, Path]
    """Cases that random executions reach; that they still can be reached is a claim, too."""


@dataclass(frozen=True)
class Campaign:
    """Which mutants are tried: of functions with some names, or in files below a folder; and how.

    None is begun after a moment, `until`, of the monotonic clock: those are undecided. `earlier`
    has the executions that killed mutants before, by their names.
    """

    only: Collection[str] = ()
    under: str = ""
    seconds: float = SECONDS
    until: float = inf
    earlier: Mapping[str, Run] = field(default_factory=dict)


def guarded(
    system: System,
    properties: Sequence[ModelFunction],
    limits: Limits,
    lemmas: Callable[[TransitionSystem], Sequence[Clause]],
    watch: Watch = silent,
) -> Guarded:
    """Find out which single claims hold; `lemmas` may help to prove them."""
    start = Start(system)
    steps = explore_steps(start)
    translation = translation_of(start, steps, properties)
    compare(translation)
    compiled = translation.compiled
    judging = frozenset(start.run.ran)
    circuit = claims_apart(compiled)
    verdicts = pdr(circuit, list(circuit.bad), limits, watch, lemmas(compiled))
    proofs = {name: v for name, v in verdicts.items() if isinstance(v, Proved)}
    clauses = dict.fromkeys(c for proof in proofs.values() for c in proof.invariant.clauses)
    whole = Original(start, tuple(steps), judging, tuple(clauses))
    required = [goal for goal in compiled.circuit.bad if is_witness(goal)]
    found = simulation(compiled.circuit, required) if proofs else {}
    witnesses = {witness: violated.path for witness, violated in found.items()}
    return Guarded(compiled, behaviour_of(compiled), whole, tuple(proofs), witnesses)


def claims_apart(compiled: TransitionSystem) -> Circuit:
    """The circuit with an output for each property function instead of each property."""
    graph = compiled.circuit.graph
    bad: dict[str, list[int]] = {}
    for conjuncts in compiled.conjuncts.values():
        for conjunct in conjuncts:
            if conjunct.binding.function.claims:
                bad.setdefault(conjunct.binding.function.name, []).append(conjunct.bad)
    whole = {name: graph.any(literals) for name, literals in bad.items()}
    if ASSERTIONS in compiled.circuit.bad:
        whole[ASSERTIONS] = compiled.circuit.bad[ASSERTIONS]
    return replace(compiled.circuit, bad=whole)


def trials(
    guards: Guarded, jobs: int, watch: Watch = silent, asked: Campaign | None = None
) -> Iterator[Trial]:
    """The fate of each mutant of the functions that a system runs and that are asked for.

    They are in the order of the source; counterexamples are handed on.
    """
    asked = asked or Campaign()
    ran = lines_run(lambda: compile_system(guards.compiled.system, guards.compiled.properties))
    search = Limits(seconds=asked.seconds)
    pool: list[tuple[Mutant, Run]] = []
    tasks: dict[str, Callable[[], Trial]] = {}
    mutants: dict[str, Mutant] = {}
    for site in sites(ran, asked.only, asked.under):
        lines = site.function.lines(ran)
        for number, (mutant, code) in enumerate(site.mutants):
            name = f"{mutant.name} {number}"
            mutants[name] = mutant
            reached = _runs(mutant, lines)
            known = [asked.earlier[mutant.name]] if mutant.name in asked.earlier else []
            attempt = partial(_attempt, guards, mutant, site.function, code, known, pool, search)
            fate = attempt if reached else partial(Trial, mutant, "equivalent")
            tasks[name] = partial(in_time, fate, mutant, asked.until)
    for name, answer in side_by_side(tasks, jobs, watch, LONGEST):
        if isinstance(answer, Lost):
            yield Trial(mutants[name], "undecided", answer.reason)
            continue
        if answer.run is not None and all(answer.run != run for _, run in pool):
            pool.append((answer.mutant, answer.run))
        yield answer


def in_time(fate: Callable[[], Trial], mutant: Mutant, until: float) -> Trial:
    """A mutant's fate, if it is not too late to begin."""
    return fate() if monotonic() <= until else Trial(mutant, "undecided", LATE)


def _runs(mutant: Mutant, lines: Collection[int]) -> bool:
    """Whether the system may run the line; a statement's own lines may come a little later."""
    return any(mutant.line - 2 <= line <= mutant.line + 3 for line in lines)


def _attempt(
    guards: Guarded,
    mutant: Mutant,
    function: RunFunction,
    code: CodeType,
    earlier: Sequence[Run],
    pool: Sequence[tuple[Mutant, Run]],
    search: Limits,
) -> Trial:
    """Put the mutant in place, in this process, and see which claim fails."""
    before = function.code
    function.replace(code)
    system = guards.compiled.system
    claims = [f for f in guards.compiled.properties if f.name in guards.claims]
    try:
        for run in (*earlier, *_likely(mutant, pool)):
            noticed = _noticed(system, claims, run, ASSERTIONS in guards.claims)
            if noticed is not None:
                return Trial(mutant, "killed", *noticed, run=run)
        steps = explored_again(guards.original, before)
        apart = Stepwise(guards.original, steps)
        judges = before in guards.original.judging
        if not judges and apart.same():
            return Trial(mutant, "equivalent")
        unnoticed = not judges and apart.keeps(claims, ASSERTIONS in guards.claims)
        compiled = compile_steps(apart.start, steps, guards.compiled.properties)
    except ModelError as error:
        return Trial(mutant, "refused", error.message)
    fate = Trial(mutant, "survived")
    if not unnoticed:
        circuit = claims_apart(compiled)
        goals = [claim for claim in guards.claims if claim in circuit.bad]
        verdicts: Mapping[str, Answer] = simulation(circuit, goals)
        if not verdicts:
            verdicts = pdr(circuit, goals, search, lemmas=guards.original.invariant)
        fate = _fate(mutant, compiled, claims, verdicts)
    if fate.status == "killed":
        return fate
    missing = _missing(compiled.circuit, guards.witnesses, search)
    if missing is not None:
        return Trial(mutant, "killed", missing)
    behaviour = behaviour_of(compiled)
    if judges and equivalent(guards.behaviour, behaviour, guards.original.invariant):
        return Trial(mutant, "equivalent")
    return replace(fate, circuit=Digests(behaviour).of(compiled.circuit.bad))


def _missing(circuit: Circuit, witnesses: Mapping[str, Path], search: Limits) -> str | None:
    """A case that cannot occur any more."""
    wanted = [witness for witness in witnesses if witness in circuit.bad]
    found = {*simulation(circuit, wanted)}
    left = {witness: witnesses[witness] for witness in wanted if witness not in found}
    found |= set(reached(circuit, left))
    rest = [witness for witness in wanted if witness not in found]
    verdicts = pdr(circuit, rest, search) if rest else {}
    empty = [witness for witness, verdict in verdicts.items() if isinstance(verdict, Proved)]
    return empty[0].split(":")[1] if empty else None


def _fate(
    mutant: Mutant,
    compiled: TransitionSystem,
    claims: Sequence[ModelFunction],
    verdicts: Mapping[str, Answer],
) -> Trial:
    broken = {name: v for name, v in verdicts.items() if isinstance(v, Violated)}
    if broken:
        name = min(broken, key=lambda name: (broken[name].depth, name))
        run = run_of(execution_along(compiled, broken[name].path))
        shown = _noticed(compiled.system, claims, run, True)
        return Trial(mutant, "killed", *(shown or (name, broken[name].depth)), run=run)
    open = [name for name, verdict in verdicts.items() if isinstance(verdict, Unknown)]
    return Trial(mutant, "undecided" if open else "survived", ", ".join(open))


def _likely(mutant: Mutant, pool: Sequence[tuple[Mutant, Run]]) -> list[Run]:
    """Counterexamples of other mutants: of the same function, then of the same file."""
    near = sorted(
        pool,
        key=lambda known: (
            known[0].function != mutant.function,
            known[0].file != mutant.file,
            len(known[1].moves),
        ),
    )
    return [run for _, run in near[:SIBLINGS]]


def _noticed(
    system: System, claims: Sequence[ModelFunction], run: Run, assertions: bool
) -> tuple[str, int] | None:
    """The claim that fails along a run on plain values, and after how many steps."""
    execution = execution_of_run(system, claims, run)
    if isinstance(execution, Stopped):
        return None
    machine = Machine(system, execution.start)
    for number, taken in enumerate(taken_along(machine, execution.moves), 1):
        if taken.failed is not None:
            return (ASSERTIONS, number) if assertions else None
        failing = machine.failing(claims)
        if failing:
            return failing[0].name, number
    return None
