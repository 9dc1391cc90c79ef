"""SAT solvers that mind a budget: signed integers in, signed integers out.

They let go of the processor often enough for a limit or Ctrl-C.

Why so: docs/decisions/0009-solvers-by-their-public-classes.md
"""

from collections.abc import Callable, Iterable, Sequence

from pysat.solvers import Glucose3, Minisat22

from verifier.circuit.aig import Graph
from verifier.circuit.tseitin import Tseitin
from verifier.engines.budget import Budget

_CONFLICTS_OF_GLUCOSE = 500
_CONFLICTS_OF_MINISAT = 2_000
"""Between looks at the clock."""


class Glucose:
    """Glucose, for single assumptions.

    Audemard, Simon: Predicting Learnt Clauses Quality in Modern SAT Solvers. IJCAI 2009.
    """

    def __init__(self, budget: Budget) -> None:
        self._glucose = Glucose3()
        self._budget = budget

    def add(self, clause: list[int]) -> None:
        self._glucose.add_clause(clause)

    def solve(self, assumption: int, at_pause: Callable[[], object] = lambda: None) -> bool:
        """Whether the clauses can hold together with the assumption.

        `at_pause` is called whenever it looks at the clock. Raises Exhausted when the budget ends
        first.
        """
        while True:
            self._budget.spend()
            self._glucose.conf_budget(_CONFLICTS_OF_GLUCOSE)
            answer: bool | None = self._glucose.solve_limited([assumption], expect_interrupt=True)
            if answer is not None:
                return answer
            at_pause()

    def model(self) -> list[int]:
        """The satisfying assignment just found: entry v - 1 is v or -v."""
        model: list[int] = self._glucose.get_model()
        return model


class MiniSat:
    """MiniSat, lemma by lemma, with the assumptions that a refutation uses.

    CaDiCaL is as fast on small circuits and took 1.4 times as long over the catalogue's hardest
    pairs: PDR asks thousands of questions that need hardly any conflicts.
    Een, Sorensson: An Extensible SAT-solver. SAT 2003.
    """

    __slots__ = ("_budget", "_minisat")

    def __init__(self, clauses: Iterable[list[int]], budget: Budget) -> None:
        self._minisat = Minisat22(clauses)
        self._budget = budget

    def add(self, clause: list[int]) -> None:
        self._minisat.add_clause(clause)

    def solve(self, assumptions: list[int]) -> bool:
        """Whether the clauses can hold together with the assumptions.

        Raises Exhausted or Paused when the budget ends first.
        """
        while True:
            self._budget.spend()
            self._minisat.conf_budget(_CONFLICTS_OF_MINISAT)
            answer: bool | None = self._minisat.solve_limited(assumptions, expect_interrupt=True)
            if answer is not None:
                return answer

    def core(self) -> set[int]:
        """The assumptions that the refutation just found has used."""
        return set(self._minisat.get_core() or ())

    def model(self) -> list[int]:
        """The satisfying assignment just found: entry v - 1 is v or -v."""
        model: list[int] = self._minisat.get_model()
        return model


class GlucoseOracle:
    """Glucose on the literals of a growing graph, whose gates it learns when they are asked for."""

    def __init__(self, graph: Graph, budget: Budget) -> None:
        self._glucose = Glucose(budget)
        self._clauses = Tseitin(graph, self._glucose.add)
        self._model: list[int] = []

    def add(self, clause: Sequence[int]) -> None:
        self._glucose.add([self._clauses.literal(literal) for literal in clause])

    def solve(self, literal: int, at_pause: Callable[[], object]) -> bool:
        """Whether the literal can hold. Raises Exhausted."""
        answer = self._glucose.solve(self._clauses.literal(literal), at_pause)
        self._model = self._glucose.model() if answer else []
        return answer

    def value(self, literal: int) -> bool:
        """What the model just found gives a positive literal; false where it leaves it open."""
        number = self._clauses.number.get(literal >> 1, 0)
        return 0 < number <= len(self._model) and self._model[number - 1] > 0
