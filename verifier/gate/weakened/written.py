"""Observers, calls of them and assertions that are written otherwise, where that may matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from verifier.gate.weakened.comparing import Compared
from verifier.gate.weakened.judged import Judged
from verifier.gate.weakened.texts import Written, by_new_names, targets
from verifier.gate.weakened.weakening import Weakening, digest_of

GONE = "not there any more"


def observed_otherwise(then: Judged, now: Judged, systems: tuple[str, ...]) -> Iterator[Weakening]:
    """Observers and calls of them that are others, or gone, if systems note anything else."""
    then = _by_new_names(then, now)
    yield from _noted_less(then, now)
    if not systems:
        yield from _observed_less(then, now)
        return
    for name, was in then.observers.items():
        left = now.observers.get(name)
        if left is None:
            yield _written(f"observer/{name}", was, None, systems)
        elif then.noted_by(name) != now.noted_by(name):
            yield from _noted_otherwise(then, now, name, systems)
    for name, new in now.observers.items():
        written = sorted(targets(new.text) & then.ghosts) if name not in then.observers else []
        if written:
            weaker = _written(f"observer/{name}", Written(new.file, new.line), new, systems)
            yield replace(weaker, before=f"nobody else writes `{written[0]}`", was="")
    yield from _written_by_others(then, now, systems)
    for key, was in then.observations.items():
        name = key.partition(" ")[0]
        known = then.observers.get(name, was)
        changed = known.text != now.observers.get(name, known).text
        if key not in now.observations and not changed:
            calls = now.calls_in(key.partition(": ")[0])
            weaker = _written(f"observer/{name}", was, None, systems)
            yield replace(weaker, was=digest_of(key), now=digest_of(calls))
    events, before = _counted(now.notes), _counted(then.notes)
    for key, was in then.notes.items():
        event = key.partition(" ")[0]
        if key not in now.notes and events[event] >= before[event]:
            yield _written(f"note/{event}", was, None, systems)
    for system in systems:
        yield from _fixed_otherwise(then, now, system)


def _written_by_others(then: Judged, now: Judged, systems: tuple[str, ...]) -> Iterator[Weakening]:
    """What is remembered, where others than observers begin to write it."""
    for name, new in now.moved.items():
        if name not in then.moved and then.ghosts.issuperset(name.split(".")):
            weaker = _written(f"note/{name}", new, new, systems)
            before, after = f"only observers write `{name}`", f"`{new.text}` writes it, too"
            yield replace(weaker, before=before, after=after, was="")


def _by_new_names(then: Judged, now: Judged) -> Judged:
    """With the names that observers have now of which the text is the same."""
    gone = {name: each.text for name, each in then.observers.items() if name not in now.observers}
    come = {e.text: name for name, e in now.observers.items() if name not in then.observers}
    names = {name: come[text] for name, text in gone.items() if text in come}
    if not names:
        return then
    called = {by_new_names(key, names): each for key, each in then.observations.items()}
    return replace(
        then,
        observers={names.get(name, name): each for name, each in then.observers.items()},
        observations=called,
        held={names.get(name, name): each for name, each in then.held.items()},
    )


def _fixed_otherwise(then: Judged, now: Judged, system: str) -> Iterator[Weakening]:
    """Constants of a system that are others, if observers or calls of them may depend on these."""
    is_now, place = now.constants.get(system, {}), now.systems[system]
    for path, text in then.constants.get(system, {}).items():
        left = is_now.get(path, GONE)
        if left != text and path.rpartition(".")[2] in then.words_noted:
            digests = digest_of(text), digest_of(left)
            at = f"{system}/{path}", place.file, place.line
            yield Weakening("initial", *at, f"is {text}", f"is {left}", {}, *digests, (system,))


def _noted_otherwise(
    then: Judged, now: Judged, name: str, systems: tuple[str, ...]
) -> Iterator[Weakening]:
    """An observer with another text, or of which something that it calls or reads is another."""
    was, left = then.observers[name], now.observers[name]
    held, parts = then.held.get(name, {}), now.held.get(name, {})
    others = [part for part, text in held.items() if parts.get(part) != text]
    if was.text == left.text and not others:
        return  # it only holds more
    digests = digest_of(then.noted_by(name)), digest_of(now.noted_by(name))
    weaker = _written(f"observer/{name}", was, left, systems)
    if was.text == left.text:
        lines = ("\n".join(f"{p}: {of.get(p, GONE)}" for p in others) for of in (held, parts))
        weaker = replace(weaker, before=next(lines), after=next(lines))
    yield replace(weaker, was=digests[0], now=digests[1])


def _observed_less(then: Judged, now: Judged) -> Iterator[Weakening]:
    """Observers that note fewer fields, or are called in fewer places, though nothing shows it."""
    calls, before = _counted(now.observations), _counted(then.observations)
    for name, was in then.observers.items():
        left = now.observers.get(name)
        fewer = left is None or len(targets(was.text)) > len(targets(left.text))
        if fewer or calls[name] < before[name]:
            yield _written(f"observer/{name}", was, left, ())


def _noted_less(then: Judged, now: Judged) -> Iterator[Weakening]:
    """Events into which steps themselves write in fewer places."""
    left, before = _counted(now.notes), _counted(then.notes)
    texts = {key.removesuffix(" again") for key in now.notes}
    for field in before:
        if left[field] < before[field]:
            gone = [(key, was) for key, was in then.notes.items() if key.split()[0] == field]
            first = next((was for key, was in gone if key not in texts), gone[-1][1])
            yield _written(f"note/{field}", first, None, ())


def _counted(noted: Mapping[str, Written]) -> Counter[str]:
    """How often there is something of a name."""
    return Counter(key.partition(" ")[0] for key in noted)


def asserted_less(then: Judged, now: Judged, system: str, side: Compared) -> Iterator[Weakening]:
    """What the functions that a system ran asserted, and those that it runs do not."""
    for name, was in then.assertions.lost(side.ran, now.assertions, side.runs, side.names):
        first = Written(was.file, was.line, was.text.partition("\n")[0])
        weaker = _written(f"assertion/{name}", first, None, (system,))
        yield replace(weaker, was=digest_of(was.text))


def _written(name: str, was: Written, now: Written | None, systems: tuple[str, ...]) -> Weakening:
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
