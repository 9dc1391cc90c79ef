"""CaDiCaL through its bare C interface: signed integers in, signed integers out.

Biere, Faller, Fazekas, Fleury, Froleyks, Pollitt: CaDiCaL 2.0. CAV 2024.
"""

from collections.abc import Iterable

import pysolvers

from verifier.engines.pdr.budget import Budget

_CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK = 5_000
_OPTIONS = {"lucky": 0, "walk": 0}


class Solver:
    """An incremental solver that lets go of the processor often enough for a limit or Ctrl-C."""

    __slots__ = ("_add", "_budget", "_core", "_limit", "_model", "_raw", "_solve")

    def __init__(self, clauses: Iterable[list[int]], budget: Budget) -> None:
        self._raw = pysolvers.cadical153_new()
        self._budget = budget
        self._add = pysolvers.cadical153_add_cl
        self._solve = pysolvers.cadical153_solve_lim
        self._limit = pysolvers.cadical153_cbudget
        self._core = pysolvers.cadical153_core
        self._model = pysolvers.cadical153_model
        for clause in clauses:
            self._add(self._raw, clause)

    def __del__(self) -> None:
        pysolvers.cadical153_del(self._raw, None)

    def add(self, clause: list[int]) -> None:
        self._add(self._raw, clause)

    def solve(self, assumptions: list[int]) -> bool:
        """Whether the clauses can hold together with the assumptions.

        Raises Exhausted when the budget ends first.
        """
        while True:
            self._budget.spend()
            self._limit(self._raw, _CONFLICTS_BETWEEN_LOOKS_AT_THE_CLOCK)
            answer: int = self._solve(self._raw, assumptions, 0)
            if answer:
                return answer > 0

    def core(self, assumptions: list[int]) -> list[int]:
        """Those of some assumptions that the refutation just found has used."""
        return self._core(self._raw, assumptions) or []

    def model(self) -> list[int]:
        """The satisfying assignment just found: entry v - 1 is v or -v."""
        model: list[int] = self._model(self._raw)
        return model
