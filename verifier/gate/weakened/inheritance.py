"""What new steps do in the place of others, as a part of what two versions are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

from verifier.circuit.aig import TRUE
from verifier.diff.miter import Joint
from verifier.diff.step_comparison import Inherited, StepComparison


class Inheritance:
    """Knows from two versions as they are which steps do what others did.

    In `joint` the same states and choices have other literals; `real` is None where no step is new.
    """

    def __init__(self, joint: Joint, real: Joint | None) -> None:
        self._joint, self._real = joint, real
        self._known: dict[str, tuple[Inherited, ...]] = {}
        self._image = {} if real is None else _image(real, joint)

    def of(self, step: str) -> tuple[Inherited, ...]:
        """What new steps do in the place of one, by literals of `joint`."""
        if step not in self._known:
            self._known[step] = tuple(map(self._copied, self._of(step)))
        return self._known[step]

    def _of(self, step: str) -> tuple[Inherited, ...]:
        return () if self._real is None else tuple(StepComparison(self._real, step).inherited())

    def _copied(self, found: Inherited) -> Inherited:
        assert self._real is not None, "or nothing is found"
        roots = [found.region, *found.given.values()]
        region, *given = self._real.graph.copy_into(self._joint.graph, roots, self._image)
        return replace(found, region=region, given=dict(zip(found.given, given, strict=True)))


def _image(real: Joint, joint: Joint) -> Mapping[int, int]:
    """The literal in `joint` of each variable of `real`, by the names of latches and inputs."""
    pairs = ((real.new.image, joint.new.image), (real.old.image, joint.old.image))
    spare = ((real.spare, joint.spare),)
    found: dict[int, int] = {}
    for mine, theirs in chain(pairs, spare):
        for name, literal in mine.items():
            if literal > TRUE and not real.graph.is_gate(literal):
                known = theirs[name] if name in theirs else joint.graph.variable()
                found.setdefault(literal & ~1, known ^ (literal & 1))
    return found
