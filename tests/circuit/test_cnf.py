from itertools import product

import pytest
from pysat.solvers import Solver

from tests.corpus.build import Builder
from tests.engines.explicit import random_circuit
from verifier.circuit.cnf import transition


@pytest.mark.parametrize("seed", range(80))
def test_for_every_state_and_input_the_clauses_give_the_next_state_and_nothing_else(
    seed: int,
) -> None:
    circuit = random_circuit(seed)
    step = transition(circuit)
    bits = [x.literal for x in circuit.latches] + [x.literal for x in circuit.inputs]
    roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
    with Solver("cadical153", bootstrap_with=step.clauses) as solver:
        for values in product((0, 1), repeat=len(bits)):
            wanted = circuit.graph.evaluate(roots, dict(zip(bits, values, strict=True)))
            assumed = [n if value else -n for n, value in enumerate(values, start=1)]
            outputs = [*step.next, *step.bad.values()]
            forced = [x if value else -x for x, value in zip(outputs, wanted, strict=True)]
            assert solver.solve([*assumed, *forced])
            for literal in forced:
                assert not solver.solve([*assumed, -literal])


def test_latches_and_inputs_are_numbered_in_their_order_and_first() -> None:
    build = Builder()
    a, b = build.input("a"), build.input("b")
    s = build.latch("s")
    build.next(s, b)
    build.bad("p", a ^ 1)
    step = transition(build.circuit())
    assert (step.latches, step.inputs, step.next, step.bad) == (1, 2, [3], {"p": -2})


def test_a_conjunction_and_a_choice_cost_one_variable_each() -> None:
    build = Builder()
    inputs = build.input_word("i", 6)
    first, second = build.latch("first"), build.latch("second")
    build.next(first, build.graph.all(inputs))
    build.next(second, build.graph.choose(*inputs[3:]))
    step = transition(build.circuit())
    constant = 1
    assert step.variables == 2 + 6 + constant + 2
    assert sorted(map(len, step.clauses)) == [1] + [2] * 6 + [3] * 6 + [7]
