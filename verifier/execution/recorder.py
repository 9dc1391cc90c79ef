"""Executions written down: every call, branch and assignment of every step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum
from itertools import zip_longest
from typing import Any

from verifier.evidence.calls import Branched, Changed, Entered, Entry
from verifier.evidence.traces import Running, Stride
from verifier.execution.machine import Machine, Move
from verifier.language.call_log import Assignment, Branch, Call
from verifier.language.errors import within_project
from verifier.language.functions import ModelFunction
from verifier.language.optional import NONE
from verifier.language.plain_values import Value, shown
from verifier.language.presentation import Act
from verifier.language.system import System
from verifier.language.tracing.branches import watched


def recorded(
    machine: Machine, properties: Sequence[ModelFunction], move: Move, matters: tuple[str, ...] = ()
) -> Stride:
    """Take a step that is enabled, and write down all that it does."""
    step, choices = move
    before, ran = machine.values, machine.running()
    with watched(machine.run):
        taken = machine.move(move)
    assert taken is not None, "the move is enabled"
    claims = [function for function in properties if function.claims]
    act, running = machine.presenter.act(before, move, taken, machine.run), machine.running()
    level, arrives = moved(act, ran, running, [*map(shown, choices.values())])
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
        after=arrives,
        act=act,
        beliefs=machine.presenter.beliefs(machine.run),
        problem=machine.presenter.problem,
        running=running,
    )


def moved(
    act: Act, before: Running, after: Running, chosen: Collection[Value] = ()
) -> tuple[str, str]:
    """The lane that acts in a step, and the one to which control goes with it.

    Where several run at once and none is named, it is the one in whose place another runs then, or
    the one that makes the choices or is among what is `chosen`.
    """
    places = list(zip_longest(before.runs, after.runs, fillvalue=""))
    who = act.who
    if not who and len(places) > 1:
        parted = [was for was, now in places if was != now]
        listed = [lane for lane in before.runs if lane == act.by or lane in chosen]
        who = next(iter((*parted, *listed)), "")
    elif not who and places:
        return places[0]
    return who, dict(places).get(who) or who


def changes(
    system: System, before: Sequence[Any], after: Sequence[Any]
) -> dict[str, tuple[Value, Value]]:
    """Fields that differ; an event's fields start each step blank."""
    leaves = zip(system.layout.leaves, before, strict=True)
    return differences(system, [leaf.default if leaf.event else v for leaf, v in leaves], after)


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
        result=_result(call),
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


def _result(call: Call) -> str:
    """A bool, a member or None; records are seen by what is done to them."""
    value = call.result
    if value is None and call.has_returned and call.function.answers:
        return NONE
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.name if isinstance(value, Enum) else ""


def _meaning(result: Any) -> str:
    """What a member of an enum says about itself, where it says more than its name."""
    said = result.value if isinstance(result, Enum) else ""
    return said if isinstance(said, str) and " " in said else ""
