"""Clauses that mean what the graph does, and few of them."""

from itertools import product
from random import Random

import pytest
from pysat.solvers import Solver

from verifier.circuit.aig import Graph
from verifier.circuit.tseitin import Tseitin

VARIABLES = 4


def grown(seed: int) -> tuple[Graph, list[int], list[int]]:
    """A random graph, its variables, and some literals in it."""
    random, graph = Random(seed), Graph()
    variables = [graph.variable() for _ in range(VARIABLES)]
    pool = [0, *variables]
    for _ in range(12):
        a, b, c = (random.choice(pool) ^ random.randint(0, 1) for _ in range(3))
        pool.append(random.choice([graph.both(a, b), graph.differ(a, b), graph.choose(a, b, c)]))
    return graph, variables, pool[VARIABLES + 1 :]


@pytest.mark.parametrize("seed", range(60))
def test_a_literal_is_true_for_the_solver_where_it_is_in_the_graph(seed: int) -> None:
    graph, variables, literals = grown(seed)
    with Solver(name="minisat22") as solver:
        clauses = Tseitin(graph, solver.add_clause)
        names = [clauses.literal(literal) for literal in literals]
        signs = [clauses.literal(variable) for variable in variables]
        for bits in product((0, 1), repeat=VARIABLES):
            values = graph.evaluate(literals, dict(zip(variables, bits, strict=True)))
            given = [sign if bit else -sign for sign, bit in zip(signs, bits, strict=True)]
            for name, value in zip(names, values, strict=True):
                assert solver.solve([*given, name]) == bool(value)
                assert solver.solve([*given, -name]) == (not value)


@pytest.mark.parametrize("signs", [*product((0, 1), repeat=3)])
def test_a_choice_costs_one_variable_and_six_clauses(signs: tuple[int, ...]) -> None:
    graph = Graph()
    condition, then, otherwise = (graph.variable() ^ sign for sign in signs)
    assert cost(graph, graph.choose(condition, then, otherwise)) == (1, 6)
    assert cost(graph, graph.choose(then, condition, otherwise)) == (1, 6)
    assert cost(graph, graph.choose(otherwise, then, condition)) == (1, 6)


def test_an_exclusive_or_costs_one_variable_and_four_clauses() -> None:
    graph = Graph()
    a, b = graph.variable(), graph.variable()
    assert cost(graph, graph.differ(a, b)) == (1, 4)


def test_a_choice_between_what_is_defined_already_is_two_gates() -> None:
    graph = Graph()
    a, b, c = (graph.variable() for _ in range(3))
    choice = graph.choose(a, b, c)
    assert cost(graph, graph.both(a, b), choice) == (3, 9)


def cost(graph: Graph, *literals: int) -> tuple[int, int]:
    """How many variables for gates and clauses literals take, defined one after the other."""
    clauses: list[list[int]] = []
    numbers = Tseitin(graph, clauses.append)
    for literal in literals:
        numbers.literal(literal)
    gates = [node for node in numbers.number if graph.is_gate(2 * node)]
    return len(gates), len(clauses) - 1
