"""Glucose through its bare C interface: signed integers in, signed integers out.

Audemard, Simon: Predicting Learnt Clauses Quality in Modern SAT Solvers. IJCAI 2009.
"""

import pysolvers

from verifier.engines.pdr.budget import Budget

_CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK = 500


class Glucose:
    """An incremental solver that lets go of the processor often enough for a limit or Ctrl-C."""

    def __init__(self, budget: Budget) -> None:
        self._raw = pysolvers.glucose3_new()
        self._budget = budget

    def __del__(self) -> None:
        pysolvers.glucose3_del(self._raw)

    def add(self, clause: list[int]) -> None:
        pysolvers.glucose3_add_cl(self._raw, clause)

    def solve(self, assumption: int) -> bool:
        """Whether the clauses can hold together with the assumption.

        Raises Exhausted when the budget ends first.
        """
        while True:
            self._budget.spend()
            pysolvers.glucose3_cbudget(self._raw, _CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK)
            answer: bool | None = pysolvers.glucose3_solve_lim(self._raw, [assumption], 0, 0)
            if answer is not None:
                return answer

    def model(self) -> list[int]:
        """The satisfying assignment just found: entry v - 1 is v or -v."""
        model: list[int] = pysolvers.glucose3_model(self._raw)
        return model
