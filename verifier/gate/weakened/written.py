"""Observers, calls of them and assertions that are written otherwise, where that may matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from verifier.gate.weakened.comparing import Compared
from verifier.gate.weakened.holding import FUNCTION
from verifier.gate.weakened.judged import Judged
from verifier.gate.weakened.observed import GONE, Observed, counted, successor, weaker_text
from verifier.gate.weakened.texts import Written, targets
from verifier.gate.weakened.weakening import Weakening, digest_of


def observed_otherwise(
    then: Judged, now: Judged, noted: Mapping[str, Compared]
) -> Iterator[Weakening]:
    """Observers and calls of them that are others, or gone, in systems that note anything else."""
    yield from _noted_less(then, now)
    if not noted:
        yield from _observed_less(then, now)
    for system, side in noted.items():
        yield from Observed(then, now, system, side).weaker()
        yield from _fixed_otherwise(then, now, system)
    yield from _written_by_others(then, now, tuple(noted))


def _written_by_others(then: Judged, now: Judged, systems: tuple[str, ...]) -> Iterator[Weakening]:
    """What is remembered, where others than observers begin to write it."""
    for name, new in now.moved.items():
        if name not in then.moved and then.ghosts.issuperset(name.split(".")):
            weaker = weaker_text(f"note/{name}", new, new, systems)
            before, after = f"only observers write `{name}`", f"`{new.text}` writes it, too"
            yield replace(weaker, before=before, after=after, was="")


def _fixed_otherwise(then: Judged, now: Judged, system: str) -> Iterator[Weakening]:
    """Constants of a system that are others, if observers or calls of them may depend on these."""
    is_now, place = now.constants.get(system, {}), now.systems[system]
    for path, text in then.constants.get(system, {}).items():
        left = is_now.get(path, GONE)
        noted = path.rpartition(".")[2] in then.words_noted
        if noted and left != text and not _is_renamed(text, left, now):
            digests = digest_of(text), digest_of(left)
            at = f"{system}/{path}", place.file, place.line
            yield Weakening("initial", *at, f"is {text}", f"is {left}", {}, *digests, (system,))


def _is_renamed(text: str, left: str, now: Judged) -> bool:
    """Whether a function that a constant held is gone by its name: another has its place, then."""
    both = text.startswith(FUNCTION) and left.startswith(FUNCTION)
    names = {key.rpartition(":")[2] for key in now.assertions.calls.of} if both else set()
    return both and text.removeprefix(FUNCTION) not in names


def _observed_less(then: Judged, now: Judged) -> Iterator[Weakening]:
    """Observers that note fewer fields, or are called in fewer places, though nothing shows it."""
    calls, before = counted(now.observations), counted(then.observations)
    for key, was in then.observers.items():
        name = key.rpartition(":")[2]
        left = now.observers.get(successor(key, then.observers, now.observers) or "")
        fewer = left is None or len(targets(was.text)) > len(targets(left.text))
        if fewer or calls[name] < before[name]:
            yield weaker_text(f"observer/{name}", was, left, ())


def _noted_less(then: Judged, now: Judged) -> Iterator[Weakening]:
    """Events into which steps themselves write in fewer places."""
    left, before = counted(now.notes), counted(then.notes)
    texts = {key.removesuffix(" again") for key in now.notes}
    for field in before:
        if left[field] < before[field]:
            gone = [(key, was) for key, was in then.notes.items() if key.split()[0] == field]
            first = next((was for key, was in gone if key not in texts), gone[-1][1])
            yield weaker_text(f"note/{field}", first, None, ())


def asserted_less(then: Judged, now: Judged, system: str, side: Compared) -> Iterator[Weakening]:
    """What the functions that a system ran asserted, and those that it runs do not."""
    for name, was in then.assertions.lost(side.ran, now.assertions, side.runs, side.names):
        first = Written(was.file, was.line, was.text.partition("\n")[0])
        weaker = weaker_text(f"assertion/{name}", first, None, (system,))
        yield replace(weaker, was=digest_of(was.text))
