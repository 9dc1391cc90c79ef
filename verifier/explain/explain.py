"""Why a violation happened: its causes step by step, and what would have avoided it."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.explanation import Explanation
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS, Machine
from verifier.explain.causes import Causes, assigned, at_once, causes
from verifier.explain.counterfactual_branches import turned
from verifier.explain.nearest_passing import nearest
from verifier.explain.violated_claim import Failing


def explained(compiled: TransitionSystem, trace: Trace, execution: Execution) -> Trace:
    """The trace with the causes of its violation, found by replaying it with changes."""
    failing = Failing(execution, trace.property, trace.conjunct)
    explanation = Explanation(failing.decisive(trace.failure.seen))
    trace = replace(trace, explanation=explanation)
    found = _causes(trace, execution, trace.deciding(), compiled.changing)
    strides = tuple(
        replace(stride, because=cause.because, needs=cause.needs)
        for stride, cause in zip(trace.steps, found, strict=True)
    )
    trace = replace(trace, steps=strides)
    explanation = replace(
        explanation, turned=turned(trace, execution), otherwise=nearest(trace, execution)
    )
    return _without_detours(replace(trace, explanation=explanation))


def _causes(
    trace: Trace, execution: Execution, fields: Collection[str], changing: Collection[str] | None
) -> list[Causes]:
    """Each step's causes; a step that fails its assertion changes nothing, and has none."""
    if trace.property != ASSERTIONS:
        return sliced(execution, fields, changing)
    before = execution.until(len(execution.moves) - 1)
    return [*sliced(before, fields, changing), Causes({}, ())]


def _without_detours(trace: Trace) -> Trace:
    """The trace where a choice does not matter that was not made, and would only lead elsewhere."""
    other = trace.explanation.otherwise
    detours = {(number, name) for number, name, _ in other.elsewhere} if other else set()
    strides = tuple(
        replace(
            stride,
            matters=tuple(
                name
                for name in stride.matters
                if stride.choices[name] is not False or (number, name) not in detours
            ),
        )
        for number, stride in enumerate(trace.steps, 1)
    )
    return replace(trace, steps=strides)


def sliced(
    execution: Execution, fields: Collection[str], changing: Collection[str] | None = None
) -> list[Causes]:
    """Each step's causes of what the fields after the last step depend on.

    From the last step backwards: a step that writes a wanted field is asked for its causes, which
    are wanted in their turn; so is what the step needs to be possible.
    """
    states, moves = execution.states, execution.moves
    machine = Machine(execution.system)
    written = [assigned(taken.call) for taken in execution.taken]
    wanted, found = set(fields), [Causes({}, ())] * len(moves)
    for number in reversed(range(len(moves))):
        relevant = sorted(wanted & written[number])
        if relevant:
            search = causes(machine, states[number], moves[number], relevant, changing)
            cause = found[number] = at_once(search)
            wanted -= set(relevant)
            wanted |= {name for names in cause.because.values() for name in names}
            wanted |= set(cause.needs)
    return found
