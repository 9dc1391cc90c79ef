"""Concrete runs: what they log, and what they leave alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.language import machine
from tests.language.machine import SYSTEM, Cpu, State, Task, broken, clear, late, switch
from verifier.compiler.translation import compile_system
from verifier.language import ModelError, step
from verifier.language.call_log import Assignment, Call
from verifier.language.concrete_execution import ConcreteRun, Taken
from verifier.language.functions import ModelFunction, about


def function(body: object) -> ModelFunction:
    known = about(body)
    assert known is not None
    return known


def take(body: object, **choices: Any) -> tuple[ConcreteRun, Taken | None]:
    run = ConcreteRun(SYSTEM.layout.leaves, list(SYSTEM.initial_values))
    return run, run.take(function(body), SYSTEM.state(run.store), choices)


def lines() -> dict[str, int]:
    """The lines of the machine by the word in their comment."""
    with open(machine.__file__, encoding="utf-8") as file:
        return {line.rpartition("  # ")[2].strip(): i for i, line in enumerate(file, 1)}


def flat(call: Call, depth: int = 0) -> Iterator[tuple[Any, ...]]:
    for entry in call.entries:
        if isinstance(entry, Call):
            yield depth, entry.function.name, entry.line
            yield from flat(entry, depth + 1)
        elif isinstance(entry, Assignment):
            yield depth, entry.path, entry.old, entry.new, entry.line


def test_the_log_is_the_tree_of_calls_with_each_assignment_and_its_line() -> None:
    _, taken = take(switch, to=Task.B)
    assert taken is not None
    at = lines()
    assert list(flat(taken.call)) == [
        (0, "note", at["note"]),
        (1, "seen.task", Task.A, Task.B, at["seen"]),
        (0, "take_unit", at["take"]),
        (1, "cpu.owner", Task.A, Task.B, at["owner"]),
        (1, "clear", at["clear"]),
        (2, "cpu.ts", True, False, at["ts"]),
        (0, "saved[B].ts", True, False, at["saved"]),
        (0, "saved[B].owner", Task.A, Task.B, at["saved"]),
        (0, "on", False, True, at["on"]),
        (0, "cpu.ts", False, True, at["again"]),
    ]


def test_a_logged_result_is_the_record_as_it_was_returned() -> None:
    _, taken = take(switch, to=Task.B)
    assert taken is not None
    calls = {each.function.name: each for each in taken.call.entries if isinstance(each, Call)}
    assert repr(calls["take_unit"].result) == "Cpu(ts=False, owner=B)"


def test_a_step_that_is_not_enabled_changes_nothing_not_even_events() -> None:
    run, taken = take(late, bit=False, other=True)
    assert taken is None
    assert tuple(run.store.values) == SYSTEM.initial_values


def test_a_failed_assertion_is_named_and_leaves_the_state_with_blank_events() -> None:
    run, taken = take(late, bit=True, other=False)
    assert taken is not None
    assert taken.failed == "late"
    assert run.store.values[:-1] == list(SYSTEM.initial_values)[:-1]
    assert run.store.values[-1] == Task.A


def test_both_runs_give_a_failed_assertion_the_same_name() -> None:
    run = ConcreteRun(SYSTEM.layout.leaves, [False, *SYSTEM.initial_values[1:]])
    choices = {"bit": True, "other": True}
    taken = run.take(function(late), SYSTEM.state(run.store), choices)
    assert taken is not None
    assert taken.failed == "TS is set"
    compiled = compile_system(SYSTEM, [])
    bad = compiled.circuit.bad["assertions"]
    latches = {latch.literal: 0 for latch in compiled.circuit.latches}
    inputs = compiled.inputs_of(SYSTEM.action("late"), choices)
    now = latches | {bit.literal: int(inputs.get(bit.name, 0)) for bit in compiled.circuit.inputs}
    assert compiled.circuit.graph.evaluate([bad], now) == [1]


def test_a_step_that_raises_leaves_the_state_as_it_was() -> None:
    run = ConcreteRun(SYSTEM.layout.leaves, list(SYSTEM.initial_values))
    with pytest.raises(KeyError):
        run.take(function(broken), SYSTEM.state(run.store), {})
    assert tuple(run.store.values) == SYSTEM.initial_values


def test_records_outside_a_run_are_plain_objects_and_inside_are_frozen() -> None:
    cpu = Cpu()
    clear(cpu)
    assert not cpu.ts

    @step
    def change(_: State) -> None:
        clear(cpu)

    run = ConcreteRun(SYSTEM.layout.leaves, list(SYSTEM.initial_values))
    cpu.ts = True
    with pytest.raises(ModelError, match="a record that is not part of the state is assigned to"):
        run.take(function(change), SYSTEM.state(run.store), {})
    assert cpu.ts
