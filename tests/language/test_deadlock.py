"""A reachable state without an enabled step is found by the circuit and judged on plain values."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from itertools import product
from typing import Any

import pytest

from verifier.audit.proof_checking import proof_holds
from verifier.compiler import translation
from verifier.compiler.transition_system import DEADLOCK
from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Invariant, Limits, Proved, Violated
from verifier.execution.execution import Execution, Stopped
from verifier.execution.machine import GOES_ON, Machine
from verifier.explain.point_of_no_return import starting_at
from verifier.language import ModelError, System, assume, record, step
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.enabled import obstacles
from verifier.language.tracing.quotation import assumption


class Mode(Enum):
    IDLE = 0
    BUSY = 1
    DONE = 2


@record
class Pair:
    left: bool = False
    right: bool = False


@record
class Lock:
    taken: bool = False
    other: bool = False
    mode: Mode = Mode.IDLE
    pair: Pair = Pair()


@step
def take(lock: Lock) -> None:
    assume(not lock.taken)
    lock.taken = True


@step
def give(lock: Lock) -> None:
    assume(lock.taken)
    lock.taken = False


@step
def take_in(lock: Lock, mode: Mode) -> None:
    assume(not lock.taken)
    lock.taken = True
    lock.mode = mode


@step
def give_unless_done(lock: Lock, really: bool) -> None:
    assume(lock.taken)
    assume(lock.mode != Mode.DONE or (lock.other and really))
    lock.taken = False


@step
def give_if_asked(lock: Lock, asked: bool, mode: Mode) -> None:
    assume(lock.taken)
    assume(asked)
    assume(mode == lock.mode)
    lock.taken = False


@step
def give_and_assert(lock: Lock) -> None:
    assume(lock.taken)
    assert lock.other, "the other one is on"
    lock.taken = False


@step
def write_first(lock: Lock, left: bool, right: bool) -> None:
    lock.pair = Pair(left=left, right=right)
    assume(lock.other)


def bad(system: System) -> dict[str, Violated | Any]:
    return dict(bmc(compile_system(system, ()).circuit, [DEADLOCK], Limits(depth=6)))


def depth(system: System) -> int | None:
    """After how many inputs the circuit finds a deadlock."""
    found = bad(system)[DEADLOCK]
    return found.depth if isinstance(found, Violated) else None


def test_a_lock_that_nobody_gives_back_is_a_deadlock_after_one_step() -> None:
    system = System("lock/stuck", Lock(), (take,))
    found = bad(system)[DEADLOCK]
    assert isinstance(found, Violated)
    assert len(found.path.inputs) == 1
    start = Execution.at_start(system)
    taken = replace(start, moves=[(system.action("take"), {})])
    assert taken.violation(DEADLOCK) == GOES_ON
    assert start.violation(DEADLOCK) == Stopped(0, "`deadlock` is not violated")


def test_a_state_that_enables_no_step_from_the_start_is_one_without_any_step() -> None:
    system = System("lock/never", Lock(), (give,))
    assert depth(system) == 1
    assert Execution.at_start(system).violation(DEADLOCK) == GOES_ON


def test_a_lock_that_is_given_back_goes_on_and_the_proof_is_audited() -> None:
    circuit = compile_system(System("lock/fine", Lock(), (take, give)), ()).circuit
    found = pdr(circuit, [DEADLOCK], Limits())[DEADLOCK]
    assert isinstance(found, Proved)
    assert proof_holds(circuit, DEADLOCK, found) is None
    stuck = compile_system(System("lock/stuck", Lock(), (take,)), ()).circuit
    assert proof_holds(stuck, DEADLOCK, Proved("pdr", Invariant(()), 0, 0.0)) is not None


def test_a_step_is_enabled_if_some_choices_enable_it() -> None:
    assert depth(System("lock/asked", Lock(), (take_in, give_if_asked))) is None


def test_a_step_that_no_choice_enables_is_a_deadlock() -> None:
    assert depth(System("lock/done", Lock(), (take_in, give_unless_done))) == 1


def test_a_step_that_fails_its_assertion_counts_as_enabled() -> None:
    system = System("lock/asserts", Lock(), (take, give_and_assert))
    assert depth(system) is None
    machine = Machine(system)
    machine.move((system.action("take"), {}))
    assert machine.obstacles() is None


def test_a_system_that_may_end_has_no_such_property() -> None:
    system = System("lock/ends", Lock(), (take,), may_end=True)
    assert DEADLOCK not in compile_system(system, ()).circuit.bad
    machine = Machine(system)
    machine.move((system.action("take"), {}))
    assert machine.violated(DEADLOCK, ()) is None


def test_what_keeps_a_step_from_being_taken_is_named_with_its_line_and_its_reads() -> None:
    system = System("lock/done", Lock(), (take_in, give_unless_done))
    start = [*system.initial_values]
    machine = Machine(system, start)
    machine.move((system.action("take_in"), {"mode": Mode.DONE}))
    before = machine.values
    found = machine.obstacles()
    assert found is not None
    first, second = found
    assert (first.step.name, first.reads, first.choices) == ("take_in", {"taken": True}, {})
    assert second.reads == {"taken": True, "mode": Mode.DONE, "other": False}
    assert second.choices == {}
    assert second.place is not None
    assert assumption(second.place) == "lock.mode != Mode.DONE or (lock.other and really)"
    assert machine.values == before


def test_a_choice_that_is_only_stored_is_not_tried_with_all_its_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = System("lock/writes", Lock(), (write_first,))
    run = ConcreteRun(system.layout.leaves, list(system.initial_values))
    tried = []
    attempt = ConcreteRun.attempt

    def counted(*given: Any) -> Any:
        tried.append(given)
        return attempt(*given)

    monkeypatch.setattr(ConcreteRun, "attempt", counted)
    assert obstacles(system, run) is not None
    assert len(tried) == 1


def test_too_many_ways_in_which_choices_enable_a_step_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(translation, "GATES", -1)
    with pytest.raises(ModelError, match="depends on its choices in too many ways"):
        compile_system(System("lock/asked", Lock(), (take_in, give_if_asked)), ())


def some_step_is_enabled(system: System, values: list[Any]) -> bool:
    """Found by taking every step with all choices."""
    for action in system.actions:
        for chosen in product(*(choice.values for choice in action.choices)):
            names = (choice.name for choice in action.choices)
            move = (action, dict(zip(names, chosen, strict=True)))
            if Machine(system, values).move(move) is not None:
                return True
    return False


STEPS: tuple[Callable[..., None], ...] = (
    *(take_in, give_unless_done, give_if_asked),
    *(give_and_assert, write_first),
)


@pytest.mark.parametrize("number", range(1, 1 << len(STEPS)))
def test_the_judge_and_the_circuit_agree_with_taking_every_step_with_every_choice(
    number: int,
) -> None:
    chosen = tuple(each for place, each in enumerate(STEPS) if number >> place & 1)
    system = System("lock/some", Lock(), chosen, arbitrary=("taken", "other", "mode"))
    compiled = compile_system(system, ())
    stuck = compiled.circuit.bad[DEADLOCK]
    inputs = {bit.literal: 0 for bit in compiled.circuit.inputs}
    for taken, other, mode in product((False, True), (False, True), Mode):
        values = list(system.initial_values)
        for path, value in (("taken", taken), ("other", other), ("mode", mode)):
            values[compiled.places[path]] = value
        expected = not some_step_is_enabled(system, values)
        assert (Machine(system, values).obstacles() is not None) == expected
        started = starting_at(compiled, values).latches
        state = {latch.literal: int(latch.reset or False) for latch in started}
        [circuit] = compiled.circuit.graph.evaluate([stuck], inputs | state)
        assert bool(circuit) == expected
