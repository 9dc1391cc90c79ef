"""All that a change weakens: by name where something is gone, by what it means where it is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from verifier.diff.compare import Difference
from verifier.evidence.verdicts import Verdict
from verifier.gate.weakened.claim_names import group_of
from verifier.gate.weakened.found_claims import WeakenedClaims, kind_of
from verifier.gate.weakened.judged import Judged
from verifier.gate.weakened.records import approved, mutants_less
from verifier.gate.weakened.seen import SeenLess
from verifier.gate.weakened.side import SystemSides
from verifier.gate.weakened.texts import PlacedText
from verifier.gate.weakened.weakening import (
    EXPOSED,
    FEW,
    GONE,
    Kind,
    Weakening,
    digest_in,
    digest_of,
    placed,
    start_text,
    values_text,
)
from verifier.language.plain_values import Value, plural
from verifier.project.expectations import VERDICTS

LOST = {
    "disabled": ("is possible", "is not possible any more"),
    "idle": ("does something", "does nothing any more"),
    "failing": ("is possible", "fails an assertion, as it is known to"),
}
"""What a step did, and does, where less can happen."""
PER_SYSTEM = re.compile(r"(step|choice|claim:(assertion|observed)/|claim:deadlock$)")
"""How the keys begin of what other systems have by the same name, too."""


class Weakened:
    """Two versions of what a catalogue is judged by, with what comparing its systems has given."""

    def __init__(
        self, then: Judged, now: Judged, sides: Iterable[SystemSides], renamed: Mapping[str, str]
    ) -> None:
        """`renamed` has systems that are called otherwise now and do the same."""
        self._then, self._now = then, now
        self._sides = {side.system: side for side in sides}
        recorded = (pair.rpartition("/")[0] for pair in then.pairs)
        self._systems = {name: renamed.get(name, name) for name in (*then.systems, *recorded)}
        self._heirs = self._inherited()

    def found(self) -> list[Weakening]:
        """Each thing once, whatever systems it is found in."""
        found: dict[tuple[str, str, int, str, str], Weakening] = {}
        for each in map(_by_system, self._all()):
            at = (each.key, each.file, each.line, each.before, each.after)
            known = found.get(at)
            if known is not None:
                more = (*known.others, (each.was, each.now))
                systems = tuple(dict.fromkeys((*known.systems, *each.systems)))
                each = replace(known, systems=systems, others=more)
            found[at] = each
        return sorted(found.values(), key=lambda each: each.order)

    def _all(self) -> Iterator[Weakening]:
        yield from self._of_systems()
        yield from self._of_properties()
        if self._then.by_text:
            yield from self._of_names()
        yield from self._of_pairs()
        claims = WeakenedClaims(self._then, self._now, self._heirs, self._systems)
        for side in self._sides.values():
            yield from claims.found(side)
            yield from self._of_dropped(side)
            yield from self._of_unheeded(side)
            yield from self._of_waiting(side)
            yield from (self._seen(side.system, each) for each in side.judged.seen)
            yield from self._of_exposed(side)
            yield from (self._start(side.system, *each) for each in side.judged.blank)
            yield from (self._of_values(side.system, "", *each) for each in side.judged.lost)
            if side.change is not None:
                yield from self._of_steps(side, side.change)
                yield from self._of_starts(side.system, side.change)
        yield from self._unobserved()
        yield from mutants_less(self._then, self._now, self._systems, self._sides)
        yield from approved(self._then, self._now, self._systems, self._heirs)

    def _inherited(self) -> dict[str, str]:
        """Properties that are gone, with those that say as much of all their systems."""
        heirs: dict[str, set[str]] = {}
        for side in self._sides.values():
            for group, names in side.judged.heirs.items():
                if group not in self._now.groups:
                    heirs[group] = heirs.get(group, set(names)) & set(names)
        return {group: min(names) for group, names in heirs.items() if names}

    def _of_systems(self) -> Iterator[Weakening]:
        for name, now in self._systems.items():
            if now not in self._now.systems:
                at = self._then.systems.get(name, PlacedText(VERDICTS.as_posix(), 1))
                yield _gone("system", name, at, f"the system `{name}`")

    def _of_properties(self) -> Iterator[Weakening]:
        for group in sorted(self._then.groups - self._now.groups):
            if group not in self._heirs:
                first = min(n for n in self._then.claims if f":{group}/" in n)
                what = f"the property `{group}`"
                yield _gone("property", group, self._then.claims[first], what)

    def _of_names(self) -> Iterator[Weakening]:
        """Property functions that are gone, where no claims could be compared."""
        for name, then in self._then.claims.items():
            if name not in self._now.claims and group_of(name) in self._now.groups:
                yield _gone(kind_of(name), name.partition(":")[2], then, then.text)

    def _of_pairs(self) -> Iterator[Weakening]:
        """Pairs of systems and properties that are still there."""
        known = self._now.groups | {"assertions", "deadlock"}
        for pair in self._then.pairs:
            system, _, group = pair.rpartition("/")
            now, heir = self._systems[system], self._heirs.get(group, group)
            if now in self._now.systems and heir in known:
                if f"{now}/{heir}" not in self._now.pairs:
                    yield _gone("pair", pair, self._now.systems[now], f"`{group}` of `{system}`")

    def _unobserved(self) -> Iterator[Weakening]:
        """Steps that do the same, and of which something else is noted."""
        for side, seen in ((s, u) for s in self._sides.values() for u in s.judged.unobserved):
            place = self._now.steps.get(f"{side.system}/{seen.step}", PlacedText("", 1))
            before = f"`{seen.step}` violates `{seen.note}` in some states"
            after = "it does the same and violates it no more: less is noted"
            if seen.is_ghost:
                before = f"`{seen.step}` leaves a note in `{seen.note}`"
                after = "it does the same and leaves another note in some states"
            name, digests = f"observed/{seen.step}", ("", "")
            digests = side.judged.digests.get(f"observed {seen.step}", digests)
            yield placed(place, side.system, "claim", name, before, after, digests, seen.example)

    def _seen(self, system: str, less: SeenLess) -> Weakening:
        """What a step notes or asserts less, whatever else it does."""
        step = self._now.steps[f"{system}/{less.step}"]
        more = f" and {len(less.names) - FEW} more" * (len(less.names) > FEW)
        names = ", ".join(f"`{name}`" for name in less.names[:FEW]) + more
        name = f"observed/{less.step}"
        before = f"`{less.step}` leaves a note in {names}"
        after = "it leaves another one of what is seen in some states, whatever else it does"
        if less.kind == "demanded":
            file, number, function = less.names[0].rsplit(":", 2)
            name, step = f"assertion/{function}", PlacedText(file, int(number))
            before = less.text
            after = f"`{less.step}` does not fail in some states that it looks at"
        return placed(step, system, "claim", name, before, after, less.digests, less.example)

    def _of_steps(self, side: SystemSides, change: Difference) -> Iterator[Weakening]:
        renamed = {now: was for was, now in change.renamed_steps}
        for name in change.removed_steps:
            then = self._then.steps[f"{side.system}/{name}"]
            one = _gone("step", name, then, f"the step `{name}`")
            was, now = side.judged.digests.get(name, (one.was, ""))
            yield replace(one, was=was, now=now, systems=(side.system,))
        for each in change.changes:
            known = f"{side.system}/assertions"
            failed = {self._then.expected.get(known), self._now.expected.get(known)} == {
                Verdict.VIOLATED
            }
            if each.kind in LOST and (failed or each.kind != "failing"):
                place = self._now.steps[f"{side.system}/{each.step}"]
                before = f"`{renamed.get(each.step, each.step)}` {LOST[each.kind][0]}"
                after, state = f"it {LOST[each.kind][1]}", {**each.state, **each.choices}
                key = f"idle {each.step}" if each.kind == "idle" else each.step
                digests = side.judged.digests[key]
                yield placed(place, side.system, "step", each.step, before, after, digests, state)
        for lost in change.lost:
            yield self._of_values(side.system, *lost)

    def _of_values(
        self, system: str, step: str, name: str, values: Sequence[Value], left: Sequence[Value]
    ) -> Weakening:
        """That a choice of a step, a field or an event has fewer values."""
        place = self._now.steps[f"{system}/{step}"] if step else self._now.systems[system]
        before, after = values_text(values), values_text(left)
        name = f"{step}.{name}" if step else f"{system}/{name}"
        any_left, digests = f"any of {after}" if left else "no choice", _digests(before, after)
        return placed(place, system, "choice", name, f"any of {before}", any_left, digests)

    def _of_waiting(self, side: SystemSides) -> Iterator[Weakening]:
        at, found = (self._now.systems[side.system], side.system), side.waits
        if found is not None:
            before = "nothing can happen in some states"
            after = f"one is reached after {plural(found.depth, 'step')}, in which something can"
            yield placed(*at, "claim", "deadlock", before, after, found.digests, found.example)

    def _of_dropped(self, side: SystemSides) -> Iterator[Weakening]:
        for each in side.dropped:
            place = self._now.steps[f"{side.system}/{each.step}"]
            before = f"`{each.step}` sets " + ", ".join(f"`{name}`" for name in each.fields)
            violated = f"`{each.property}` is violated after {plural(each.depth, 'step')}"
            after = f"it leaves some of it as it is; else {violated}"
            yield placed(place, side.system, "step", each.step, before, after, each.digests)

    def _of_unheeded(self, side: SystemSides) -> Iterator[Weakening]:
        for each in side.unheeded:
            place = self._now.steps[f"{side.system}/{each.step}"]
            name = f"{each.step}.{each.choice}"
            before = f"what {values_text(each.values)} lead to differs from all else"
            after = "it does not in some states, or in any execution"
            at = place, side.system
            yield placed(*at, "choice", name, before, after, each.digests, each.example)

    def _of_exposed(self, side: SystemSides) -> Iterator[Weakening]:
        """Ghosts and events that are none any more."""
        ghosts = () if side.change is None else side.change.exposed
        names = (*ghosts, *side.judged.exposed)
        for name in names[:1]:
            more = f" and {len(names) - 1} more" * (len(names) > 1)
            was, now = f"`{name}`{more} only properties and observers read", EXPOSED
            at = self._now.systems[side.system], side.system
            yield placed(*at, "claim", f"ghost/{name}", was, now, _digests(was, now))

    def _of_starts(self, system: str, change: Difference) -> Iterator[Weakening]:
        gone = ((name, None, GONE) for name in change.lost_starts)
        for name, old, new in (*change.starts, *gone):
            if new is not None:
                yield self._start(system, name, old, new)

    def _start(self, system: str, name: str, old: Value | None, new: Value) -> Weakening:
        place = self._now.systems[system]
        was, now = (start_text(each) for each in (old, new))
        example, digests = {} if old is None else {name: old}, _digests(was, now)
        return placed(place, system, "initial", f"{system}/{name}", was, now, digests, example)


def _by_system(found: Weakening) -> Weakening:
    """With digests of its own for each system: who accepts a step of one accepts no other's."""
    if not PER_SYSTEM.match(found.key) or len(found.systems) != 1:
        return found
    [system] = found.systems
    return replace(found, was=digest_in(system, found.was), now=digest_in(system, found.now))


def _digests(was: str, now: str) -> tuple[str, str]:
    return digest_of(was), digest_of(now)


def _gone(kind: Kind, name: str, then: PlacedText, what: str) -> Weakening:
    return Weakening(kind, name, then.file, then.line, what, GONE, {}, digest_of(what), "")
