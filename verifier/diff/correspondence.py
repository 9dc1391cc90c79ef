"""Renamed fields and steps, known by what they do or by name."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from verifier.circuit.packed import PackedSteps
from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.selector import selecting
from verifier.diff.pairing import same_code, starts_equal
from verifier.language.goals import step_goal

SIMILARITY = 0.5
"""How similar the names of a field must be that does not do the same."""
LANES = 256
STEPS = 24
"""Of the random executions in which fields are followed."""
STATES = 16384
"""In which the effect of a step is looked at."""

History = tuple[tuple[int, ...], ...]
"""The words of a field's bits after each step, an execution a bit."""


@dataclass(frozen=True)
class NewNames:
    """New names by old ones."""

    fields: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)


def new_names(old: Behaviour, new: Behaviour) -> NewNames:
    """Fields and steps that have another name; a guess, to be confirmed."""
    steps = renamed_steps(old, new)
    return NewNames(renamed_fields(old, new), steps)


def renamed_fields(old: Behaviour, new: Behaviour) -> dict[str, str]:
    """Old fields that are gone with the new ones that they may be now; a guess, to be confirmed.

    Those that do the same come first, and of these the ones with the most similar names.
    """
    gone = [f for f in old.fields if new.field(f.name) is None]
    come = [f for f in new.fields if old.field(f.name) is None]
    if not (gone and come):
        return {}
    before, after = _histories(old, gone), _histories(new, come)
    same: dict[History, list[Variable]] = {}
    for now in come:
        same.setdefault(after[now.name], []).append(now)
    renamed = matched(
        (was, now) for was in gone for now in same.get(before[was.name], ()) if fits(was, now)
    )
    taken = set(renamed.values())
    rest = [now for now in come if now.name not in taken]
    left = [was for was in gone if was.name not in renamed]
    others = ((was, now) for was in left for now in rest if fits(was, now))
    return renamed | matched(others, SIMILARITY)


def replaced_fields(old: Behaviour, new: Behaviour, renamed: Mapping[str, str]) -> dict[str, str]:
    """The other old fields that are gone, with new ones that they are compared with.

    They do not do the same; but where a step sets less, its field must not get away by a new name.
    """
    gone = [f for f in old.fields if new.field(f.name) is None and f.name not in renamed]
    come = [f for f in new.fields if old.field(f.name) is None and f.name not in renamed.values()]
    return matched((was, now) for was in gone for now in come if _may_replace(was, now))


def matched(pairs: Iterable[tuple[Variable, Variable]], least: float = 0.0) -> dict[str, str]:
    """One new name for each old one, the most similar first, if they are similar enough."""
    ranked = sorted((-_likeness(was.name, now.name), was.name, now.name) for was, now in pairs)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for unlikeness, was, now in ranked:
        if was not in found and now not in taken and -unlikeness >= least:
            found[was] = now
            taken.add(now)
    return found


def renamed_steps(old: Behaviour, new: Behaviour) -> dict[str, str]:
    """Old steps that are gone with the new ones that they are now; a guess, to be confirmed.

    They have the same choices, whatever these are called, and do the same to the fields that both
    versions have, wherever they can be taken, which is somewhere.
    """
    gone = [action for action in old.actions if new.action(action.name) is None]
    come = [action for action in new.actions if old.action(action.name) is None]
    if not (gone and come):
        return {}
    shared = {latch.name for latch in old.circuit.latches}
    shared &= {latch.name for latch in new.circuit.latches}
    before, after = _Effects(old, shared), _Effects(new, shared)
    effects = {action.name: after.of(action) for action in come}
    renamed: dict[str, str] = {}
    for was in gone:
        did = before.of(was)
        same = [
            now.name
            for now in come
            if _has_same_choices(was, now)
            and effects[now.name] == did
            and now.name not in renamed.values()
        ]
        if same and did[0]:
            renamed[was.name] = max(same, key=lambda name: _likeness(was.name, name))
    return renamed


def _has_same_choices(was: Action, now: Action) -> bool:
    """Whether the same inputs mean the same in both."""
    pairs = [*zip(was.choices, now.choices, strict=False)]
    same = all(old.bits == new.bits and same_code(old, new) for old, new in pairs)
    return len(was.choices) == len(now.choices) and same


class _Effects:
    """What steps do to some latches in random states, which need not be reachable."""

    def __init__(self, behaviour: Behaviour, latches: Collection[str]) -> None:
        self._circuit, self._latches = behaviour.circuit, latches
        self._steps = PackedSteps(behaviour.circuit, (1 << STATES) - 1)
        self._state = {
            latch.literal: _word(latch.name, STATES) for latch in behaviour.circuit.latches
        }

    def of(self, action: Action) -> tuple[int, list[tuple[str, int]]]:
        """Where it can be taken, and the latches after it."""
        selected = selecting(action.code, (bit.name for bit in self._circuit.inputs))
        inputs = {
            bit.literal: self._steps.ones * selected[bit.name]
            if bit.name in selected
            else _word(bit.name, STATES)
            for bit in self._circuit.inputs
        }
        taken = self._steps.take(self._state, inputs)[step_goal(action.name)]
        after = self._steps.successor()
        values_after = ((x.name, after[x.literal]) for x in self._circuit.latches)
        return taken, sorted((name, word) for name, word in values_after if name in self._latches)


def _word(name: str, lanes: int) -> int:
    """A random word that is the same in both versions."""
    return Random(name).getrandbits(lanes)


def _likeness(was: str, now: str) -> float:
    return difflib.SequenceMatcher(None, was, now).ratio()


def fits(was: Variable, now: Variable) -> bool:
    same_code = was.patterns == now.patterns and len(was.bits) == len(now.bits)
    return same_code and starts_equal(was, now)


def _may_replace(was: Variable, now: Variable) -> bool:
    """Whether they hold something of a kind, and start with the same."""
    of_a_kind = type(was.values[0]) is type(now.values[0]) or len(was.values) == len(now.values)
    return of_a_kind and was.ghost == now.ghost and starts_equal(was, now)


def _histories(behaviour: Behaviour, fields: Sequence[Variable]) -> dict[str, History]:
    """What becomes of some fields in executions with the same choices in both versions."""
    circuit = behaviour.circuit
    steps = PackedSteps(circuit, (1 << LANES) - 1)
    state = {latch.literal: -bool(latch.reset) & steps.ones for latch in circuit.latches}
    literals = {latch.name: latch.literal for latch in circuit.latches}
    seen: Mapping[str, list[tuple[int, ...]]] = {one.name: [] for one in fields}
    for number in range(STEPS):
        inputs = {bit.literal: _word(f"{number} {bit.name}", LANES) for bit in circuit.inputs}
        steps.take(state, inputs)
        state = steps.successor()
        for one in fields:
            seen[one.name].append(tuple(state[literals[bit]] for bit in one.bits))
    return {name: tuple(words) for name, words in seen.items()}
