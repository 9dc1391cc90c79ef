"""Digests of what a step notes, of what it looks at, and of what its assertions demand."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from verifier.circuit.aig import FALSE, Graph
from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Action
from verifier.compiler.cut_circuit import FAILS, LEAVES, NOTES, Cut
from verifier.compiler.digest import outputs_digest
from verifier.compiler.selector import selecting
from verifier.gate.weakened.weakening import digest_of
from verifier.language.goals import step_goal

SeenKind = Literal["noted", "demanded"]
"""Notes that are others, and what an assertion demanded."""


def digest_seen(cut: Cut, step: str, kind: SeenKind, assertion: str = "") -> str:
    """A digest of what a step notes, what is looked at, or what one and all assertions demand."""
    action = cut.behaviour.action(step)
    if action is None:
        return ""
    alone = _alone(cut, action)
    fails = [name for name in alone.bad if name.startswith(FAILS)]
    if kind == "demanded":
        total = alone.graph.any(alone.bad[name] for name in fails)
        one = alone.bad.get(FAILS + assertion, FALSE)
        return digest_of(
            outputs_digest(replace(alone, bad={"one": one, "all": total}), ["one", "all"])
        )
    noted = [p + path for p in (NOTES, LEAVES) for path in sorted(cut.noted)]
    bits = (bit for name in noted for bit in _bits(cut, name))
    return outputs_digest(alone, [step_goal(step), *bits])


def _bits(cut: Cut, name: str) -> tuple[str, ...]:
    variable = cut.behaviour.field(name)
    return () if variable is None else variable.bits


def _alone(cut: Cut, action: Action) -> Circuit:
    """One step, with all that it leaves as outputs."""
    circuit, graph = cut.behaviour.circuit, Graph()
    image = {latch.literal: graph.variable() for latch in circuit.latches}
    selected = selecting(action.code, (bit.name for bit in circuit.inputs))
    for bit in circuit.inputs:
        is_fixed = bit.name in selected
        image[bit.literal] = int(selected[bit.name]) if is_fixed else graph.variable()
    roots = {latch.name: latch.next for latch in circuit.latches} | circuit.bad
    copied = circuit.graph.copy_into(graph, roots.values(), image)
    latches = tuple(replace(x, literal=image[x.literal]) for x in circuit.latches)
    free = (bit for bit in circuit.inputs if bit.name not in selected)
    inputs = tuple(replace(bit, literal=image[bit.literal]) for bit in free)
    return Circuit(
        graph,
        inputs,
        tuple(replace(latch, next=latch.literal) for latch in latches),
        dict(zip(roots, copied, strict=True)),
    )
