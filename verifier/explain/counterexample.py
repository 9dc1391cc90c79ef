"""Counterexamples: an execution replayed on plain values, minimal, with its story."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from msgspec.structs import replace

from verifier.audit.trace_replay import replayed
from verifier.compiler.transition_system import DEADLOCK, TransitionSystem
from verifier.evidence.bundle import Run
from verifier.evidence.explanation import Failure
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Stride, Trace
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Execution, Stopped
from verifier.execution.machine import ASSERTIONS, Machine, Move
from verifier.execution.recorder import recorded
from verifier.execution.variations import Variations
from verifier.explain.explain import explained
from verifier.explain.presented import presented
from verifier.explain.violated_claim import Failing
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf
from verifier.language.plain_values import Value, shown
from verifier.language.system import Choice, System


def trace_of(
    compiled: TransitionSystem,
    execution: Execution,
    group: str,
    shortest: bool,
    explain: bool = False,
) -> Trace | Stopped:
    """An execution up to the violation, with every choice at its default where it can be.

    See `story_of`.
    """
    execution = execution.to_first_violation(group)
    found = execution.violation(group)
    if isinstance(found, Stopped):
        return found
    return story_of(compiled, minimised(execution, group), group, shortest, explain)


def trace_of_run(
    compiled: TransitionSystem, group: str, run: Run, explain: bool = True
) -> Trace | None:
    """A stored execution that violates a property, explained; None where it does not any more."""
    execution = execution_of_run(compiled.system, compiled.properties, run)
    if isinstance(execution, Stopped) or not execution.moves:
        return None
    trace = trace_of(compiled, execution, group, shortest=False, explain=explain)
    return None if isinstance(trace, Stopped) else trace


def story_of(
    compiled: TransitionSystem,
    execution: Execution,
    group: str,
    shortest: bool,
    explain: bool = False,
) -> Trace | Stopped:
    """An execution to a violation replayed on plain values, logged, with the choices that matter.

    `explain` adds what caused the violation and the nearest execution without it, which takes
    many replays.
    """
    conjunct = execution.violation(group)
    if isinstance(conjunct, Stopped):
        return conjunct
    varied = Variations(execution, group)
    matters = [_that_matter(varied, number) for number in range(len(execution.moves))]
    trace = logged(execution, matters, group, conjunct, shortest)
    return explained(compiled, trace, execution) if explain else trace


def minimised(execution: Execution, group: str) -> Execution:
    """The same steps with every choice at its default where the violation stays."""
    varied = Variations(execution, group)
    for number, (step, _) in enumerate(execution.moves):
        for choice in step.choices:
            varied.adopt(number, _with(varied.moves[number], choice, choice.default))
    return varied.execution


def _with(move: Move, choice: Choice, value: Any) -> Move:
    step, choices = move
    return step, {**choices, choice.name: value}


def _that_matter(varied: Variations, number: int) -> tuple[str, ...]:
    """The choices of a move for which some other value loses the violation."""
    step, choices = varied.moves[number]
    return tuple(
        choice.name
        for choice in step.choices
        if not all(
            varied.violate(number, _with(varied.moves[number], choice, value))
            for value in choice.values
            if value != choices[choice.name]
        )
    )


def logged(
    execution: Execution,
    matters: Sequence[tuple[str, ...]] | None = None,
    group: str = "",
    conjunct: str = "",
    shortest: bool = False,
) -> Trace:
    """The trace of moves that are all enabled; one that violates nothing has no `conjunct`."""
    system, properties, moves = execution.system, execution.properties, execution.moves
    machine = Machine(system, execution.start)
    presenter = machine.presenter
    running, beliefs = machine.running(), presenter.beliefs(machine.run)
    strides, before = list[Stride](), machine.values
    for move, important in zip(moves, matters or [()] * len(moves), strict=True):
        before = machine.values
        strides.append(recorded(machine, properties, move, important))
    if group == DEADLOCK and conjunct and strides:
        strides[-1] = replace(strides[-1], fails=(*strides[-1].fails, conjunct))
    failing = Failing(execution, group, conjunct) if conjunct else None
    events = {leaf.path: shown(leaf.default) for leaf in system.layout.leaves if leaf.event}
    trace = Trace(
        system=system.name,
        property=group,
        conjunct=conjunct,
        shortest=shortest,
        start=_fields(system, execution.start),
        steps=tuple(strides),
        events=events,
        claims=_claims(properties, group, conjunct),
        reads={function.name: function.reads for function in properties if function.reads},
        enums=_enums(system.layout.leaves),
        running=running,
        failure=failing.failure() if failing is not None else Failure(),
        beliefs=beliefs,
    )
    return presented(trace, presenter, before, moves, failing.reads if failing is not None else ())


def _claims(properties: Sequence[ModelFunction], group: str, conjunct: str) -> dict[str, str]:
    """The claims with their properties, and what fails though it is nobody's function."""
    claims = {f.name: f.group for f in properties if f.claims}
    of_tool = group in (ASSERTIONS, DEADLOCK) and conjunct
    return claims | {conjunct: group} if of_tool else claims


def _enums(leaves: Sequence[Leaf]) -> dict[str, tuple[str, ...]]:
    """The members of every enum that a field holds."""
    kinds: set[type[Enum]] = {leaf.kind for leaf in leaves if issubclass(leaf.kind, Enum)}
    return {
        kind.__name__: tuple(member.name for member in kind)
        for kind in sorted(kinds, key=lambda kind: kind.__name__)
    }


def _fields(system: System, values: Sequence[Any]) -> dict[str, Value]:
    return {
        leaf.path: shown(value)
        for leaf, value in zip(system.layout.leaves, values, strict=True)
        if not leaf.constant and not leaf.event
    }


def taken_by(execution: Execution, trace: Trace) -> Trace:
    """A system's own trace of the steps of another one's, which violates the same claim."""
    matters = [stride.matters for stride in trace.steps]
    return logged(execution, matters, trace.property, trace.conjunct, trace.shortest)


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
    return replace(trace, case=case)


def _chosen(move: Move) -> tuple[str, ...]:
    step, choices = move
    return tuple(c.name for c in step.choices if choices[c.name] != c.default)
