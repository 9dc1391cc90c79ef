"""Digests of circuits: equal where two systems are the same gates under the same names."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from verifier.circuit.aig import Graph
from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Behaviour, Variable

FORMAT = b"nestproof circuit 1"
_SIZE = 16


class Digests:
    """The digests of one system's goals.

    Each covers the gates below the goals and below the fields that those depend on, the fields'
    names, values and initial values, and the steps with their choices: whatever the source looks
    like.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._nodes = _gates(behaviour.circuit)

    def of(self, goals: Iterable[str]) -> str:
        """One digest of what some goals depend on."""
        circuit = self._behaviour.circuit.restricted(sorted(set(goals)))
        used = {latch.name for latch in circuit.latches}
        total = blake2b(FORMAT, digest_size=_SIZE)
        for action in self._behaviour.actions:
            total.update(repr((action.name, [_meaning(c) for c in action.choices])).encode())
        for field in self._behaviour.fields:
            if used.intersection(field.bits):
                total.update(repr((_meaning(field), field.initial)).encode())
        for latch in sorted(circuit.latches, key=lambda latch: latch.name):
            total.update(repr((latch.name, latch.reset)).encode())
            total.update(_signed(self._nodes, latch.next))
        for goal in sorted(circuit.bad):
            total.update(goal.encode() + b"\0" + _signed(self._nodes, circuit.bad[goal]))
        return total.hexdigest()


def _meaning(variable: Variable) -> tuple[object, ...]:
    return variable.name, variable.values, variable.patterns, variable.bits


def _gates(circuit: Circuit) -> dict[int, bytes]:
    """A digest of each node below the circuit's outputs, from the names of its variables on."""
    graph: Graph = circuit.graph
    digests = {0: _hash(b"constant")}
    for bit in circuit.inputs:
        digests[bit.literal >> 1] = _hash(b"input " + bit.name.encode())
    for latch in circuit.latches:
        digests[latch.literal >> 1] = _hash(b"latch " + latch.name.encode())
    roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
    left, right = graph.left, graph.right
    for node in graph.cone(roots):
        if left[node] >= 0:
            a, b = _signed(digests, left[node]), _signed(digests, right[node])
            digests[node] = _hash(a + b if a <= b else b + a)
    return digests


def _hash(content: bytes) -> bytes:
    return blake2b(content, digest_size=_SIZE).digest()


def _signed(digests: dict[int, bytes], literal: int) -> bytes:
    return (b"-" if literal & 1 else b"+") + digests[literal >> 1]


def outputs_digest(circuit: Circuit, goals: Iterable[str]) -> str:
    """A digest of the gates of some outputs alone, whatever becomes of the fields below them."""
    nodes, total = _gates(circuit), blake2b(FORMAT, digest_size=_SIZE)
    for goal in sorted(goals):
        total.update(goal.encode() + b"\0" + _signed(nodes, circuit.bad[goal]))
    return total.hexdigest()


def everything(circuit: Circuit) -> str:
    """A digest of all that a circuit has, whether or not a property depends on it."""
    total = blake2b(outputs_digest(circuit, circuit.bad).encode(), digest_size=_SIZE)
    nodes = _gates(circuit)
    for latch in sorted(circuit.latches, key=lambda latch: latch.name):
        total.update(repr((latch.name, latch.reset)).encode() + _signed(nodes, latch.next))
    return total.hexdigest()


def done(circuit: Circuit, step: str) -> str:
    """A digest of when a step is taken and of all that the steps do together."""
    nodes, total = (
        _gates(circuit),
        blake2b(outputs_digest(circuit, [step]).encode(), digest_size=_SIZE),
    )
    for latch in sorted(circuit.latches, key=lambda latch: latch.name):
        total.update(latch.name.encode() + b"\0" + _signed(nodes, latch.next))
    return total.hexdigest()
