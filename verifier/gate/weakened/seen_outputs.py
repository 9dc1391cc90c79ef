"""What the circuits say of a step in which all that is read of the state is free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from verifier.circuit.aig import FALSE
from verifier.compiler.cut_circuit import FAILS, LEAVES, NOTES, REACHES, WRITES, Cut


def named(effect: Mapping[str, list[int]], kind: str) -> Iterator[tuple[str, list[int]]]:
    """The outputs of a kind, by the rest of their names."""
    return ((n.removeprefix(kind), bits) for n, bits in effect.items() if n.startswith(kind))


def plain(name: str) -> str:
    """The name of a ghost or event, of what is noted or left in it."""
    return name.removeprefix(NOTES).removeprefix(LEAVES)


def is_reached(effect: Mapping[str, list[int]], name: str) -> int:
    """That a note is left where the step has been possible up to there."""
    return effect.get(REACHES + name, [FALSE])[0]


def goals_of(cut: Cut, fires: str) -> list[str]:
    """The outputs about one step."""
    outputs = cut.behaviour.circuit.bad
    return [fires, *(name for name in outputs if name.startswith((FAILS, WRITES, REACHES)))]
