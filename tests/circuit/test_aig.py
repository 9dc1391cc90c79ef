from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.circuit.circuit import Circuit, Input, Latch

Recipe = list[tuple[int, int, int]]
recipes = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 10_000), st.integers(0, 10_000)), max_size=30
)


def build(recipe: Recipe) -> tuple[Graph, list[int], list[int], list[int]]:
    """A graph over three variables, the literals made, and each one's truth table."""
    graph = Graph()
    variables = [graph.variable() for _ in range(3)]
    literals = [FALSE, *variables]
    tables = [0, 0b10101010, 0b11001100, 0b11110000]
    for operation, x, y in recipe:
        i, j, k = x // 2 % len(literals), y // 2 % len(literals), (x + y) % len(literals)
        a, s = literals[i] ^ x % 2, tables[i] ^ 255 * (x % 2)
        b, t = literals[j] ^ y % 2, tables[j] ^ 255 * (y % 2)
        c, u = literals[k], tables[k]
        made = (graph.both, graph.either, graph.differ)
        if operation < 3:
            literals.append(made[operation](a, b))
            tables.append((s & t, s | t, s ^ t)[operation])
        else:
            literals.append(graph.choose(c, a, b))
            tables.append(u & s | (u ^ 255) & t)
    return graph, variables, literals, tables


@settings(max_examples=100)
@given(recipes)
def test_every_operation_computes_what_it_says(recipe: Recipe) -> None:
    graph, variables, literals, tables = build(recipe)
    words = dict(zip(variables, [0b10101010, 0b11001100, 0b11110000], strict=True))
    assert graph.evaluate(literals, words, ones=255) == tables


@settings(max_examples=100)
@given(recipes)
def test_gates_are_unique_and_come_after_their_fan_ins(recipe: Recipe) -> None:
    graph, *_ = build(recipe)
    pairs = [
        (graph.left[node], graph.right[node])
        for node in range(len(graph))
        if graph.is_gate(2 * node)
    ]
    assert len(pairs) == len(set(pairs)) == graph.gates
    for node in range(len(graph)):
        if graph.is_gate(2 * node):
            assert 1 < graph.left[node] < graph.right[node] < 2 * node


@settings(max_examples=100)
@given(recipes)
def test_a_copy_computes_the_same_over_other_variables(recipe: Recipe) -> None:
    graph, variables, literals, tables = build(recipe)
    other = Graph()
    fresh = [other.variable() for _ in range(3)]
    image = dict(zip(variables, [fresh[1], fresh[2] ^ 1, FALSE], strict=True))
    copied = other.copy_into(other, [], {}) + graph.copy_into(other, literals, image)
    for a, b in product((0, 1), repeat=2):
        case = a + 2 * (1 - b)
        expected = [table >> case & 1 for table in tables]
        assert other.evaluate(copied, {fresh[1]: a, fresh[2]: b}) == expected


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("a", "ab", "ab"),
        ("not a", "ab", "false"),
        ("not a", "not ab", "not a"),
        ("a", "not ab", "a and not b"),
        ("b", "ab", "ab"),
        ("not b", "ab", "false"),
        ("not b", "not ab", "not b"),
        ("b", "not ab", "b and not a"),
    ],
)
def test_absorption_looks_one_gate_down(outer: str, inner: str, expected: str) -> None:
    graph = Graph()
    a, b = graph.variable(), graph.variable()
    ab = graph.both(a, b)
    named = {
        "a": a,
        "not a": a ^ 1,
        "b": b,
        "not b": b ^ 1,
        "ab": ab,
        "not ab": ab ^ 1,
        "false": FALSE,
        "a and not b": graph.both(a, b ^ 1),
        "b and not a": graph.both(b, a ^ 1),
    }
    assert graph.both(named[outer], named[inner]) == named[expected]


def test_constants_fold_away() -> None:
    graph = Graph()
    a, b = graph.variable(), graph.variable()
    assert graph.both(a, TRUE) == a
    assert graph.both(a, a ^ 1) == FALSE
    assert graph.differ(a, a ^ 1) == TRUE
    assert graph.choose(a, b, b) == b
    assert graph.all([]) == TRUE
    assert graph.any([]) == FALSE
    assert graph.gates == 0


def test_a_cone_has_fan_ins_first_and_no_constant() -> None:
    graph = Graph()
    a, b, c = (graph.variable() for _ in range(3))
    ab = graph.both(a, b)
    abc = graph.both(ab, c)
    graph.both(a, c)
    assert graph.cone([abc ^ 1, TRUE]) == [a >> 1, b >> 1, c >> 1, ab >> 1, abc >> 1]


def test_the_cone_of_influence_follows_latches_and_keeps_names() -> None:
    graph = Graph()
    i, j, s, t, u = (graph.variable() for _ in range(5))
    circuit = Circuit(
        graph,
        (Input("i", i), Input("j", j)),
        (Latch("s", s, t, False), Latch("t", t, graph.both(t, i), True), Latch("u", u, j, None)),
        {"p": s, "q": graph.both(u, s), "r": TRUE},
    )
    alone = circuit.restricted(["p"])
    assert [bit.name for bit in alone.inputs] == ["i"]
    assert [latch.name for latch in alone.latches] == ["s", "t"]
    assert alone.bad == {"p": s}
    assert circuit.restricted(["p", "q"]).latches == circuit.latches
    assert circuit.restricted(["r"]).latches == ()


def test_a_copy_with_a_constant_leaves_out_what_that_makes_irrelevant() -> None:
    graph, other = Graph(), Graph()
    selected, a, b = (graph.variable() for _ in range(3))
    root = graph.both(selected, graph.differ(a, b))
    image = {selected: FALSE, a: other.variable(), b: other.variable()}
    assert graph.copy_into(other, [root], image) == [FALSE]
    assert other.gates == 0
