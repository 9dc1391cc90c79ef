"""The story of a saved execution, computed again from the models: a file is believed in nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from verifier.audit.trace_replay import misfit, moves_of, occurs, start_of
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.execution.machine import Move, Stopped
from verifier.explain.counterexample import logged, story_of
from verifier.language.functions import ModelFunction
from verifier.language.system import System


def recomputed(compiled: TransitionSystem, saved: SavedTrace) -> Trace | str:
    """A saved execution with its story, explained; or why it does not show what it claims."""
    system = compiled.system
    wrong = misfit(system, compiled.properties, saved)
    start, moves = start_of(system, saved), moves_of(system, saved)
    if wrong is not None or isinstance(start, str) or isinstance(moves, Stopped):
        return wrong or "it does not fit"
    if saved.case:
        trace = case_trace(system, compiled.properties, saved.case, start, moves)
    elif saved.property:
        group = saved.property
        trace = story_of(compiled, group, start, moves, False, explain=True)
    else:
        matters = [()] * len(moves)
        trace = logged(system, compiled.properties, "", "", False, start, moves, matters)
    assert isinstance(trace, Trace), "it has just been followed"
    return trace


def case_trace(
    system: System,
    properties: Sequence[ModelFunction],
    case: str,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> Trace | Stopped:
    """An execution that ends as a case occurs or a step fires; what its choices need is marked."""
    group = occurs(system, properties, case, start, moves)
    if isinstance(group, Stopped):
        return group
    matters = [_chosen(move) for move in moves]
    trace = logged(system, properties, group, "", False, start, moves, matters)
    return msgspec.structs.replace(trace, case=case)


def _chosen(move: Move) -> tuple[str, ...]:
    step, choices = move
    return tuple(c.name for c in step.choices if choices[c.name] != c.default)
