"""What Z3 does not know is no answer."""

import pytest
import z3

from verifier.audit import solvers
from verifier.audit.solvers import Given, Undecided, z3_judge
from verifier.circuit.aig import Graph


def test_a_judge_that_does_not_know_confirms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph()
    a, b = graph.variable(), graph.variable()
    claims = [[a, b ^ 1]]
    assert z3_judge(graph, [a, b, graph.both(a, b) ^ 1]) is None
    given = Given(graph, [[a ^ 1, b]])
    assert given.refutes(claims)
    monkeypatch.setattr(solvers, "answer_of", lambda *_: z3.unknown)
    with pytest.raises(Undecided, match="Z3 answers unknown"):
        z3_judge(graph, [a])
    with pytest.raises(Undecided, match="Z3 answers unknown"):
        given.refutes(claims)
