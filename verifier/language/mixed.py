"""Records by cases: of one store where a condition holds, of another elsewhere."""

from __future__ import annotations

from typing import Any

from verifier.language.errors import refuse
from verifier.language.layout import Kind, Part, Rows
from verifier.language.path_run import PathRun
from verifier.language.references import Outdated
from verifier.language.stores import Base, places_of, shifted
from verifier.language.symbolic_stores import SymbolicStore


class MixedStore(SymbolicStore):
    """A record of one store where a condition holds and of another elsewhere.

    A part of the state in it goes on changing with the state. It is assigned to only where a path
    knows which record it is.
    """

    def __init__(
        self,
        run: PathRun,
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

    def poke(self, base: Base, raw: Any) -> None:
        store, place = self._only(base)
        store.poke(place, raw)

    def note(self, base: Base, field: Part | Rows) -> None:
        store, place = self._only(base)
        store.note(place, field)

    def _only(self, base: Base) -> tuple[SymbolicStore, Base]:
        """What is assigned to where the running path leaves one record open. Refused elsewhere."""
        [(store, start), *others], base = self._sides, self.resolved(base)
        both = isinstance(base, tuple) and isinstance(start, tuple)
        if others or both:
            what = "a record that is one of several is assigned to"
            raise refuse(what, "assign to each where it is known which one it is")
        if isinstance(base, int):
            return store, shifted(start, base)
        return store, shifted(base, start)  # type: ignore[arg-type]

    def outdated(self, base: Base, kind: Kind, born: int) -> Outdated | None:
        found = (
            store.outdated(shifted(start, place), kind, born)
            for place in places_of(self.resolved(base))
            for store, start in self._sides
        )
        return next((each for each in found if each), None)
