"""Records by cases: of one store where a condition holds, of another elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verifier.language.layout import Kind
from verifier.language.references import Outdated
from verifier.language.stores import Base, SymbolicStore, places_of, shifted

if TYPE_CHECKING:
    from verifier.language.explorer import SymbolicRun


class MixedStore(SymbolicStore):
    """A record of one store where a condition holds and of another elsewhere; it is only read.

    A part of the state in it goes on changing with the state.
    """

    made = True

    def __init__(
        self,
        run: SymbolicRun,
        condition: int,
        then: tuple[SymbolicStore, Base],
        otherwise: tuple[SymbolicStore, Base],
        size: int,
    ) -> None:
        leaves = []
        for place in range(size):
            a, b = (store.leaf(shifted(base, place)) for store, base in (then, otherwise))
            leaves.append(b if b.ghost else a)
        super().__init__(run, tuple(leaves), [])
        self.condition = condition
        self.then = then
        self.otherwise = otherwise

    @property
    def _sides(self) -> list[tuple[SymbolicStore, Base]]:
        """The records that the running path leaves open."""
        known = self.run.known(self.condition)
        if known is None:
            return [self.then, self.otherwise]
        return [self.then if known else self.otherwise]

    def _value(self, place: int) -> Any:
        raws = [store.peek(shifted(base, place), self) for store, base in self._sides]
        return raws[0] if len(raws) == 1 else self.run.choose(self.condition, *raws)

    def outdated(self, base: Base, kind: Kind, born: int) -> Outdated | None:
        found = (
            store.outdated(shifted(start, place), kind, born)
            for place in places_of(self.resolved(base))
            for store, start in self._sides
        )
        return next((each for each in found if each), None)
