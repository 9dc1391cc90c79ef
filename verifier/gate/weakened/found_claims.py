"""What properties claim less of a system, in states that there were and of values that are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from verifier.compiler.reached_text import is_as_before
from verifier.gate.weakened.claim_names import group_of, is_claimed, of_property
from verifier.gate.weakened.implied import Less
from verifier.gate.weakened.judged import Judged
from verifier.gate.weakened.side import SystemSides
from verifier.gate.weakened.weakening import FEW, Kind, Weakening, placed


class WeakenedClaims:
    """Two versions of what a catalogue is judged by; `heirs` are properties with another name."""

    def __init__(
        self, then: Judged, now: Judged, heirs: Mapping[str, str], systems: Mapping[str, str]
    ) -> None:
        """`systems` are those that there were, with what they are called now."""
        self._then, self._now, self._heirs, self._systems = then, now, heirs, systems

    def found(self, side: SystemSides) -> Iterator[Weakening]:
        """Each function that claims less of one system."""
        yield from self._of_claims(side)
        yield from self._of_new_values(side)

    def _of_claims(self, side: SystemSides) -> Iterator[Weakening]:
        for each in side.judged.less:
            if f"{side.system}/{group_of(each.function)}" in self._now.pairs:
                yield self._less(side, each)  # else it is said of the pair, or of the property

    def _less(self, side: SystemSides, less: Less) -> Weakening:
        name = less.function.partition(":")[2]
        kind = kind_of(less.function)
        then, now = self._then.claims[less.function], self._now.claims.get(less.function)
        what = "some states count as the case now that did not"
        if kind == "claim":
            what = "it holds in states in which it did not"
        what = "nothing demands as much" if now is None else what
        after, digests = (now.text if now else what), side.judged.digests[less.function]
        at = now or then, side.system
        return placed(*at, kind, name, then.text, after, digests, less.example)

    def _of_new_values(self, side: SystemSides) -> Iterator[Weakening]:
        """Claims that are others now, beside values that nothing could be claimed of before.

        What they look at is compared with nothing; what they did not look at could be anything.
        """
        others, known = self._others(side), {each.function for each in side.judged.less}
        for name, fields in side.judged.unclear.items():
            if name in others and name not in known:
                known.add(name)
                yield self._unclear(side, name, fields)
        for each in side.judged.less_of_new:
            if each.function in others and each.function not in known:
                yield self._less(side, each)

    def _unclear(self, side: SystemSides, name: str, fields: Sequence[str]) -> Weakening:
        then = self._then.claims[name]
        now = self._now.claims.get(name, then)
        wider = " and ".join(f"`{field}`" for field in fields[:FEW])
        after = f"{now.text}\n(what it says of the new values of {wider} is compared with nothing)"
        at, function = (now, side.system), name.partition(":")[2]
        return placed(*at, kind_of(name), function, then.text, after, side.judged.digests[name])

    def _others(self, side: SystemSides) -> set[str]:
        """The functions about a system of which none has the text in their property now.

        Another property may be one that is known to be violated.
        """
        checked = self._now.claims_of.get(side.system, ())
        was = next((was for was, now in self._systems.items() if now == side.system), side.system)
        now, then = self._now.words.get(side.system, {}), self._then.words.get(was, {})
        return {
            name
            for name, words in then.items()
            if not any(
                is_as_before(words, now[each])
                for each in of_property(checked, self._heir(name), is_claimed(name))
            )
            and f"{side.system}/{self._heir(name)}" in self._now.pairs
        }

    def _heir(self, function: str) -> str:
        """The property of a function, by the name that it has now."""
        return self._heirs.get(group_of(function), group_of(function))


def kind_of(function: str) -> Kind:
    """A claim, or a case."""
    return "claim" if is_claimed(function) else "case"
