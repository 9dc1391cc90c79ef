"""A system's executions, one step after another: what can be taken next, and at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from random import Random
from typing import Any

from verifier.execution.machine import Machine, Move
from verifier.language.concrete_execution import Taken
from verifier.language.system import Step

TRIES = 200
"""Random moves tried before a state counts as one where nothing can be done."""

COMBINATIONS = 4096
"""Combinations of choices beyond which they are sampled, not enumerated."""


def tried(machine: Machine, most: int = COMBINATIONS) -> Iterator[Move | None]:
    """One move for each step that can be taken now, with the first choices that enable it.

    Of a step with more than `most` combinations of choices so many are tried at random, the
    defaults first. There is a None for every move that is not enabled.
    """
    for step in machine.system.actions:
        for move in _moves(step, most):
            if _is_enabled(machine, move):
                yield move
                break
            yield None


def _moves(step: Step, most: int) -> Iterator[Move]:
    if prod(len(choice.values) for choice in step.choices) <= most:
        for values in product(*(choice.values for choice in step.choices)):
            yield step, dict(zip((c.name for c in step.choices), values, strict=True))
        return
    yield step, {choice.name: choice.default for choice in step.choices}
    random = Random(0)
    for _ in range(most):
        yield random_choices(step, random)


def random_choices(step: Step, random: Random) -> Move:
    """A step with any choices."""
    return step, {choice.name: random.choice(choice.values) for choice in step.choices}


def _is_enabled(machine: Machine, move: Move) -> bool:
    before = list(machine.values)
    taken = machine.move(move)
    machine.run.store.values = before
    return taken is not None


def random_move(machine: Machine, random: Random) -> tuple[Move, Taken] | None:
    """Take a random step that is enabled, and what it did; None where none is found."""
    for _ in range(TRIES):
        move = random_choices(random.choice(machine.system.actions), random)
        taken = machine.move(move)
        if taken is not None:
            return move, taken
    return None


def changes(machine: Machine, before: Sequence[Any]) -> Iterator[tuple[str, Any, Any]]:
    """The fields that are not as they were."""
    for leaf, old, new in zip(machine.system.layout.leaves, before, machine.values, strict=True):
        if old != new and not leaf.constant:
            yield leaf.path, old, new
