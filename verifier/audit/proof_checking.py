"""An independent re-check of evidence at the level of a circuit, by Z3 by default."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import chain
from operator import or_
from typing import Literal

from verifier.audit.solvers import Given, Judge, Model, z3_judge
from verifier.circuit.aig import Graph
from verifier.circuit.circuit import Circuit
from verifier.circuit.packed import PackedSteps
from verifier.circuit.unroll import Unrolling
from verifier.evidence.verdicts import Alternative, Clause, Induction, Invariant, Path, Proved
from verifier.language.goals import is_step

Condition = Literal["well-formed", "initial", "inductive", "implies", "base", "replays"]


@dataclass(frozen=True)
class Rejected:
    """The evidence does not show what it claims: which condition fails, where, and an example."""

    condition: Condition
    reason: str
    clause: Clause | None = None
    counterexample: Path | None = None
    """From a state of the invariant (of the reset states for `initial` and `base`)."""


def proof_holds(
    circuit: Circuit, goal: str, proved: Proved, judge: Judge = z3_judge
) -> Rejected | None:
    """Re-check a proof: the invariant's three conditions and, where it uses one, the induction."""
    return _check(circuit, goal, proved.invariant, proved.induction, judge)


def all_hold(
    circuit: Circuit, goals: Sequence[str], lemmas: Sequence[Sequence[Alternative]]
) -> bool:
    """Whether lemmas hold initially, steps preserve them, and they rule several goals' bad out.

    Z3 says so. Where it does not, `proof_holds` says why, goal by goal.
    """
    now = {latch.name: latch.literal for latch in circuit.latches}
    then = {latch.name: latch.next for latch in circuit.latches}
    mentioned = {name for each in chain(*chain(*lemmas)) for name, _ in each}
    if not (mentioned <= now.keys() and circuit.bad.keys() >= set(goals)):
        return False
    reset = {latch.name: latch.reset for latch in circuit.latches}
    if not all(any(_starts(reset, each) for each in lemma) for lemma in lemmas):
        return False
    holds, breaks = (_placed(circuit.graph, lemmas, state) for state in (now, then))
    broken = ([literal ^ 1 for literal in lemma] for lemma in breaks)
    violated = ([circuit.bad[goal]] for goal in goals)
    return Given(circuit.graph, holds).refutes([*broken, *violated])


def ruled_out(
    circuit: Circuit, goals: Sequence[str], lemmas: Sequence[Sequence[Alternative]]
) -> list[str]:
    """Which goals' bad Z3 finds impossible in every state that satisfies the lemmas."""
    if not goals:
        return []
    now = {latch.name: latch.literal for latch in circuit.latches}
    given = Given(circuit.graph, _placed(circuit.graph, lemmas, now))
    return [goal for goal in goals if given.refutes([[circuit.bad[goal]]])]


def _starts(reset: Mapping[str, bool | None], alternative: Alternative) -> bool:
    """Whether clauses hold in all reset states, each by a literal."""
    return all(any(reset[name] is value for name, value in clause) for clause in alternative)


def _placed(
    graph: Graph, lemmas: Sequence[Sequence[Alternative]], state: Mapping[str, int]
) -> list[list[int]]:
    """Each lemma's alternatives as literals over a state; fields' values are shared by lemmas."""

    @cache
    def literal(alternative: Alternative) -> int:
        return graph.all(
            graph.any(state[name] ^ (not value) for name, value in clause) for clause in alternative
        )

    return [[literal(each) for each in lemma] for lemma in lemmas]


