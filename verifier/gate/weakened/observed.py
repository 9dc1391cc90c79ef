"""What the functions that a system runs note, and no longer do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from verifier.gate.weakened.comparing import Compared
from verifier.gate.weakened.functions import PLAIN
from verifier.gate.weakened.judged import Judged
from verifier.gate.weakened.texts import Written, by_new_names, targets
from verifier.gate.weakened.weakening import Weakening, digest_of

GONE = "not there any more"


class Observed:
    """One system that does anything else than it did: its observers, notes and calls of these."""

    def __init__(self, then: Judged, now: Judged, system: str, side: Compared) -> None:
        self._then, self._now, self._systems, self._names = then, now, (system,), side.names
        [self._ran, self._runs] = (
            {key.removeprefix(PLAIN) for key in judged.assertions.calls.running(functions)}
            for judged, functions in ((then, side.ran), (now, side.runs))
        )
        called = now.assertions.calls.reached(side.runs)  # whether or not it comes to that
        self._was = {key: then.observers[key] for key in self._ran & then.observers.keys()}
        self._is = {key: now.observers[key] for key in (self._runs | called) & now.observers.keys()}

    def weaker(self) -> Iterator[Weakening]:
        """All that is noted otherwise, or not any more."""
        yield from self._observers()
        yield from self._new_observers()
        yield from self._calls()
        yield from self._notes()

    @cached_property
    def _successors(self) -> dict[str, str | None]:
        """For each observer that ran the one that runs in its place."""
        return {key: successor(key, self._was, self._is) for key in sorted(self._was)}

    def _observers(self) -> Iterator[Weakening]:
        for key, left in self._successors.items():
            name = key.rpartition(":")[2]
            if left is None:
                yield weaker_text(f"observer/{name}", self._was[key], None, self._systems)
            elif self._then.noted_by(key) != self._now.noted_by(left):
                yield from self._noted_otherwise(key, left)

    def _noted_otherwise(self, key: str, left: str) -> Iterator[Weakening]:
        """An observer with another text, or that calls or reads something else."""
        was, now = self._was[key], self._is[left]
        held, parts = self._then.held.get(key, {}), self._now.held.get(left, {})
        others = [part for part, text in held.items() if parts.get(part) != text]
        if was.text == now.text and not others:
            return  # it only holds more
        digests = (digest_of(self._then.noted_by(key)), digest_of(self._now.noted_by(left)))
        weaker = weaker_text(f"observer/{left.rpartition(':')[2]}", was, now, self._systems)
        if was.text == now.text:
            lines = ("\n".join(f"{p}: {of.get(p, GONE)}" for p in others) for of in (held, parts))
            weaker = replace(weaker, before=next(lines), after=next(lines))
        yield replace(weaker, was=digests[0], now=digests[1])

    def _new_observers(self) -> Iterator[Weakening]:
        """Observers that run in the place of none, and write what is remembered."""
        known = {*self._successors.values()}
        for key in sorted(self._is.keys() - known):
            new = self._is[key]
            written = sorted(targets(new.text) & (self._then.ghosts | self._then.events))
            if written:
                name = key.rpartition(":")[2]
                weaker = weaker_text(f"observer/{name}", new, new, self._systems)
                before = f"nothing else that runs writes `{written[0]}`"
                yield replace(weaker, before=before, was="")

    def _calls(self) -> Iterator[Weakening]:
        """Calls of observers, but for those of which the text is another."""
        renamed = {
            key.rpartition(":")[2]: left.rpartition(":")[2]
            for key, left in self._successors.items()
            if left is not None and self._was[key].text == self._is[left].text
        }
        changed = {
            key.rpartition(":")[2]
            for key, left in self._successors.items()
            if left is None or self._was[key].text != self._is[left].text
        }
        names = {**self._names, **renamed}
        for key, was in self._gone(self._then.observations, self._now.observations, names):
            name = key.partition(" ")[0]
            if name not in changed:
                calls = self._now.calls_in(by_new_names(key.partition(": ")[0], names))
                weaker = weaker_text(
                    f"observer/{renamed.get(name, name)}", was, None, self._systems
                )
                yield replace(weaker, was=digest_of(key), now=digest_of(calls))

    def _notes(self) -> Iterator[Weakening]:
        """What others write into events, where that is in as many places; see `noted_less`."""
        left, before = counted(self._now.notes), counted(self._then.notes)
        for key, was in self._gone(self._then.notes, self._now.notes, self._names):
            name = key.partition(" ")[0]
            if left[name] >= before[name]:
                yield weaker_text(f"note/{name}", was, None, self._systems)

    def _gone(
        self, then: Mapping[str, Written], now: Mapping[str, Written], names: Mapping[str, str]
    ) -> Iterator[tuple[str, Written]]:
        """What functions that ran noted, and none that runs does; it may be in another file."""
        running = {key for key in now if _function(key) in self._runs}
        moved = Counter(_without_file(key) for key in running if key not in then)
        for key, was in then.items():
            if _function(key) not in self._ran:
                continue
            renamed = by_new_names(key, names)
            if not running.isdisjoint((key, renamed)):
                continue
            if moved[_without_file(renamed)]:
                moved[_without_file(renamed)] -= 1
            else:
                yield key, was


def successor(key: str, then: Mapping[str, Written], now: Mapping[str, Written]) -> str | None:
    """The observer that stands for one now: itself, one with its text, or one of its name."""
    if key in now:
        return key
    come = sorted(now.keys() - then.keys())
    same = (each for each in come if now[each].text == then[key].text)
    named = (each for each in come if each.rpartition(":")[2] == key.rpartition(":")[2])
    return next(same, None) or next(named, None)


def counted(noted: Collection[str]) -> Counter[str]:
    """How often there is something of a name."""
    return Counter(key.partition(" ")[0] for key in noted)


def _function(key: str) -> str:
    """The function of `NAME FILE:FUNCTION: TEXT`."""
    return key.partition(" ")[2].partition(": ")[0]


def _without_file(key: str) -> str:
    name, _, rest = key.partition(" ")
    return f"{name} {rest.partition(':')[2]}"


def weaker_text(
    name: str, was: Written, now: Written | None, systems: tuple[str, ...]
) -> Weakening:
    """A claim that is written otherwise, or not any more."""
    after = "" if now is None else now.text
    place = was if now is None else now
    return Weakening(
        "claim",
        name,
        place.file,
        place.line,
        was.text,
        after or "not so any more",
        {},
        digest_of(was.text),
        digest_of(after),
        systems,
    )
