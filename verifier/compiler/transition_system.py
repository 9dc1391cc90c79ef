"""A system and its properties as a circuit, and how to read its bits as fields and choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from verifier.circuit.circuit import Circuit
from verifier.compiler.selector import choice_inputs, selected, selecting, step_input, width
from verifier.language.costs import Cost
from verifier.language.encoding import bits_of, encoding
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf
from verifier.language.system import Binding, Choice, Step, System

ASSERTIONS = "assertions"
"""The output that says an assertion of the models fails."""
DEADLOCK = "deadlock"
"""The output that says no step is enabled in the state after a step."""


@dataclass(frozen=True)
class Conjunct:
    """A property function bound to a system: its literal says that a step violates it."""

    binding: Binding
    bad: int


@dataclass(frozen=True)
class TransitionSystem:
    """A system as a circuit, and how to read the circuit's bits as the system's fields.

    `latch_names[i]` holds the names of the latches of leaf i, none where the leaf is constant.
    A step is chosen by the `step` inputs; code 0 and codes beyond the last step change nothing.
    `bad` of the circuit has one entry per property group, `sometimes:NAME` per witness (bad where
    it is found), `fires:STEP` per step, `assertions` where the models have any, and `deadlock`
    where the system has to go on for ever. `compared` says in how many cases it was found to do
    what plain Python does: none where nobody compared it.
    """

    system: System
    properties: tuple[ModelFunction, ...]
    circuit: Circuit
    latch_names: tuple[tuple[str, ...], ...]
    conjuncts: Mapping[str, tuple[Conjunct, ...]]
    costs: Mapping[str, Cost]
    seconds: float
    compared: int = 0

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each field is among the leaves."""
        return {leaf.path: place for place, leaf in enumerate(self.leaves)}

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        return self.system.layout.leaves

    @property
    def changing(self) -> frozenset[str]:
        """The fields that some step changes."""
        named = zip(self.leaves, self.latch_names, strict=True)
        return frozenset(leaf.path for leaf, names in named if names)

    def start(self, latches: Mapping[str, bool]) -> list[Any]:
        """The initial values of the leaves under a path's start."""
        return [
            _decoded(leaf, [latches.get(name, False) for name in names]) if names else value
            for leaf, names, value in zip(
                self.leaves, self.latch_names, self.system.initial_values, strict=True
            )
        ]

    def taken(self, inputs: Mapping[str, bool]) -> tuple[Step, dict[str, Any]] | None:
        """The step and choices that inputs mean; None for the one that changes nothing."""
        code = selected(inputs, len(self.system.actions))
        if code is None:
            return None
        step = self.system.actions[code - 1]
        named = choice_inputs([choice.width for choice in step.choices])
        return step, {
            choice.name: _decoded(choice, [inputs.get(name, False) for name in names])
            for choice, names in zip(step.choices, named, strict=True)
        }

    def inputs_of(self, step: Step, choices: Mapping[str, Any]) -> dict[str, bool]:
        """The inputs that mean a step with these choices."""
        actions = self.system.actions
        inputs = selecting(actions.index(step) + 1, map(step_input, range(width(len(actions)))))
        named = choice_inputs([choice.width for choice in step.choices])
        for choice, names in zip(step.choices, named, strict=True):
            inputs |= zip(names, bits_of(choices[choice.name]), strict=True)
        return inputs


def _decoded(leaf: Leaf | Choice, bits: Sequence[bool]) -> Any:
    return bits[0] if leaf.type is bool else encoding(leaf.type).decode(bits)