def reached(circuit: Circuit, paths: Mapping[str, Path]) -> dict[str, tuple[int, ...]]:
    """The goals that the last steps of their paths violate, with the steps that are taken there.

    Steps count from 0; one that is not enabled, or fails its assertion, changes nothing. All paths
    are replayed side by side.
    """
    fitting = [(g, path) for g, path in paths.items() if _path_fits(circuit, g, path) is None]
    if not fitting:
        return {}
    steps = PackedSteps(circuit, (1 << len(fitting)) - 1)
    state = {
        latch.literal: _word(path.start[latch.name] for _, path in fitting)
        for latch in circuit.latches
    }
    fires = [goal for goal in circuit.bad if is_step(goal)]
    taken: dict[str, list[int]] = {goal: [] for goal, _ in fitting}
    found: dict[str, tuple[int, ...]] = {}
    for step in range(max(len(path.inputs) for _, path in fitting)):
        inputs = {
            bit.literal: _word(
                step < len(path.inputs) and path.inputs[step][bit.name] for _, path in fitting
            )
            for bit in circuit.inputs
        }
        violated = steps.take(state, inputs)
        moved = reduce(or_, (violated[goal] for goal in fires), 0)
        for lane, (goal, path) in enumerate(fitting):
            if moved >> lane & 1:
                taken[goal].append(step)
            if step == len(path.inputs) - 1 and violated[goal] >> lane & 1:
                found[goal] = tuple(taken[goal])
        state = steps.successor()
    return found


def _word(bits: Iterable[bool]) -> int:
    """Bits as a word, the first one lowest."""
    return sum(1 << lane for lane, bit in enumerate(bits) if bit)


def path_violates(circuit: Circuit, goal: str, path: Path) -> Rejected | None:
    """Replay a path by plain evaluation; its last step must violate the goal."""
    malformed = _path_fits(circuit, goal, path)
    if malformed is not None:
        return Rejected("well-formed", malformed, counterexample=path)
    state = {latch.literal: int(path.start[latch.name]) for latch in circuit.latches}
    successors = [latch.next for latch in circuit.latches]
    for inputs in path.inputs[:-1]:
        values = state | {bit.literal: int(inputs[bit.name]) for bit in circuit.inputs}
        state = dict(zip(state, circuit.graph.evaluate(successors, values), strict=True))
    values = state | {bit.literal: int(path.inputs[-1][bit.name]) for bit in circuit.inputs}
    if circuit.graph.evaluate([circuit.bad[goal]], values) == [1]:
        return None
    steps = len(path.inputs)
    return Rejected("replays", f"step {steps} does not violate `{goal}`", counterexample=path)


def _path_fits(circuit: Circuit, goal: str, path: Path) -> str | None:
    """Why the path is none of this circuit's."""
    if goal not in circuit.bad:
        return f"`{goal}` is not a property of the system"
    if not path.inputs:
        return "the path has no steps"
    latches = {latch.name for latch in circuit.latches}
    if path.start.keys() != latches:
        return f"the start does not fit: {_difference(path.start.keys(), latches)}"
    wanted = {bit.name for bit in circuit.inputs}
    for step, inputs in enumerate(path.inputs, 1):
        if inputs.keys() != wanted:
            return f"the inputs of step {step} do not fit: {_difference(inputs.keys(), wanted)}"
    for latch in circuit.latches:
        if latch.reset is not None and path.start[latch.name] != latch.reset:
            return f"`{latch.name}` starts as {latch.reset}, not {path.start[latch.name]}"
    return None


def _difference(given: Iterable[str], wanted: set[str]) -> str:
    odd = sorted(set(given) ^ wanted)
    return f"`{odd[0]}` is {'missing' if odd[0] in wanted else 'unknown'}"


def _check(
    circuit: Circuit, goal: str, invariant: Invariant, induction: Induction, judge: Judge
) -> Rejected | None:
    malformed = _invariant_fits(circuit, goal, invariant, induction)
    if malformed is not None:
        return malformed
    mentioned = {name for clause in invariant.clauses for name, _ in clause}
    cone = circuit.restricted([goal], mentioned)
    trial = _Trial(cone, goal, invariant, judge)
    return (
        trial.initial()
        or trial.inductive()
        or trial.base(induction.steps)
        or trial.implies(induction)
    )


