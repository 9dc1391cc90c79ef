from random import Random

import pytest

from tests.corpus.build import Builder
from tests.engines.explicit import holds, random_circuit, shortest_violations
from verifier.circuit.circuit import Circuit
from verifier.circuit.reduce import reduce
from verifier.evidence.verdicts import Invariant


def with_copies(seed: int) -> Circuit:
    """A random circuit with a constant latch and negated copies of its latches mixed in."""
    source = Random(seed)
    circuit = random_circuit(seed)
    build = Builder()
    image = {bit.literal: build.input(bit.name) for bit in circuit.inputs}
    image |= {latch.literal: build.latch(latch.name, latch.reset) for latch in circuit.latches}
    roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
    copied = circuit.graph.copy_into(build.graph, roots, image)
    n = len(circuit.latches)
    off = build.latch("off")
    build.next(off, build.graph.both(off, copied[-1]))
    for latch, following in zip(circuit.latches, copied, strict=False):
        build.next(image[latch.literal], build.graph.either(off, following))
    for latch, following in zip(circuit.latches[:2], copied, strict=False):
        if latch.reset is not None:
            twin = build.latch(f"not {latch.name}", not latch.reset)
            build.next(twin, build.graph.either(off, following) ^ 1)
    latches = [*image.values(), off]
    for name, bad in zip(circuit.bad, copied[n:], strict=True):
        build.bad(name, build.graph.both(bad, source.choice(latches) ^ 1) if latches else bad)
    return build.circuit()


@pytest.mark.parametrize("seed", range(100))
def test_a_reduced_circuit_violates_the_same_properties_after_as_many_steps(seed: int) -> None:
    circuit = with_copies(seed)
    reduction = reduce(circuit)
    assert shortest_violations(reduction.circuit) == shortest_violations(circuit)
    assert not {"off"} & {latch.name for latch in reduction.circuit.latches}


@pytest.mark.parametrize("seed", range(100))
def test_the_facts_of_a_reduction_are_inductive_in_the_original(seed: int) -> None:
    circuit = with_copies(seed)
    harmless = Circuit(circuit.graph, circuit.inputs, circuit.latches, {"p": 0})
    assert holds(harmless, "p", Invariant(reduce(circuit).facts))


def test_a_latch_that_only_seems_constant_for_long_is_kept() -> None:
    build = Builder()
    word = build.latch_word("count", 6)
    carry = 1
    for bit in word:
        build.next(bit, build.graph.differ(bit, carry))
        carry = build.graph.both(bit, carry)
    build.bad("p", word[5])
    reduction = reduce(build.circuit())
    assert reduction.facts == ()
    assert len(reduction.circuit.latches) == 6


def test_latches_that_start_anywhere_are_not_merged() -> None:
    build = Builder()
    first, second = build.latch("first", reset=None), build.latch("second", reset=None)
    source = build.input("source")
    build.next(first, source)
    build.next(second, source)
    build.bad("p", build.graph.differ(first, second))
    assert reduce(build.circuit()).facts == ()


def test_opposite_latches_become_one_and_the_facts_say_so() -> None:
    build = Builder()
    source = build.input("source")
    first, second = build.latch("first"), build.latch("second", reset=True)
    build.next(first, source)
    build.next(second, source ^ 1)
    build.bad("p", build.graph.differ(first, second) ^ 1)
    reduction = reduce(build.circuit())
    assert reduction.circuit.bad == {"p": 0}
    assert reduction.facts == (
        (("second", True), ("first", True)),
        (("second", False), ("first", False)),
    )
