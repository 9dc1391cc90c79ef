"""MiniSat through its bare C interface: signed integers in, signed integers out.

Een, Sorensson: An Extensible SAT-solver. SAT 2003.

CaDiCaL is as fast on small circuits and took 1.4 times as long over the catalogue's hardest
pairs: PDR asks thousands of questions that need hardly any conflicts.
"""

from collections.abc import Iterable

import pysolvers

from verifier.engines.pdr.budget import Budget

_CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK = 2_000


class Solver:
    """An incremental solver that lets go of the processor often enough for a limit or Ctrl-C."""

    __slots__ = ("_add", "_budget", "_limit", "_raw", "_solve")

    def __init__(self, clauses: Iterable[list[int]], budget: Budget) -> None:
        self._raw = pysolvers.minisat22_new()
        self._budget = budget
        self._add = pysolvers.minisat22_add_cl
        self._limit = pysolvers.minisat22_cbudget
        self._solve = pysolvers.minisat22_solve_lim
        for clause in clauses:
            self._add(self._raw, clause)

    def __del__(self) -> None:
        pysolvers.minisat22_del(self._raw)

    def add(self, clause: list[int]) -> None:
        self._add(self._raw, clause)

    def solve(self, assumptions: list[int]) -> bool:
        """Whether the clauses can hold together with the assumptions.

        Raises Exhausted or Paused when the budget ends first.
        """
        while True:
            self._budget.spend()
            self._limit(self._raw, _CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK)
            answer: bool | None = self._solve(self._raw, assumptions, 0, 0)
            if answer is not None:
                return answer

    def core(self) -> set[int]:
        """The assumptions that the refutation just found has used."""
        return set(pysolvers.minisat22_core(self._raw) or ())

    def model(self) -> list[int]:
        """The satisfying assignment just found: entry v - 1 is v or -v."""
        model: list[int] = pysolvers.minisat22_model(self._raw)
        return model
