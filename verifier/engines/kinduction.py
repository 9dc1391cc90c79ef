"""k-induction: enough good steps in a row are followed by another good one.

Sheeran, Singh, Stålmarck: Checking Safety Properties Using Induction and a SAT-Solver. FMCAD 2000.
Eén, Sörensson: Temporal Induction by Incremental SAT Solving. BMC 2003.
"""

from collections.abc import Sequence

from verifier.circuit.circuit import Circuit
from verifier.circuit.unroll import Unrolling
from verifier.engines.budget import Budget, Exhausted
from verifier.engines.z3_oracle import Z3Oracle
from verifier.evidence.verdicts import (
    Induction,
    Invariant,
    Limits,
    Path,
    Progress,
    Proved,
    Unknown,
    Violated,
    Watch,
    silent,
)


def kinduction(
    circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
) -> dict[str, Proved | Violated | Unknown]:
    """Prove or refute each goal by induction over more and more steps of simple paths.

    A violation is a shortest one. With enough time every goal is decided, as simple paths end.
    """
    budget = Budget(limits)
    inductions = [_Induction(circuit, goal, budget) for goal in dict.fromkeys(goals)]
    waiting = list(inductions)
    reason = None
    try:
        while waiting:
            for induction in list(waiting):
                watch(Progress("kinduction", induction.steps, induction.goal))
                if induction.steps == limits.depth or induction.settles():
                    waiting.remove(induction)
                    found = induction.violation
                    if found is not None:
                        watch(Progress("kinduction", induction.steps, induction.goal, found=found))
    except Exhausted as limit:
        reason = str(limit)
    return {induction.goal: induction.verdict(reason) for induction in inductions}


class _Induction:
    """One goal; `steps` steps from a reset state are good, and do not suffice for a proof."""

    def __init__(self, circuit: Circuit, goal: str, budget: Budget) -> None:
        self.goal = goal
        self.steps = 0
        self._circuit = circuit
        self._budget = budget
        self._decided: Proved | Violated | None = None
        cone = circuit.restricted([goal])
        self._from_reset = _Frames(Unrolling(cone), budget)
        self._from_anywhere = _Frames(Unrolling(cone, free_start=True), budget)
        self._distinct: set[tuple[int, int]] = set()

    def verdict(self, limit: str | None) -> Proved | Violated | Unknown:
        reason = limit or f"neither proved nor violated by induction over {self.steps} steps"
        return self._decided or Unknown("kinduction", reason, self.steps, self._budget.seconds)

    @property
    def violation(self) -> Violated | None:
        """The violation, if that is the verdict."""
        return self._decided if isinstance(self._decided, Violated) else None

    def settles(self) -> bool:
        """Try the present number of steps; whether that decides the goal. Raises Exhausted."""
        self._budget.spend()
        self._budget.look_at_memory()
        if self._is_inductive():
            induction = Induction(self.steps, bool(self._distinct))
            self._decided = Proved(
                "kinduction", Invariant(()), self.steps, self._budget.seconds, induction
            )
            return True
        bad = self._from_reset.violation(self.goal)
        if self._from_reset.oracle.solve(bad):
            path = Path(*self._from_reset.execution(self._circuit))
            self._decided = Violated("kinduction", path, self._budget.seconds, self.steps)
            return True
        self._from_reset.oracle.add([bad ^ 1])
        self.steps += 1
        return False

    def _is_inductive(self) -> bool:
        """Whether good steps along a simple path from anywhere exclude a violation next."""
        frames = self._from_anywhere
        bad = frames.violation(self.goal)
        while frames.oracle.solve(bad):
            repeated = frames.repeated()
            if not repeated:
                frames.oracle.add([bad ^ 1])
                return False
            for first, second in repeated:
                frames.oracle.add(frames.unrolling.differences(first, second))
            self._distinct.update(repeated)
        return True


class _Frames:
    """An unrolled circuit in Z3."""

    def __init__(self, unrolling: Unrolling, budget: Budget) -> None:
        self.unrolling = unrolling
        self.oracle = Z3Oracle(unrolling.graph, budget)

    def violation(self, goal: str) -> int:
        """Open a frame; the literal of a violation by its step."""
        self.unrolling.open_frame()
        return self.unrolling.violations[-1][goal]

    def repeated(self) -> list[tuple[int, int]]:
        """Frames with equal states in the model just found; every frame with the nearest before."""
        latest: dict[tuple[bool, ...], int] = {}
        pairs = []
        for frame, state in enumerate(self.unrolling.states):
            values = tuple(map(self.oracle.value, state.values()))
            if values in latest:
                pairs.append((latest[values], frame))
            latest[values] = frame
        return pairs

    def execution(self, circuit: Circuit) -> tuple[dict[str, bool], tuple[dict[str, bool], ...]]:
        return self.unrolling.execution(circuit, self.oracle.value)
