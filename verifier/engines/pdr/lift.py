"""From one predecessor state to a cube of them.

Chockler, Ivrii, Matsliah, Moran, Nevo: Incremental Formal Verification of Hardware. FMCAD 2011.
"""

from verifier.circuit.cnf import Transition
from verifier.engines.budget import Budget
from verifier.engines.sat import MiniSat


class Lifter:
    """Keeps of a state what forces its step, under given inputs, into a cube.

    The step is a function, so state, inputs and "not into the cube" contradict each other; the
    part of the state that the refutation uses is enough.
    """

    def __init__(self, step: Transition, following: list[int], budget: Budget) -> None:
        self._following = following
        self._variables = step.variables
        self._solver = MiniSat(step.clauses, budget)

    def into(self, cube: list[int], state: list[int], inputs: list[int]) -> list[int]:
        """The part of the state from which these inputs step into the cube."""
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
        """Two refutations: what the first leaves, in the opposite order, is often still too much.

        The solver decides assumptions in their order, and the first ones are used most.
        """
        part = state
        for _ in range(2):
            if self._solver.solve([otherwise, *inputs, *part]):
                raise AssertionError("a step is not a function of its state and inputs")
            used = self._solver.core()
            part = [literal for literal in reversed(part) if literal in used]
        return part
