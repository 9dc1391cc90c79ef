"""Z3's terms mean what the graph's literals mean, whatever they are recognised as."""

from random import Random

import pytest
import z3

from verifier.circuit.aig import Graph
from verifier.circuit.z3_terms import Z3Terms, answer_of


def random_graph(seed: int) -> tuple[Graph, list[int]]:
    """Conjunctions, exclusive ors and choices of what is there, negated or not."""
    random, graph = Random(seed), Graph()
    literals = [graph.variable() for _ in range(6)]
    for _ in range(40):
        a, b, c = (random.choice(literals) ^ random.getrandbits(1) for _ in range(3))
        make = random.randrange(4)
        if make == 0:
            literals.append(graph.both(a, b))
        elif make == 1:
            literals.append(graph.differ(a, b))
        elif make == 2:
            literals.append(graph.choose(a, b, c))
        else:
            literals.append(graph.both(graph.both(a, b) ^ 1, graph.both(a ^ 1, c) ^ 1))
    return graph, literals


def plain(graph: Graph) -> list[z3.BoolRef]:
    """Each literal as nothing but conjunctions and negations."""
    terms = [z3.BoolVal(False), z3.BoolVal(True)]
    for node in range(1, len(graph)):
        if graph.left[node] < 0:
            term = z3.Bool(f"v{node}")
        else:
            term = z3.And(terms[graph.left[node]], terms[graph.right[node]])
        terms += [term, z3.Not(term)]
    return terms


@pytest.mark.parametrize("seed", range(40))
def test_terms_are_equivalent_to_the_literals(seed: int) -> None:
    graph, literals = random_graph(seed)
    terms, expected = Z3Terms(graph), plain(graph)
    for literal in literals[6:]:
        solver = z3.SolverFor("QF_FD")
        solver.add(terms.term(literal) != expected[literal])
        assert solver.check() == z3.unsat


def test_a_choice_and_an_exclusive_or_are_recognised() -> None:
    graph = Graph()
    a, b, c = (graph.variable() for _ in range(3))
    terms = Z3Terms(graph)
    assert "If" in str(terms.term(graph.choose(a, b, c)))
    assert "If" in str(terms.term(graph.differ(a, b)))
    assert "If" not in str(terms.term(graph.both(graph.both(a, b) ^ 1, c)))


def test_what_z3_takes_for_itself_is_an_interruption_again() -> None:
    """Z3 answers unknown then, and the signal is gone."""

    class Interrupted(z3.Solver):
        def check(self, *_: object) -> z3.CheckSatResult:
            return z3.unknown

        def reason_unknown(self) -> str:
            return "interrupted from keyboard"

    with pytest.raises(KeyboardInterrupt):
        answer_of(Interrupted())
