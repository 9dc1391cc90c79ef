"""What a step's results depend on: found by taking the step again with one thing changed.

A cause is counterfactual: with another value of it, and all else the same, the result would be
another. That is smaller than what the step looks at, and nothing is in it by accident.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from verifier.evidence.traces import CHOICE
from verifier.execution.machine import Machine, Move
from verifier.language.call_log import Assignment, Call
from verifier.language.errors import ModelError

ALTERNATIVES = 16
"""Other values of an enum that are tried."""


@dataclass(frozen=True)
class Causes:
    """For fields after a step, and for the step to be possible: fields before it and choices."""

    because: dict[str, tuple[str, ...]]
    needs: tuple[str, ...]


def assigned(call: Call) -> set[str]:
    """The fields that a step writes, with another value or the same."""
    found: set[str] = set()
    for entry in call.entries:
        if isinstance(entry, Assignment):
            found.add(entry.path)
        elif isinstance(entry, Call):
            found |= assigned(entry)
    return found


def others(value: Any) -> list[Any]:
    """Other values of the same type, nearest first."""
    if isinstance(value, bool):
        return [not value]
    assert isinstance(value, Enum), "fields that can change hold bools and enums"
    return [member for member in type(value) if member != value][:ALTERNATIVES]


def causes(
    machine: Machine,
    before: Sequence[Any],
    move: Move,
    wanted: Collection[str],
    changing: Collection[str] | None = None,
) -> Generator[None, None, Causes]:
    """The causes of the wanted fields in a step that is enabled.

    Of the fields that it reads those are tried that are `changing`, where that is known, and what
    code reads that never changes. It yields after each trial, see `at_once`.
    """
    run = machine.run
    places = {leaf.path: place for place, leaf in enumerate(machine.system.layout.leaves)}
    run.store.values, run.reads, run.reads_of_code = list(before), {}, set()
    taken = machine.move(move)
    reads, run.reads = run.reads, None
    assert taken is not None, "the move is enabled"
    after = {field: taken.values[places[field]] for field in wanted}
    because: dict[str, list[str]] = {field: [] for field in wanted}
    needs: list[str] = []
    tried = [f for f in reads if changing is None or f in changing or f in run.reads_of_code]
    run.logging = False
    for cause, trials in _trials(machine, places, before, move, tried):
        for values, trial in trials:
            run.store.values = values
            try:
                outcome = machine.move(trial)
            except ModelError:  # a state that never occurs: no model need make sense of it
                continue
            if outcome is None:
                _note(needs, cause)
            elif outcome.failed is None:
                for field, value in after.items():
                    if outcome.values[places[field]] != value:
                        _note(because[field], cause)
            yield
    run.store.values, run.logging = list(taken.values), True
    return Causes({field: tuple(found) for field, found in because.items()}, tuple(needs))


def at_once(search: Generator[None, None, Causes]) -> Causes:
    """What a search comes to."""
    while True:
        try:
            next(search)
        except StopIteration as end:
            found: Causes = end.value
            return found


def _note(found: list[str], cause: str) -> None:
    if cause not in found:
        found.append(cause)


Trials = list[tuple[list[Any], Move]]


def _trials(
    machine: Machine,
    places: Mapping[str, int],
    before: Sequence[Any],
    move: Move,
    fields: Sequence[str],
) -> Iterator[tuple[str, Trials]]:
    """The step again, with one choice or one field that it reads changed."""
    step, choices = move
    for name, value in choices.items():
        moves = ((step, {**choices, name: other}) for other in others(value))
        yield CHOICE + name, [(list(before), changed) for changed in moves]
    for field in fields:
        place = places[field]
        leaf = machine.system.layout.leaves[place]
        if leaf.constant or leaf.event:
            continue
        states = ([*before[:place], each, *before[place + 1 :]] for each in others(before[place]))
        yield field, [(values, move) for values in states]
