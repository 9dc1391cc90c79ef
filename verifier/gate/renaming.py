"""Fields that are called otherwise than before, known by what becomes of them or by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from random import Random

from verifier.circuit.packed import PackedSteps
from verifier.gate.behaviour import Behaviour, Variable
from verifier.gate.joint import same_code

ALIKE = 0.5
"""How alike the names of a field must be that does not do the same."""
LANES = 256
STEPS = 24

History = tuple[tuple[int, ...], ...]
"""The words of a field's bits after each step, an execution a bit."""


def renamed_fields(old: Behaviour, new: Behaviour) -> dict[str, str]:
    """Old fields that are gone with the new ones that they may be now; a guess, to be confirmed.

    Those that do the same come first, and of these the ones whose names are the most alike.
    """
    gone = [f for f in old.fields if new.field(f.name) is None]
    come = [f for f in new.fields if old.field(f.name) is None]
    pairs = [(was, now) for was in gone for now in come if _fits(was, now)]
    if not pairs:
        return {}
    before, after = _histories(old, gone), _histories(new, come)
    ranked = sorted(
        (
            before[was.name] != after[now.name],
            -difflib.SequenceMatcher(None, was.name, now.name).ratio(),
            was.name,
            now.name,
        )
        for was, now in pairs
    )
    renamed: dict[str, str] = {}
    for other, unlikeness, was_name, now_name in ranked:
        is_free = was_name not in renamed and now_name not in renamed.values()
        if is_free and (not other or -unlikeness >= ALIKE):
            renamed[was_name] = now_name
    return renamed


def _fits(was: Variable, now: Variable) -> bool:
    return same_code(was, now) and was.initial == now.initial and len(was.bits) == len(now.bits)


def _histories(behaviour: Behaviour, fields: Sequence[Variable]) -> dict[str, History]:
    """What becomes of some fields in executions with the same choices in both versions."""
    circuit = behaviour.circuit
    steps = PackedSteps(circuit, (1 << LANES) - 1)
    state = {latch.literal: -bool(latch.reset) & steps.ones for latch in circuit.latches}
    literals = {latch.name: latch.literal for latch in circuit.latches}
    seen: Mapping[str, list[tuple[int, ...]]] = {field.name: [] for field in fields}
    for number in range(STEPS):
        inputs = {
            bit.literal: Random(f"{number} {bit.name}").getrandbits(LANES) for bit in circuit.inputs
        }
        steps.take(state, inputs)
        state = steps.successor()
        for field in fields:
            seen[field.name].append(tuple(state[literals[bit]] for bit in field.bits))
    return {name: tuple(words) for name, words in seen.items()}
