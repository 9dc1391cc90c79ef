"""PDR, also called IC3: inductive invariants found clause by clause.

Bradley: SAT-Based Model Checking without Unrolling. VMCAI 2011.
Een, Mishchenko, Brayton: Efficient Implementation of Property Directed Reachability. FMCAD 2011.

Why so: docs/decisions/0005-minisat-inside-pdr.md
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from verifier.circuit.circuit import Circuit
from verifier.circuit.cnf import Transition, transition
from verifier.circuit.reduce import Reduction, reduce
from verifier.engines.budget import Budget, Exhausted, Paused
from verifier.engines.pdr.houdini import cubes_of, survivors
from verifier.engines.pdr.lemma_index import INFINITE, Cube
from verifier.engines.pdr.minimise import minimise, named, support, supports
from verifier.engines.pdr.search import Obligation, Search, Target
from verifier.evidence.verdicts import (
    Answer,
    Bounded,
    Clause,
    Invariant,
    Limits,
    Path,
    Progress,
    Proved,
    Unknown,
    Violated,
    Watch,
    silent,
)

__all__ = ["INFINITE", "Pdr", "holding", "minimise", "pdr", "supports"]

_FIRST_TURN = 5_000

_SHORTENING_SHARE = 2
"""How many times the solver queries so far are worth a shorter counterexample."""


def pdr(
    circuit: Circuit,
    goals: Sequence[str],
    limits: Limits,
    watch: Watch = silent,
    lemmas: Iterable[Clause] = (),
) -> dict[str, Answer]:
    """Prove or refute several properties, sharing what is learnt.

    Each goal has its own verdict and, when proved, its own invariant. The goals take turns of
    growing numbers of solver queries, so that a hard one does not keep the others from an answer
    within the limits; equal calls give equal answers. `limits.depth` counts frames. Of `lemmas`,
    which may or may not hold, the search starts with those that do together.
    """
    return Pdr(circuit, goals, limits, watch).decided(lemmas)


def holding(
    circuit: Circuit, goals: Sequence[str], lemmas: Iterable[Clause], budget: Budget
) -> tuple[Clause, ...]:
    """The most of some lemmas that hold together in what some goals depend on. Raises Exhausted."""
    reduction = reduce(circuit.restricted(goals))
    step = transition(reduction.circuit)
    return named(reduction.circuit, _holding(reduction, step, lemmas, budget))


def _holding(
    reduction: Reduction, step: Transition, lemmas: Iterable[Clause], budget: Budget
) -> list[Cube]:
    latches = reduction.circuit.latches
    number = {latch.name: i for i, latch in enumerate(latches, 1)}
    cubes = cubes_of(lemmas, number, reduction.facts)
    return survivors(step, [latch.reset for latch in latches], cubes, budget) if cubes else []


class Pdr:
    """One search, with the way back from its numbers to the names of the original circuit."""

    def __init__(
        self, circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
    ) -> None:
        self._original = circuit
        self._budget = budget = Budget(limits)
        self._reduction = reduction = reduce(circuit.restricted(goals))
        self._reduced, self._facts = reduction.circuit, reduction.facts
        self._watch = watch
        self._goals = [Target(name) for name in dict.fromkeys(goals)]
        resets = [latch.reset for latch in self._reduced.latches]
        self._search = Search(transition(self._reduced), resets, budget, limits.depth, watch)

    def decided(self, lemmas: Iterable[Clause] = ()) -> dict[str, Answer]:
        """The goals' verdicts, see `pdr`."""
        verdicts: dict[str, Answer] = {}
        waiting, turn = list(self._goals), _FIRST_TURN
        try:
            self._start_with(lemmas)
            while waiting:
                for goal in list(waiting):
                    self._budget.give(turn if len(waiting) > 1 else None)
                    with suppress(Paused):
                        verdicts[goal.name] = self._settled(goal)
                        waiting.remove(goal)
                turn *= 2
        except Exhausted as limit:
            verdicts |= {goal.name: self._unknown(goal, str(limit)) for goal in waiting}
        return {goal.name: verdicts[goal.name] for goal in self._goals}

    def learnt(self) -> list[Bounded]:
        """What is known of the states that are reached within so many steps, so far."""
        known: list[Bounded] = [(fact, INFINITE) for fact in self._facts]
        frames = self._search.frames
        for steps, lemmas in [(INFINITE, frames.infinite), *enumerate(frames.levels)]:
            cubes = [lemma.cube for lemma in lemmas.values()]
            known += [(clause, steps) for clause in named(self._reduced, cubes)]
        return known

    def _start_with(self, lemmas: Iterable[Clause]) -> None:
        """Hold for ever those of some lemmas that are inductive together. Raises Exhausted."""
        self._search.frames.know(_holding(self._reduction, self._search.step, lemmas, self._budget))

    def _settled(self, goal: Target) -> Answer:
        """The verdict of a goal within its turn. Raises Exhausted or Paused."""
        self._search.settle(goal)
        self._shorten(goal)
        verdict = self._verdict(goal)
        if isinstance(verdict, Violated):
            self._watch(Progress("pdr", goal.good_steps, goal.name, found=verdict))
        return verdict

    def _shorten(self, goal: Target) -> None:
        """Give a violated goal a shorter counterexample, with a bounded effort."""
        least = self._budget.limits.shortening
        if goal.counterexample is not None and least:
            self._budget.give(max(least, _SHORTENING_SHARE * self._budget.queries))
            with suppress(Paused, Exhausted):
                self._search.settle(goal)

    def _unknown(self, goal: Target, reason: str) -> Unknown:
        return Unknown("pdr", reason, goal.good_steps, self._budget.seconds)

    def _verdict(self, goal: Target) -> Answer:
        if goal.counterexample is not None:
            path, good = self._path(goal.counterexample), goal.good_steps
            return Violated("pdr", path, self._budget.seconds, good)
        if not goal.proved:
            return self._unknown(goal, f"depth limit of {self._budget.limits.depth} frames")
        lemmas = [lemma.cube for lemma in self._search.frames.infinite.values()]
        step = self._search.step
        cubes = support(step, step.bad[goal.name], lemmas)
        invariant = Invariant((*self._facts, *named(self._reduced, cubes)))
        return Proved("pdr", invariant, goal.good_steps, self._budget.seconds)

    def _path(self, first: Obligation) -> Path:
        start = {latch.name: bool(latch.reset) for latch in self._original.latches}
        names = [latch.name for latch in self._reduced.latches]
        start |= {names[abs(literal) - 1]: literal > 0 for literal in first.cube}
        unused = {bit.name: False for bit in self._original.inputs}
        inputs: list[dict[str, bool]] = []
        obligation: Obligation | None = first
        while obligation is not None:
            chosen = zip(self._reduced.inputs, obligation.inputs, strict=True)
            inputs.append(unused | {bit.name: literal > 0 for bit, literal in chosen})
            obligation = obligation.then
        return Path(start, tuple(inputs))
