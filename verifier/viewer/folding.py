"""Equal steps one after the other: the first and the last are shown, and how many are between."""

from __future__ import annotations

from itertools import groupby

from verifier.language.plain_values import plural
from verifier.viewer.markup import Line, inert, line
from verifier.viewer.trace_index import Reading

FEWEST = 3
"""Steps between the first and the last that are worth a fold."""


def hidden(reading: Reading) -> dict[int, range]:
    """The steps that are folded, each with all that are folded with it."""
    found: dict[int, range] = {}
    numbers = range(1, reading.steps + 1)
    for _, run in groupby(numbers, lambda number: _kind(reading, number)):
        between = list(run)[1:-1]
        if len(between) >= FEWEST:
            found |= dict.fromkeys(between, range(between[0], between[-1] + 1))
    return found


def _kind(reading: Reading, number: int) -> tuple[object, ...]:
    """What equal steps have in common; one with something special is like no other."""
    stride = reading.trace.steps[number - 1]
    special = number in (reading.trace.explanation.doomed, reading.steps)
    special |= bool(reading.deciding(number))
    choices = tuple(stride.choices.items())
    return stride.step, choices, reading.arrives(number), stride.fails, number if special else 0


def fold_line(reading: Reading, steps: range) -> Line:
    """What stands for folded steps."""
    name = inert(reading.trace.steps[steps[0] - 1].step)
    text = f"steps {steps[0]} to {steps[-1]}: {name} again, {plural(len(steps), 'time')}"
    return line((f"      {text}", "source"))
