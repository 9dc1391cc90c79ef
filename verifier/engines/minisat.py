"""MiniSat that minds a budget: signed integers in, signed integers out.

Een, Sorensson: An Extensible SAT-solver. SAT 2003.

CaDiCaL is as fast on small circuits and took 1.4 times as long over the catalogue's hardest
pairs: PDR asks thousands of questions that need hardly any conflicts.
"""

from collections.abc import Iterable

from pysat.solvers import Minisat22

from verifier.engines.budget import Budget

_CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK = 2_000


class Solver:
    """An incremental solver that lets go of the processor often enough for a limit or Ctrl-C."""

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
            self._minisat.conf_budget(_CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK)
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
