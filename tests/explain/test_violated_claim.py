"""What a failed assertion and a deadlock look at, and what of it decides them."""

from enum import Enum
from typing import Any

import msgspec

from verifier.audit.audit import rejection
from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Violated
from verifier.execution.conversions import execution_along, same_steps
from verifier.explain.annotate import violating
from verifier.explain.counterexample import trace_of
from verifier.language import System, abstracts, assume, record, step
from verifier.language.functions import about
from verifier.viewer.markup import rendered
from verifier.viewer.state_table import STOPPED, items
from verifier.viewer.text import trace_lines
from verifier.viewer.trace_index import Reading


class Kind(Enum):
    A = 0
    B = 1
    C = 2


@record
class Lock:
    taken: bool = False
    kind: Kind = Kind.A
    never: bool = False
    free: bool = False


@step
def take(lock: Lock, kind: Kind) -> None:
    """Take it."""
    assume(lock.kind != kind)
    assume(not lock.taken)
    lock.taken = True
    lock.kind = kind


@step
def give(lock: Lock, why: bool) -> None:
    """Give it back."""
    check(lock, why)
    lock.taken = False


@abstracts("what has to be so")
def check(lock: Lock, why: bool) -> None:
    assume(lock.taken)
    assume(lock.kind != Kind.C or lock.never)
    found = lock.kind
    lock.kind = Kind.A
    if found == Kind.B and not why:
        raise AssertionError("B wants a reason")


@step
def need_free(lock: Lock) -> None:
    """Something that the initial value decides."""
    assert not lock.free, "it is not free"
    lock.taken = not lock.taken


def trace(system: System, group: str) -> Trace:
    compiled = compile_system(system, ())
    found = bmc(compiled.circuit, [group], Limits())[group]
    assert isinstance(found, Violated)
    made = trace_of(
        compiled, execution_along(compiled, found.path), group, shortest=True, explain=True
    )
    assert isinstance(made, Trace)
    assert rejection(compiled, made) is None
    return made


LOCK = System("lock/some", Lock(), (take, give))


def why(found: Trace) -> list[str]:
    lines = [line.strip() for line in rendered(trace_lines(found))]
    start = lines.index("Why") + 1
    return lines[start : lines.index("", start)]


def test_a_failed_assertion_says_which_fields_and_choices_decide_it() -> None:
    found = trace(LOCK, "assertions")
    assert [stride.step for stride in found.steps] == ["take", "give"]
    assert found.conjunct == "B wants a reason"
    assert found.failure.seen == {"taken": True, "kind": "B"}
    assert found.explanation.decisive == ("kind",)
    assert found.steps[0].because == {"kind": ("choice kind",)}
    assert found.steps[1].because == {}
    assert found.claims["B wants a reason"] == "assertions"
    lines = why(found)
    assert lines[0].startswith("first divergence:  step 2, where check() decides yes")
    assert lines[1:6] == [
        "B wants a reason:",
        'raise AssertionError("B wants a reason")   test_violated_claim.py:61',
        "taken  1",
        "kind   B  <- alone decides it",
        "why=0 (chosen in step 2)",
    ]
    assert "depends on kind=B (chosen)" in lines


def test_an_assertion_that_an_initial_value_decides_says_so() -> None:
    system = System("lock/free", Lock(), (need_free,), arbitrary=("free",))
    found = trace(system, "assertions")
    assert found.start["free"] is True
    assert (found.failure.seen, found.explanation.decisive, found.failure.arbitrary) == (
        {"free": True},
        ("free",),
        ("free",),
    )
    assert "free  1  <- alone decides it  from the start, where it can be any" in why(found)


def test_a_deadlock_says_what_keeps_each_step_from_being_taken() -> None:
    found = trace(LOCK, "deadlock")
    assert [stride.step for stride in found.steps] == ["take"]
    assert found.conjunct == "some_step_is_enabled"
    assert found.steps[-1].fails == ("some_step_is_enabled",)
    assert found.failure.seen == {"taken": True, "kind": "C", "never": False}
    assert found.explanation.decisive == ("taken", "kind", "never")
    first, second = found.failure.blocked
    assert (first.step, first.test, first.reads["taken"]) == ("take", "not lock.taken", True)
    assert (second.step, second.test) == ("give", "lock.kind != Kind.C or lock.never")
    known = about(check)
    assert known is not None
    assert second.line == known.place.line + 3
    assert found.explanation.otherwise is not None
    assert (found.explanation.otherwise.choice, found.explanation.otherwise.instead) == (
        "kind",
        "B",
    )
    text = "give  assumes `lock.kind != Kind.C or lock.never`, but taken=1, kind=C, never=0"
    assert any(line.startswith(text) for line in why(found))


def test_a_deadlock_of_a_system_is_none_of_one_that_may_end() -> None:
    found = trace(LOCK, "deadlock")
    steps: Any = (take, give)
    ends = System("lock/ends", Lock(), steps, may_end=True)
    more = System("lock/more", Lock(), (*steps, need_free))
    assert violating(same_steps(System("lock/same", Lock(), steps), (), found), found)
    assert not violating(same_steps(ends, (), found), found)
    assert not violating(same_steps(more, (), found), found)


def test_a_forged_deadlock_is_rejected() -> None:
    found = trace(LOCK, "deadlock")
    more = System("lock/some", Lock(), (take, give, need_free))
    why_not = rejection(compile_system(more, ()), found)
    assert why_not == "step 1: `deadlock` is not violated"
    ends = System("lock/some", Lock(), (take, give), may_end=True)
    assert rejection(compile_system(ends, ()), found) == "`lock/some` has no property `deadlock`"
    other = msgspec.structs.replace(found.steps[0], choices={"kind": "B"})
    forged = msgspec.structs.replace(found, steps=(other,))
    assert rejection(compile_system(LOCK, ()), forged) == "step 1: `deadlock` is not violated"


def test_the_state_after_a_step_that_an_assertion_stops_is_called_the_one_before_it() -> None:
    found = trace(LOCK, "assertions")
    reading, last = Reading(found), len(found.steps)
    assert [reading.is_stopped(number) for number in range(last + 1)] == [*[False] * last, True]
    assert reading.state(last) == reading.state(last - 1)
    row = next(items(reading, last))
    assert [*rendered([row.text])] == [STOPPED]
    assert STOPPED not in [*rendered(each.text for each in items(reading, last - 1))]
    assert [each.strip() for each in rendered(trace_lines(found))].count(STOPPED) == 1
