"""Why a violation happened: its causes step by step, and what would have avoided it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.explanation import Explanation
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS
from verifier.explain.counterfactual_branches import Effect, Search
from verifier.explain.named_decisions import named, shown_first
from verifier.explain.nearest_passing import nearest
from verifier.explain.slicing import Slice, sliced
from verifier.explain.stale_fields import Reads, stale_fields
from verifier.explain.violated_claim import Failing


def explained(compiled: TransitionSystem, trace: Trace, execution: Execution) -> Trace:
    """The trace with the causes of its violation, found by replaying it with changes."""
    failing = Failing(execution, trace.property, trace.conjunct)
    explanation = Explanation(failing.decisive(trace.failure.seen))
    trace = replace(trace, explanation=explanation)
    search = Search(execution, trace.property, compiled.changing)
    avoiding = search.found()
    effects = shown_first(avoiding)
    found = _slice(trace, execution, compiled.changing, effects)
    strides = tuple(
        replace(stride, because=cause.because, needs=cause.needs)
        for stride, cause in zip(trace.steps, found.causes, strict=True)
    )
    trace = replace(trace, steps=strides)
    reads = Reads(search, execution, compiled.changing)
    explanation = replace(
        explanation,
        turned=named(execution, effects, found, reads),
        stale=stale_fields(reads, explanation.decisive, avoiding, found),
        otherwise=nearest(trace, execution),
    )
    return _without_detours(replace(trace, explanation=explanation))


def _slice(
    trace: Trace, execution: Execution, changing: Collection[str] | None, effects: Sequence[Effect]
) -> Slice:
    """Each step's causes; a step that fails its assertion changes nothing, and has none."""
    if trace.property != ASSERTIONS:
        return sliced(execution, trace.deciding(), changing, effects)
    before = execution.until(len(execution.moves) - 1)
    return sliced(before, trace.deciding(), changing, effects).longer()


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
