"""Why a field has its value: its causes step by step, back to choices and the start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verifier.evidence.traces import CHOICE
from verifier.language.plain_values import Value
from verifier.viewer.trace_index import Reading, Write

Because = Callable[[int, str], tuple[str, ...] | None]
"""What a field's value after a step depends on: fields before the step, and its choices.

None where that is still to be found out.
"""


Sources = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Link:
    """One step's share: the fields it set that matter, and what they depend on.

    `sources` has for every cause the step that set it: 0 for the start, the step itself for a
    choice. It is None where the causes are still to be found out.
    """

    number: int
    fields: tuple[str, ...]
    values: tuple[Value, ...]
    sources: Sources | None
    write: Write | None


def chain(
    reading: Reading, fields: Sequence[str], number: int, because: Because | None = None
) -> list[Link]:
    """The causes of fields after a step, the last step first; fields with the same in one link.

    Unless given otherwise they are those that the trace itself carries.
    """
    waiting = {(reading.origin(field, number), field) for field in fields}
    done: set[tuple[int, str]] = set()
    found: dict[tuple[int, Sources | None], list[str]] = {}
    while waiting:
        step, field = max(waiting)
        waiting.discard((step, field))
        if (step, field) in done or step == 0:
            continue
        done.add((step, field))
        causes = because(step, field) if because else reading.because(step).get(field, ())
        sources = None if causes is None else _sources(reading, causes, step)
        found.setdefault((step, sources), []).append(field)
        waiting |= {(at, cause) for cause, at in sources or () if not cause.startswith(CHOICE)}
    links = []
    for (step, sources), names in found.items():
        values = tuple(reading.value(name, step) for name in names)
        links.append(Link(step, tuple(names), values, sources, reading.write(names[0], step)))
    return sorted(links, key=lambda link: -link.number)


def _sources(reading: Reading, causes: Sequence[str], step: int) -> Sources:
    return tuple(
        (cause, step if cause.startswith(CHOICE) else reading.origin(cause, step - 1))
        for cause in causes
    )
