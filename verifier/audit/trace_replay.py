"""Traces against a system as it is now: whether their steps still show what they claim."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.execution.conversions import execution_of_trace
from verifier.execution.execution import Execution, Stopped
from verifier.language.functions import ModelFunction
from verifier.language.system import System


def replayed(
    system: System, properties: Sequence[ModelFunction], trace: Trace | SavedTrace
) -> Execution | Stopped:
    """The execution of a trace on plain values, or why it does not show what the trace claims."""
    execution = execution_of_trace(system, properties, trace)
    if isinstance(execution, Stopped):
        return execution
    return _objection(execution, trace) or execution


def _objection(execution: Execution, trace: Trace | SavedTrace) -> Stopped | None:
    if trace.case:
        found = execution.occurrence(trace.case)
        if isinstance(found, Stopped):
            return found
        if (trace.property, trace.conjunct) == (found, ""):
            return None
        reason = f"`{trace.case}` does not occur as a case of its property"
        return Stopped(len(execution.moves), reason)
    if not trace.property:
        return execution.stopped()
    found = execution.violation(trace.property)
    if isinstance(found, Stopped):
        return found
    wrong = f"`{found}` is violated, not `{trace.conjunct}`"
    return None if found == trace.conjunct else Stopped(0, wrong)
