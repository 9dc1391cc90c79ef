"""The main loop: rule out the states that violate a property, frame by frame.

Why so: docs/decisions/0031-pdr-shortens-its-own-counterexamples.md
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from verifier.circuit.cnf import Transition
from verifier.engines.budget import Budget
from verifier.engines.pdr.frames import Frames
from verifier.engines.pdr.generalise import generalise
from verifier.engines.pdr.lemma_index import Cube
from verifier.engines.pdr.lift import Lifter
from verifier.engines.pdr.preprocess import compact
from verifier.engines.pdr.propagate import propagate
from verifier.evidence.verdicts import Progress, Watch

_QUERIES_WORTH_COMPACTING = 400
_STALE_CLAUSES = 3_000


@dataclass(slots=True)
class Obligation:
    """A cube whose states violate the property after the given inputs, and those that follow."""

    cube: Cube
    inputs: list[int]
    then: "Obligation | None"
    steps: int


@dataclass(slots=True)
class Target:
    """A property, how far it holds, and how it ended."""

    name: str
    good_steps: int = 0
    proved: bool = False
    counterexample: Obligation | None = None

    @property
    def is_short(self) -> bool:
        """Whether it has a counterexample, and no path of fewer steps can be one."""
        return self.counterexample is not None and self.good_steps + 1 >= self.counterexample.steps


class Search:
    """One set of frames over which the goals are settled, each with all lemmas found so far."""

    def __init__(
        self,
        step: Transition,
        resets: list[bool | None],
        budget: Budget,
        depth: int | None,
        watch: Watch,
    ) -> None:
        self.step = step
        self.frames = Frames(step, resets, budget)
        self._lifter = Lifter(step, self.frames.next, budget)
        self._budget = budget
        self._compacted = False
        self._depth = depth
        self._watch = watch
        self._order = count()

    def settle(self, target: Target) -> None:
        """Work on a target until it is proved, violated, or as deep as the limit allows.

        One that is violated gets a shortest counterexample. Raises Exhausted or Paused;
        `target.good_steps` then says how far it got, and a later call continues from there.
        """
        frames = self.frames
        shorten = target.counterexample is not None
        while not target.is_short and (self._depth is None or target.good_steps <= self._depth):
            level = target.good_steps
            if level > frames.top:
                frames.open()
            while frames.reaches_bad(self.step.bad[target.name], level):
                state, inputs = frames.predecessor()
                cube = self._lifter.onto(self.step.bad[target.name], state, inputs)
                last = Obligation(cube, inputs, None, 1)
                if first := self._block(last, level, onwards=not shorten):
                    target.counterexample = first
                    return
            target.good_steps += 1
            self._report(target)
            if level == frames.top:
                frames.open()
                propagate(frames)
            for level in range(1, target.good_steps):
                if not frames.levels[level]:
                    frames.keep_for_ever(level)
                    target.proved = True
                    return

    def _block(self, first: Obligation, level: int, onwards: bool) -> Obligation | None:
        """Make a cube unreachable within `level` steps, or return how it is reached.

        What is ruled out of a frame is looked for `onwards`, too, which finds deep violations
        early; without that a path has at most one step more than there are levels.
        """
        frames = self.frames
        if not frames.excludes_initial(first.cube):
            return first
        queue = [(level, 0, next(self._order), first)]
        while queue:
            self._budget.look_at_clock()
            self._tidy()
            level, _, _, obligation = heappop(queue)
            cube = obligation.cube
            if not frames.blocked(cube, level):
                part = frames.consecution(cube, level)
                if part is None:
                    before = self._predecessor(obligation)
                    if not frames.excludes_initial(before.cube):
                        return before
                    heappush(queue, (level, -obligation.steps, next(self._order), obligation))
                    heappush(queue, (level - 1, -before.steps, next(self._order), before))
                    continue
                level = self._learn(part, level)
            if onwards and level < frames.top:
                heappush(queue, (level + 1, -obligation.steps, next(self._order), obligation))
        return None

    def _predecessor(self, obligation: Obligation) -> Obligation:
        state, inputs = self.frames.predecessor()
        cube = self._lifter.into(obligation.cube, state, inputs)
        return Obligation(cube, inputs, obligation, obligation.steps + 1)

    def _learn(self, cube: Cube, level: int) -> int:
        """Add the cube's generalisation as a lemma at the highest level it holds; that level."""
        frames = self.frames
        cube = generalise(frames, cube, level)
        while level < frames.top and (further := frames.inductive(cube, level + 1)):
            cube, level = further, level + 1
        frames.add(cube, level)
        return level

    def _tidy(self) -> None:
        """Fresh solvers when the present ones are full of clauses nobody needs.

        A search that is over sooner does not pay for a compact step.
        """
        if not self._compacted and self._budget.queries > _QUERIES_WORTH_COMPACTING:
            self.step, self._compacted = compact(self.step), True
            self.frames.take(self.step)
        elif self.frames.stale > _STALE_CLAUSES:
            self.frames.restart()
        else:
            return
        self._lifter = Lifter(self.step, self.frames.next, self._budget)

    def _report(self, target: Target) -> None:
        frames = self.frames
        clauses = len(frames.infinite) + sum(map(len, frames.levels))
        self._watch(
            Progress(
                "pdr",
                target.good_steps,
                target.name,
                {"clauses": clauses, "queries": self._budget.queries},
            )
        )
