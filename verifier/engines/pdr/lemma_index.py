"""Which lemmas rule a cube out, and which a new lemma makes superfluous."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_

Cube = list[int]
INFINITE = 1 << 30
GONE = -1


class Lemma:
    """An unreachable cube and the level it is known at."""

    __slots__ = ("cube", "lane", "level", "literals")

    def __init__(self, cube: Cube, level: int) -> None:
        self.cube = cube
        self.literals = frozenset(cube)
        self.level = level
        self.lane = 0
        """Its place in the index."""


class LemmaIndex:
    """Lemmas by their literals: each lemma is a bit of a word for every literal.

    So a cube is compared with all of them in one go.
    """

    def __init__(self, latches: int) -> None:
        self._without = [-1] * (2 * latches + 1)
        """The lemmas that do not have a literal, and all those to come."""
        self._used: set[int] = set()
        self._lemmas: list[Lemma] = []
        self._free: list[int] = []
        self._forever = 0
        self._since = [0, 0]
        """For each level the lemmas of it, of later ones, and those that hold for ever."""

    def open(self) -> None:
        """One more level."""
        self._since.append(self._forever)

    def add(self, lemma: Lemma) -> None:
        """Take in a lemma."""
        if self._free:
            lemma.lane = self._free.pop()
            self._lemmas[lemma.lane] = lemma
        else:
            lemma.lane = len(self._lemmas)
            self._lemmas.append(lemma)
        self._used.update(lemma.cube)
        others = ~(1 << lemma.lane)
        for literal in lemma.cube:
            self._without[literal] &= others
        self._place(lemma)

    def keep_for_ever(self, lemma: Lemma) -> None:
        """Move a lemma to all levels."""
        lemma.level = INFINITE
        self._place(lemma)

    def _place(self, lemma: Lemma) -> None:
        lane = 1 << lemma.lane
        if lemma.level == INFINITE:
            self._forever |= lane
        for level in range(min(lemma.level + 1, len(self._since))):
            self._since[level] |= lane

    def remove(self, lemma: Lemma) -> None:
        """Forget a lemma that does not hold for ever."""
        self._free.append(lemma.lane)
        lane = 1 << lemma.lane
        for level in range(lemma.level + 1):
            self._since[level] ^= lane
        for literal in lemma.cube:
            self._without[literal] |= lane
        lemma.level = GONE

    def rules_out(self, cube: Iterable[int], level: int) -> bool:
        """Whether a lemma of this level or a later one has no literal that the cube has not."""
        absent = self._used.difference(cube)
        return reduce(and_, map(self._without.__getitem__, absent), self._since[level]) != 0

    def subsumed(self, literals: Iterable[int]) -> Iterator[Lemma]:
        """The lemmas that have all these literals, at whatever level."""
        found = self._since[0]
        for literal in literals:
            found &= ~self._without[literal]
        while found:
            lane = found.bit_length() - 1
            found ^= 1 << lane
            yield self._lemmas[lane]
