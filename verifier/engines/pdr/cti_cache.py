"""Steps that the solver has shown before, so that it need not be asked again.

A satisfying assignment is a step from a state of a frame. As long as no lemma has ruled that
state out, the step keeps every cube that it enters from outside from being inductive relative
to the frame. All steps are looked at in one go: each is a bit of a word for every literal.
"""

from collections.abc import Iterable
from operator import itemgetter

_STEPS_IN_A_GENERATION = 1024


class _Generation:
    """Up to so many steps, and for each frame those that start in it."""

    __slots__ = ("column", "count", "inside")

    def __init__(self, literals: int, frames: int) -> None:
        self.column = [0] * literals
        self.inside = [0] * frames
        self.count = 0


class Samples:
    """The last one or two thousand steps.

    `following` maps a latch literal to the solver's literal for its next value.
    """

    def __init__(self, variables: int, following: list[int], frames: int) -> None:
        self._following = following
        self._literals = 2 * variables + 1
        self._frames = frames
        read = {*range(1, len(following) // 2 + 1), *map(abs, following[1:])}
        # Naming one position twice makes itemgetter return a tuple even for a single one.
        self._read = itemgetter(*(variable - 1 for variable in sorted(read)), 0)
        self._generations = [self._fresh()]

    def _fresh(self) -> _Generation:
        return _Generation(self._literals, self._frames)

    def open(self) -> None:
        """One more frame, of which every known state is a state."""
        self._frames += 1
        for generation in self._generations:
            generation.inside.append((1 << generation.count) - 1)

    def add(self, model: list[int], level: int) -> None:
        """A step from a state of the frame at this level, thus of all later ones too."""
        young = self._generations[-1]
        if young.count == _STEPS_IN_A_GENERATION:
            young = self._fresh()
            self._generations = [self._generations[-1], young]
        lane = 1 << young.count
        young.count += 1
        column = young.column
        for literal in self._read(model):
            column[literal] |= lane
        inside = young.inside
        for later in range(level, self._frames):
            inside[later] |= lane

    def enters(self, cube: list[int], level: int) -> bool:
        """Whether a known step leads from this frame, outside the cube, into it."""
        following = self._following
        for generation in self._generations:
            column = generation.column
            steps = generation.inside[level]
            for literal in cube:
                steps &= column[following[literal]]
                if not steps:
                    break
            else:
                within = steps
                for literal in cube:
                    within &= column[literal]
                    if not within:
                        return True
                if within != steps:
                    return True
        return False

    def rule_out(self, cube: Iterable[int], level: int) -> None:
        """A lemma of this level: no state of these frames is in the cube."""
        for generation in self._generations:
            column = generation.column
            gone = -1
            for literal in cube:
                gone &= column[literal]
                if not gone:
                    break
            else:
                keep = ~gone
                inside = generation.inside
                for index in range(min(level + 1, len(inside))):
                    inside[index] &= keep
