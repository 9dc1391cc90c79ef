"""Glucose that minds a budget: signed integers in, signed integers out.

Audemard, Simon: Predicting Learnt Clauses Quality in Modern SAT Solvers. IJCAI 2009.
"""

from pysat.solvers import Glucose3

from verifier.engines.pdr.budget import Budget

_CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK = 500


class Glucose:
    """An incremental solver that lets go of the processor often enough for a limit or Ctrl-C."""

    def __init__(self, budget: Budget) -> None:
        self._glucose = Glucose3()
        self._budget = budget

    def add(self, clause: list[int]) -> None:
        self._glucose.add_clause(clause)

    def solve(self, assumption: int) -> bool:
        """Whether the clauses can hold together with the assumption.

        Raises Exhausted when the budget ends first.
        """
        while True:
            self._budget.spend()
            self._glucose.conf_budget(_CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK)
            answer: bool | None = self._glucose.solve_limited([assumption], expect_interrupt=True)
            if answer is not None:
                return answer

    def model(self) -> list[int]:
        """The satisfying assignment just found: entry v - 1 is v or -v."""
        model: list[int] = self._glucose.get_model()
        return model
