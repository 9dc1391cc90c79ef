"""The frames F0, F1, ... of PDR in one incremental solver, and what is inductive relative to them.

Een, Mishchenko, Brayton: Efficient Implementation of Property Directed Reachability. FMCAD 2011.

A cube is a list of signed latch variables; a lemma says that its cube is unreachable. F0 is the
initial states; F(i) holds of every state reached within i steps and has every lemma of level i
or higher. A lemma that holds for ever is at the level `INFINITE`.
"""

from collections.abc import Sequence

from verifier.circuit.cnf import Transition
from verifier.engines.budget import Budget
from verifier.engines.pdr.cti_cache import Samples
from verifier.engines.pdr.lemma_index import INFINITE, Cube, Lemma, LemmaIndex
from verifier.engines.sat import MiniSat


def both_signs(literals: Sequence[int]) -> list[int]:
    """A list whose entries i and -i are the i-th of some literals, from 1 on, and its negation."""
    return [0, *literals, *(-literal for literal in reversed(literals))]


class Frames:
    """All lemmas by level, and the queries over them.

    For each level i the solver has a variable that switches the lemmas of level i off when true,
    and with it those below: two assumptions select a frame, however many there are.
    """

    def __init__(self, step: Transition, resets: Sequence[bool | None], budget: Budget) -> None:
        self.budget = budget
        self.levels: list[dict[frozenset[int], Lemma]] = [{}, {}]
        self.infinite: dict[frozenset[int], Lemma] = {}
        self._index = LemmaIndex(step.latches)
        self.activity = [0.0] * (2 * step.latches + 1)
        self.initial = [
            index if reset else -index
            for index, reset in enumerate(resets, start=1)
            if reset is not None
        ]
        self._away = frozenset(-literal for literal in self.initial)
        self.take(step)

    @property
    def top(self) -> int:
        return len(self.levels) - 1

    def take(self, step: Transition) -> None:
        """Go on with an equivalent step."""
        self.step = step
        self.next = both_signs(step.next)
        self._samples = Samples(step.variables, self.next, len(self.levels))
        self.restart()

    def restart(self) -> None:
        """A fresh solver with what is worth keeping."""
        self.stale = 0
        self._off: list[int] = []
        self._retired: list[int] = []
        self._variables = self.step.variables
        self._solver = MiniSat(self.step.clauses, self.budget)
        for _ in self.levels:
            self._switch()
        for literal in self.initial:
            self._solver.add([self._off[0], literal])
        for lemmas in [self.infinite, *self.levels]:
            for lemma in lemmas.values():
                self._assert(lemma)

    def _switch(self) -> None:
        self._variables += 1
        if self._off:
            self._solver.add([-self._variables, self._off[-1]])
        self._off.append(self._variables)

    def _assert(self, lemma: Lemma) -> None:
        clause = [-literal for literal in lemma.cube]
        if lemma.level != INFINITE:
            clause.append(self._off[lemma.level])
        self._solver.add(clause)

    def open(self) -> None:
        """One more frame on top."""
        self.levels.append({})
        self._index.open()
        self._samples.open()
        self._switch()

    def _frame(self, level: int) -> list[int]:
        if level == 0:
            return [-self._off[0]]
        if level >= len(self._off):
            return [self._off[-1]]
        return [-self._off[level], self._off[level - 1]]

    def _ask(self, assumptions: list[int]) -> bool:
        for variable in self._retired:
            self._solver.add([variable])
        self._retired.clear()
        return self._solver.solve(assumptions)

    def excludes_initial(self, cube: Sequence[int]) -> bool:
        """Whether no initial state is in the cube."""
        return not self._away.isdisjoint(cube)

    def reaches_bad(self, bad: int, level: int) -> bool:
        """Whether a state of a frame has a step that violates a property."""
        return self._ask([*self._frame(level), bad])

    def inductive(self, cube: Cube, level: int) -> Cube | None:
        """Like `consecution`, but without a predecessor after None, which may be known."""
        if self._samples.enters(cube, level - 1):
            return None
        part = self.consecution(cube, level)
        if part is None:
            self._samples.add(self._solver.model(), level - 1)
        return part

    def consecution(self, cube: Cube, level: int) -> Cube | None:
        """A part of the cube that F(level - 1) without that part cannot step into, or None.

        The part, too, has no initial state. After None, `predecessor` is a state that steps
        into the cube.
        """
        following = self.next
        primed = [following[literal] for literal in cube]
        self._variables += 1
        self.stale += 1
        unless = self._variables
        clause = [-literal for literal in cube]
        clause.append(unless)
        self._solver.add(clause)
        if self._ask([-unless, *self._frame(level - 1), *primed]):
            self._retired.append(unless)
            return None
        part = self._part(cube)
        self._retired.append(unless)
        return part

    def pushes(self, lemma: Lemma) -> Cube | None:
        """Like `inductive` for a lemma's cube and the level after its own."""
        if self._samples.enters(lemma.cube, lemma.level):
            return None
        following = self.next
        primed = [following[literal] for literal in lemma.cube]
        if self._ask([*self._frame(lemma.level), *primed]):
            self._samples.add(self._solver.model(), lemma.level)
            return None
        return self._part(lemma.cube)

    def _part(self, cube: Cube) -> Cube:
        used = self._solver.core()
        part = [literal for literal in cube if self.next[literal] in used]
        if self._away.isdisjoint(part):
            part.append(next(literal for literal in cube if literal in self._away))
        return part

    def predecessor(self) -> tuple[list[int], list[int]]:
        """The state and the inputs of the assignment just found."""
        model = self._solver.model()
        n = self.step.latches
        return model[:n], model[n : n + self.step.inputs]

    def blocked(self, cube: Cube, level: int) -> bool:
        """Whether a single lemma already rules the cube out of a frame."""
        return self._index.rules_out(cube, level)

    def add(self, cube: Cube, level: int) -> None:
        """Learn that a cube is unreachable within `level` steps."""
        activity = self.activity
        for literal in cube:
            activity[literal] += 1.0
        self._insert(Lemma(cube, level), 1)

    def move(self, lemma: Lemma, cube: Cube, level: int) -> None:
        """Replace a lemma by one of a later level, perhaps stronger."""
        self._forget(lemma)
        self._insert(Lemma(cube, level), 1 if len(cube) < len(lemma.cube) else level)

    def keep_for_ever(self, level: int) -> None:
        """Make the lemmas of this and all later levels infinite: their conjunction is inductive."""
        for lemmas in self.levels[level:]:
            self.infinite |= lemmas
            for lemma in lemmas.values():
                self._index.keep_for_ever(lemma)
                self._assert(lemma)
            self.stale += len(lemmas)
            lemmas.clear()

    def know(self, cubes: Sequence[Cube]) -> None:
        """Take in cubes that are never reached, which nothing else rests on."""
        for cube in cubes:
            lemma = Lemma(cube, INFINITE)
            self.infinite[lemma.literals] = lemma
            self._index.add(lemma)
            self._assert(lemma)

    def _insert(self, lemma: Lemma, first: int) -> None:
        """Add a lemma and forget those from a level on that it subsumes."""
        for other in self._index.subsumed(lemma.literals):
            if first <= other.level <= lemma.level:
                self._forget(other)
        self.levels[lemma.level][lemma.literals] = lemma
        self._index.add(lemma)
        self._assert(lemma)
        self._samples.rule_out(lemma.cube, lemma.level)

    def _forget(self, lemma: Lemma) -> None:
        del self.levels[lemma.level][lemma.literals]
        self._index.remove(lemma)
        self.stale += 1
