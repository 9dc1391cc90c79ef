"""Smaller circuits with the same behaviour, and what was learnt on the way.

van Eijk: Sequential Equivalence Checking based on Structural Similarities. TCAD 2000.
"""

from dataclasses import dataclass
from itertools import islice

from verifier.circuit.aig import FALSE, Graph
from verifier.circuit.circuit import Circuit, Input, Latch
from verifier.circuit.simulation import random_runs

Fact = tuple[tuple[str, bool], ...]
"""A disjunction: latch names, each with the value that satisfies it."""

_STEPS = 24
_RUNS = 128

_Member = tuple[Latch, int]
"""A latch and whether it has the opposite value of its class."""


@dataclass(frozen=True)
class _Class:
    """Latches presumed equal; a constant one is equal to false."""

    members: tuple[_Member, ...]
    constant: bool


@dataclass(frozen=True)
class Reduction:
    """A circuit without its constant and duplicate latches.

    `facts` are clauses over latches of the original; together they are inductive there, and
    with them an invariant of the reduced circuit is one of the original. The reduced circuit's
    executions are the original's, restricted to the latches and inputs that are left.
    """

    circuit: Circuit
    facts: tuple[Fact, ...]


def reduce(circuit: Circuit) -> Reduction:
    """Merge latches that have the same or the opposite value in every reachable state.

    Latches that behave the same in random runs are presumed equal. With all presumptions put into
    the circuit, those whose next values do not become the same gate are dropped, until the
    rest is inductive. A constant latch is one that is equal to false.
    """
    classes = _equal_in_random_runs(circuit)
    while classes:
        merged, following = _merge(circuit, classes)
        split = [part for group in classes for part in _split(group, following, 1)]
        if split == classes:
            facts = tuple(fact for group in classes for fact in _facts(group))
            return Reduction(merged.restricted(merged.bad), facts)
        classes = split
    return Reduction(circuit, ())


def _equal_in_random_runs(circuit: Circuit) -> list[_Class]:
    """Classes of latches that no step of the runs distinguishes."""
    ones = (1 << _RUNS) - 1
    classes = [
        _Class(tuple((x, int(x.reset)) for x in circuit.latches if x.reset is not None), True)
    ]
    position = {latch.literal: index for index, latch in enumerate(circuit.latches)}
    for words in islice(random_runs(circuit, _RUNS), 1, _STEPS):
        following = {literal: words[index] for literal, index in position.items()}
        classes = [part for group in classes for part in _split(group, following, ones)]
        if not classes:
            break
    return classes


def _merge(circuit: Circuit, classes: list[_Class]) -> tuple[Circuit, dict[int, int]]:
    """The circuit under the presumptions, and the next value there of every latch."""
    graph = Graph()
    stands_for: dict[int, tuple[int, int]] = {}
    for group in classes:
        (first, phase), *_ = group.members
        for latch, opposite in group.members[0 if group.constant else 1 :]:
            leader = FALSE if group.constant else first.literal
            stands_for[latch.literal] = leader, opposite ^ (0 if group.constant else phase)
    image = {bit.literal: graph.variable() for bit in circuit.inputs}
    remaining = [latch for latch in circuit.latches if latch.literal not in stands_for]
    image |= {latch.literal: graph.variable() for latch in remaining}
    image[FALSE] = FALSE
    image |= {old: image[leader] ^ sign for old, (leader, sign) in stands_for.items()}
    roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
    copied = circuit.graph.copy_into(graph, roots, image)
    latches = [latch.literal for latch in circuit.latches]
    following = dict(zip(latches, copied[: len(latches)], strict=True))
    merged = Circuit(
        graph,
        tuple(Input(bit.name, image[bit.literal]) for bit in circuit.inputs),
        tuple(
            Latch(latch.name, image[latch.literal], following[latch.literal], latch.reset)
            for latch in remaining
        ),
        dict(zip(circuit.bad, copied[len(latches) :], strict=True)),
    )
    return merged, following


def _split(group: _Class, following: dict[int, int], ones: int) -> list[_Class]:
    """The parts of a class that are equal one step later too.

    The next values are literals and `ones` is 1, or they are words and `ones` is all their bits.
    """
    parts: dict[int, list[_Member]] = {}
    for latch, opposite in group.members:
        value = following[latch.literal] ^ ones * opposite
        parts.setdefault(value, []).append((latch, opposite))
    return [
        _Class(tuple(members), constant=group.constant and value == FALSE)
        for value, members in parts.items()
        if len(members) > 1 or (group.constant and value == FALSE)
    ]


def _facts(group: _Class) -> list[Fact]:
    if group.constant:
        return [((latch.name, bool(value)),) for latch, value in group.members]
    (first, phase), *others = group.members
    facts: list[Fact] = []
    for latch, opposite in others:
        differ = bool(opposite ^ phase)
        facts.append(((latch.name, True), (first.name, differ)))
        facts.append(((latch.name, False), (first.name, not differ)))
    return facts
