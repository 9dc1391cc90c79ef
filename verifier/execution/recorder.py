"""Executions written down: every call, branch and assignment of every step."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from msgspec.structs import replace

from verifier.audit.trace_replay import moves_along
from verifier.compiler.compiled import DEADLOCK
from verifier.compiler.translation import Compiled
from verifier.evidence.traces import Branched, Changed, Entered, Entry, Stride, Trace, Value, shown
from verifier.evidence.verdicts import Path
from verifier.execution.machine import (
    ASSERTIONS,
    Machine,
    Move,
    Stopped,
    Variations,
    before_violation,
    violation,
)
from verifier.explain.violated_claim import Failing
from verifier.language.concrete_execution import Assignment, Call
from verifier.language.errors import within_project as within_project
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf
from verifier.language.system import Choice, System
from verifier.language.tracing.branches import Branch, watched


def trace_of(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    group: str,
    path: Path,
    engine: str,
    explain: bool = False,
) -> Trace | Stopped:
    """Replay a circuit's path on plain values, see `moves_along` and `trace_of_moves`."""
    start, moves = moves_along(compiled, path)
    return trace_of_moves(compiled, properties, group, start, moves, engine, explain)


def trace_of_moves(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    group: str,
    start: Sequence[Any],
    moves: Sequence[Move],
    engine: str,
    explain: bool = False,
) -> Trace | Stopped:
    """An execution replayed on plain values, with every choice at its default where it can be.

    See `story_of`.
    """
    moves = before_violation(compiled.system, properties, group, start, moves)
    found = violation(compiled.system, properties, group, start, moves)
    if isinstance(found, Stopped):
        return found
    moves = minimised(compiled.system, properties, group, start, moves)
    return story_of(compiled, properties, group, start, moves, engine, explain)


def story_of(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    group: str,
    start: Sequence[Any],
    moves: Sequence[Move],
    engine: str,
    explain: bool = False,
) -> Trace | Stopped:
    """An execution to a violation replayed on plain values, logged, with the choices that matter.

    `explain` adds what caused the violation and the nearest execution without it, which takes
    many replays.
    """
    system = compiled.system
    conjunct = violation(system, properties, group, start, moves)
    if isinstance(conjunct, Stopped):
        return conjunct
    varied = Variations(system, properties, group, start, moves)
    matters = [_that_matter(varied, number) for number in range(len(moves))]
    trace = logged(system, properties, group, conjunct, engine, start, moves, matters)
    if not explain:
        return trace
    from verifier.explain.explain import explained

    return explained(system, properties, trace, start, moves, compiled.changing)


def minimised(
    system: System,
    properties: Sequence[ModelFunction],
    group: str,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> list[Move]:
    """The same steps with every choice at its default where the violation stays."""
    varied = Variations(system, properties, group, start, moves)
    for number, (step, _) in enumerate(moves):
        for choice in step.choices:
            varied.keep(number, _with(varied.moves[number], choice, choice.default))
    return varied.moves


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
    system: System,
    properties: Sequence[ModelFunction],
    group: str,
    conjunct: str,
    engine: str,
    start: Sequence[Any],
    moves: Sequence[Move],
    matters: Sequence[tuple[str, ...]],
) -> Trace:
    """The trace of moves that are all enabled."""
    machine = Machine(system, start)
    level = machine.level()
    strides = [
        recorded(machine, properties, move, important)
        for move, important in zip(moves, matters, strict=True)
    ]
    claims = {f.name: f.group for f in properties if f.kind == "always"}
    if group == ASSERTIONS and conjunct:
        claims[conjunct] = group
    if group == DEADLOCK and conjunct:
        claims[conjunct] = group
        last = strides[-1:]
        strides[-1:] = [replace(each, fails=(*each.fails, conjunct)) for each in last]
    failing = Failing(system, properties, group, conjunct, start, moves) if conjunct else None
    seen = {} if failing is None else failing.reads
    state = _fields(system, start)
    events = {leaf.path: shown(leaf.default) for leaf in system.layout.leaves if leaf.event}
    return Trace(
        system=system.name,
        property=group,
        conjunct=conjunct,
        seen={field: shown(value) for field, value in seen.items() if field in state | events},
        engine=engine,
        start=state,
        steps=tuple(strides),
        events=events,
        claims=claims,
        enums=_enums(system.layout.leaves),
        level=level,
        blocked=failing.blocked if failing is not None else (),
        arbitrary=tuple(filter(system.is_arbitrary, seen)),
        asserted=failing.asserted if failing is not None else None,
        standing=failing is not None and failing.standing,
    )


def recorded(
    machine: Machine,
    properties: Sequence[ModelFunction],
    move: Move,
    matters: tuple[str, ...] = (),
) -> Stride:
    """Take a step that is enabled, and write down all that it does."""
    step, choices = move
    before, level = machine.values, machine.level()
    with watched(machine.run):
        taken = machine.move(move)
    assert taken is not None, "the move is enabled"
    claims = [function for function in properties if function.kind == "always"]
    return Stride(
        step=step.name,
        level=level,
        choices={name: shown(value) for name, value in choices.items()},
        matters=matters,
        changes=changes(machine.system, before, taken.values),
        call=_entered(taken.call),
        says=" ".join(step.function.doc.split()),
        fails=(
            *(function.name for function in machine.failing(claims)),
            *((taken.failed,) if taken.failed is not None else ()),
        ),
        after=machine.level(),
    )


def _enums(leaves: Sequence[Leaf]) -> dict[str, tuple[str, ...]]:
    """The members of every enum that a field holds."""
    kinds = {leaf.type for leaf in leaves if issubclass(leaf.type, Enum)}
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


def changes(
    system: System, before: Sequence[Any], after: Sequence[Any]
) -> dict[str, tuple[Value, Value]]:
    """Fields that differ; an event's fields start each step blank."""
    changes = {}
    for leaf, old, new in zip(system.layout.leaves, before, after, strict=True):
        if leaf.event:
            old = leaf.default
        if not leaf.constant and old != new:
            changes[leaf.path] = (shown(old), shown(new))
    return changes


def differences(
    system: System, here: Sequence[Any], there: Sequence[Any]
) -> dict[str, tuple[Value, Value]]:
    """Fields that differ between two states."""
    return {
        leaf.path: (shown(one), shown(other))
        for leaf, one, other in zip(system.layout.leaves, here, there, strict=True)
        if not leaf.constant and one != other
    }


def _entered(call: Call) -> Entered:
    code = call.function.body.__code__
    return Entered(
        function=call.function.name,
        source=str(call.function.citation or ""),
        file=within_project(code.co_filename),
        line=call.line,
        result=_result(call.result),
        entries=tuple(map(_entry, call.entries)),
        defined=code.co_firstlineno,
        means=_meaning(call.result),
    )


def _entry(entry: Call | Assignment | Branch) -> Entry:
    if isinstance(entry, Call):
        return _entered(entry)
    if isinstance(entry, Assignment):
        return Changed(entry.path, shown(entry.old), shown(entry.new), entry.line)
    return branched(entry)


def branched(branch: Branch) -> Branched:
    """A condition as a file holds it."""
    reads = {field: shown(value) for field, value in branch.reads}
    return Branched(branch.test, branch.taken, branch.line, reads)


def _result(value: Any) -> str:
    """A bool or an enum; records are seen by what is done to them."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.name if isinstance(value, Enum) else ""


def _meaning(result: Any) -> str:
    """What a member of an enum says about itself, where it says more than its name."""
    said = result.value if isinstance(result, Enum) else ""
    return said if isinstance(said, str) and " " in said else ""
