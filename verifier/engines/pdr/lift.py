"""From one predecessor state to a cube of them.

Chockler, Ivrii, Matsliah, Moran, Nevo: Incremental Formal Verification of Hardware. FMCAD 2011.
"""

from verifier.circuit.cnf import Transition
from verifier.engines.pdr.budget import Budget
from verifier.engines.pdr.solver import Solver

_QUERIES_BETWEEN_FRESH_SOLVERS = 2_000


class Lifter:
    """Keeps of a state what forces its step, under given inputs, into a cube.

    The step is a function, so state, inputs and "not into the cube" contradict each other; the
    part of the state that the refutation uses is enough.
    """

    def __init__(self, transition: Transition, following: list[int], budget: Budget) -> None:
        self._transition = transition
        self._following = following
        self._budget = budget
        self._build()

    def _build(self) -> None:
        self._solver = Solver(self._transition.clauses, self._budget)
        self._variables = self._transition.variables

    def into(self, cube: list[int], state: list[int], inputs: list[int]) -> list[int]:
        """The part of the state from which these inputs step into the cube."""
        if self._variables > self._transition.variables + _QUERIES_BETWEEN_FRESH_SOLVERS:
            self._build()
        self._variables += 1
        unless = self._variables
        following = self._following
        clause = [-following[literal] for literal in cube]
        clause.append(unless)
        self._solver.add(clause)
        part = self._forced(-unless, state, inputs)
        self._solver.add([unless])
        return part

    def onto(self, bad: int, state: list[int], inputs: list[int]) -> list[int]:
        """The part of the state from which these inputs violate a property."""
        return self._forced(-bad, state, inputs)

    def _forced(self, otherwise: int, state: list[int], inputs: list[int]) -> list[int]:
        assumptions = [otherwise, *inputs, *state]
        if self._solver.solve(assumptions):
            raise AssertionError("a step is not a function of its state and inputs")
        return self._solver.core(state)
