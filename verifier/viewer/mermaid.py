"""A trace as a sequence diagram in Mermaid's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

from verifier.evidence.traces import Trace
from verifier.language.plain_values import plural
from verifier.viewer.claims import failing_claim, sentence
from verifier.viewer.markup import inert
from verifier.viewer.timeline import UNAVOIDABLE, described
from verifier.viewer.trace_index import Reading

NOTHING: Mapping[int, str] = MappingProxyType({})


def sequence(
    trace: Trace, numbers: Iterable[int] | None = None, notes: Mapping[int, str] = NOTHING
) -> Iterator[str]:
    """Lanes as participants, entries and exits as messages, other steps as notes.

    Where only some steps are asked for, by rising number, a note stands for what is left out.
    """
    reading = Reading(trace)
    yield "sequenceDiagram"
    if reading.problem:
        yield f"    %% shown without its presentation: {_text(reading.problem)}"
    lanes = reading.lanes or ("steps",)
    across = ",".join(dict.fromkeys(map(_name, (lanes[0], lanes[-1]))))
    titles = {lane.name: lane.title for lane in trace.picture.lanes}
    for lane in lanes:
        yield f"    participant {_name(lane)} as {_text(titles.get(lane) or lane)}"
    last = 0
    for number in range(1, reading.steps + 1) if numbers is None else numbers:
        if number > last + 1:
            yield f"    Note over {across}: {plural(number - last - 1, 'step')} left out"
        last = number
        _, end = (_name(each or "steps") for each in _ends(reading, number))
        yield from map("    {}".format, _messages(reading, number))
        if number in notes:
            yield f"    Note over {end}: {_text(notes[number])}"
        if number == trace.explanation.doomed < reading.steps:
            yield f"    Note over {end}: {UNAVOIDABLE}"
    if trace.conjunct:
        yield f"    Note over {across}: violated: {_text(failing_claim(trace))}"
    if trace.case:
        yield f"    Note over {across}: {_text(sentence(trace, trace.case))}"


def _messages(reading: Reading, number: int) -> Iterator[str]:
    """A step as messages between lanes, or as a note over the one that acts."""
    act = reading.trace.steps[number - 1].act
    start, end = map(_name, _ends(reading, number))
    passed = [name for name in map(_name, act.passes) if name != start]
    text = _step_text(reading, number)
    if passed:
        yield f"{start}->>{passed[0]}: {text}"
        yield from (f"{one}->>{other}: {number}, and on" for one, other in pairwise((*passed, end)))
    elif start != end:
        yield f"{start}->>{end}: {text}"
    elif act.tells:
        yield f"{start}-->>{_name(act.tells)}: {text}"
    else:
        yield f"Note over {start}: {text}"


def _ends(reading: Reading, number: int) -> tuple[str, str]:
    """The lane that acts, and the one that runs then; the first where nobody says so."""
    first = reading.lanes[0] if reading.lanes else ""
    start = reading.actor(number) or first
    return start, reading.arrives(number) or start


def _step_text(reading: Reading, number: int) -> str:
    """A step with its choices, and who is in the lane that acts."""
    stride = reading.trace.steps[number - 1]
    text = "".join(part for part, _ in described(stride))
    was, now = (reading.running(n).holds.get(stride.level, "") for n in (number - 1, number))
    held = "" if not now else f"({now})" if was == now else f"({was} → {now})"
    return _text(" ".join(filter(None, (str(number), text, held, stride.act.label))))


def _name(lane: str) -> str:
    """A participant's identifier."""
    return "".join(character for character in lane if character.isalnum()) or "steps"


def _text(text: str) -> str:
    """A text without what Mermaid would take for its own, or a page for markup."""
    codes = {";": "#59;", "#": "#35;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}
    return "".join(codes.get(character, character) for character in inert(text))
