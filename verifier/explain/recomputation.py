"""The story of a saved execution, computed again from the models: nothing in a file is trusted."""

from __future__ import annotations

import msgspec

from verifier.audit.trace_replay import replayed
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution, Stopped
from verifier.execution.machine import Move
from verifier.explain.counterexample import logged, story_of


def recomputed(compiled: TransitionSystem, saved: SavedTrace) -> Trace | Stopped:
    """A saved execution with its story, explained; or why it does not show what it claims."""
    execution = replayed(compiled.system, compiled.properties, saved)
    if isinstance(execution, Stopped):
        return execution
    if saved.case:
        return case_trace(execution, saved.case)
    if saved.property:
        return story_of(compiled, execution, saved.property, False, explain=True)
    return logged(execution)


def case_trace(execution: Execution, case: str) -> Trace | Stopped:
    """An execution that ends as a case occurs or a step fires; what its choices need is marked."""
    group = execution.occurrence(case)
    if isinstance(group, Stopped):
        return group
    trace = logged(execution, [_chosen(move) for move in execution.moves], group)
    return msgspec.structs.replace(trace, case=case)


def _chosen(move: Move) -> tuple[str, ...]:
    step, choices = move
    return tuple(c.name for c in step.choices if choices[c.name] != c.default)
