"""Circuits as they are stored: without the Python objects of models and properties."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from verifier.circuit.aig import Graph
from verifier.circuit.circuit import Circuit, Input, Latch
from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.cut_circuit import Cut
from verifier.compiler.transition_system import Conjunct, TransitionSystem
from verifier.compiler.translation import conjunct_group
from verifier.language.costs import Cost
from verifier.language.functions import ModelFunction
from verifier.language.system import System, bindings


class StoredCircuit(msgspec.Struct, frozen=True):
    """A circuit."""

    left: bytes
    right: bytes
    inputs: tuple[tuple[str, int], ...]
    latches: tuple[tuple[str, int, int, bool | None], ...]
    bad: dict[str, int]

    @classmethod
    def of(cls, circuit: Circuit) -> StoredCircuit:
        return cls(
            array("i", circuit.graph.left).tobytes(),
            array("i", circuit.graph.right).tobytes(),
            tuple((bit.name, bit.literal) for bit in circuit.inputs),
            tuple((x.name, x.literal, x.next, x.reset) for x in circuit.latches),
            dict(circuit.bad),
        )

    def restored(self) -> Circuit:
        return Circuit(
            Graph.of(_integers(self.left), _integers(self.right)),
            tuple(Input(name, literal) for name, literal in self.inputs),
            tuple(Latch(*latch) for latch in self.latches),
            self.bad,
        )


class StoredSystem(msgspec.Struct, frozen=True):
    """A compiled system."""

    circuit: StoredCircuit
    latch_names: tuple[tuple[str, ...], ...]
    conjuncts: dict[str, tuple[int, ...]]
    costs: dict[str, tuple[int, int, int, float, tuple[str, ...]]]
    compared: int
    """Cases in which it did what plain Python does: at least one, or it is not used."""

    @classmethod
    def of(cls, compiled: TransitionSystem) -> StoredSystem:
        return cls(
            StoredCircuit.of(compiled.circuit),
            compiled.latch_names,
            {name: tuple(c.bad for c in group) for name, group in compiled.conjuncts.items()},
            {
                name: (c.calls, c.paths, c.gates, c.seconds, tuple(sorted(c.files)))
                for name, c in compiled.costs.items()
            },
            compiled.compared,
        )

    def restored(self, system: System, properties: Sequence[ModelFunction]) -> TransitionSystem:
        """The system and properties that it was made of, with their circuit."""
        costs = {name: Cost(*c[:4], frozenset(c[4])) for name, c in self.costs.items()}
        conjuncts = _conjuncts(system, properties, self.conjuncts)
        circuit, names = self.circuit.restored(), self.latch_names
        return TransitionSystem(
            system, tuple(properties), circuit, names, conjuncts, costs, 0.0, self.compared
        )


class StoredCut(msgspec.Struct, frozen=True):
    """What the steps of a system note and assert."""

    system: str
    circuit: StoredCircuit
    fields: tuple[Variable, ...]
    actions: tuple[Action, ...]
    noted: frozenset[str]
    written: frozenset[str]
    events: frozenset[str]
    asserted: dict[str, str]
    words: dict[str, str]

    @classmethod
    def of(cls, cut: Cut) -> StoredCut:
        of = cut.behaviour
        seen = cut.noted, cut.written, cut.events, dict(cut.asserted), dict(cut.words)
        return cls(of.system, StoredCircuit.of(of.circuit), of.fields, of.actions, *seen)

    def restored(self) -> Cut:
        circuit = self.circuit.restored()
        behaviour = Behaviour(self.system, circuit, self.fields, self.actions, ())
        return Cut(behaviour, self.noted, self.written, self.events, self.asserted, self.words)


def _conjuncts(
    system: System, properties: Iterable[ModelFunction], bads: Mapping[str, Iterable[int]]
) -> dict[str, tuple[Conjunct, ...]]:
    """Each property function on each of its records again, with the literal that was found."""
    left = {name: iter(several) for name, several in bads.items()}
    found: dict[str, tuple[Conjunct, ...]] = {}
    for function in properties:
        group = conjunct_group(function)
        for binding in bindings(system, function):
            found[group] = (*found.get(group, ()), Conjunct(binding, next(left[group])))
    return found


def _integers(content: bytes) -> list[int]:
    numbers = array("i")
    numbers.frombytes(content)
    return numbers.tolist()