def _invariant_fits(
    circuit: Circuit, goal: str, invariant: Invariant, induction: Induction
) -> Rejected | None:
    if goal not in circuit.bad:
        return Rejected("well-formed", f"`{goal}` is not a property of the system")
    if induction.steps < 0:
        return Rejected("well-formed", f"an induction over {induction.steps} steps")
    known = {latch.name for latch in circuit.latches}
    for clause in invariant.clauses:
        for name, _ in clause:
            if name not in known:
                return Rejected("well-formed", f"`{name}` is not a latch of the system", clause)
    return None


class _Trial:
    """The conditions of a proof, each a question to the judge about the goal's cone."""

    def __init__(self, circuit: Circuit, goal: str, invariant: Invariant, judge: Judge) -> None:
        self.circuit, self.goal, self.invariant = circuit, goal, invariant
        self.judge = judge
        self.literal = {latch.name: latch.literal for latch in circuit.latches}

    def initial(self) -> Rejected | None:
        """A clause holds in all reset states if a literal is fixed so, or both signs are there."""
        reset = {latch.name: latch.reset for latch in self.circuit.latches}
        for clause in self.invariant.clauses:
            literals = set(clause)
            if any(reset[name] is value for name, value in clause):
                continue
            if any((name, not value) in literals for name, value in clause):
                continue
            start = {name: bool(value) for name, value in reset.items()}
            start |= {name: not value for name, value in clause}
            return Rejected("initial", "a reset state breaks the clause", clause, Path(start, ()))
        return None

    def inductive(self) -> Rejected | None:
        """No step leads from a state of the invariant to one outside."""
        if not self.invariant.clauses:
            return None
        steps = Unrolling(self.circuit, free_start=True)
        steps.open_frame()
        steps.advance()
        after = self._placed(steps, 1)
        model = self.judge(steps.graph, [*self._placed(steps, 0), steps.graph.all(after) ^ 1])
        if model is None:
            return None
        broken = next(
            clause
            for clause, literal in zip(self.invariant.clauses, after, strict=True)
            if not model(literal)
        )
        return self._rejected("inductive", "a step breaks the clause", steps, model, broken)

    def base(self, length: int) -> Rejected | None:
        """The first steps from a reset state are good."""
        steps = Unrolling(self.circuit)
        for step in range(1, length + 1):
            steps.open_frame()
            model = self.judge(steps.graph, [steps.violations[-1][self.goal]])
            if model is not None:
                reason = f"step {step} from a reset state violates `{self.goal}`"
                return self._rejected("base", reason, steps, model)
        return None

    def implies(self, induction: Induction) -> Rejected | None:
        """After the good steps of the induction, from the invariant, comes another good one."""
        steps = Unrolling(self.circuit, free_start=True)
        for _ in range(induction.steps + 1):
            steps.open_frame()
        bads = [violated[self.goal] for violated in steps.violations]
        assumed = [bad ^ 1 for bad in bads[:-1]]
        for frame in range(induction.steps + 1):
            assumed += self._placed(steps, frame)
        if induction.simple_path:
            assumed += [
                steps.graph.any(steps.differences(first, second))
                for second in range(induction.steps + 1)
                for first in range(second)
            ]
        model = self.judge(steps.graph, [*assumed, bads[-1]])
        if model is None:
            return None
        reason = f"the clauses do not rule out a violation of `{self.goal}`"
        return self._rejected("implies", reason, steps, model)

    def _placed(self, steps: Unrolling, frame: int) -> list[int]:
        """The clauses as literals over the state of a frame."""
        state = steps.states[frame]
        return [
            steps.graph.any(state[self.literal[name]] ^ (not value) for name, value in clause)
            for clause in self.invariant.clauses
        ]

    def _rejected(
        self,
        condition: Condition,
        reason: str,
        steps: Unrolling,
        model: Model,
        clause: Clause | None = None,
    ) -> Rejected:
        return Rejected(condition, reason, clause, Path(*steps.execution(self.circuit, model)))
