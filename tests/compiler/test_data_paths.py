"""A wrong gate between a field's old values and its new one is found, where nothing decides."""

from collections.abc import Callable
from enum import Enum
from functools import reduce
from operator import and_
from typing import Any

import pytest

from verifier.compiler.compile import compile_compared
from verifier.compiler.coverpoints import Coverpoints
from verifier.compiler.translation import translated
from verifier.language import Family, ModelError, System, record, step
from verifier.language.encoding import Encoding
from verifier.language.symbolic_values import Bit

Digit = Enum("Digit", [f"D{n}" for n in range(24)])  # type: ignore[misc]


@record
class Machine:
    left: Family[Digit, bool] = Family()
    right: Family[Digit, bool] = Family()
    one: Digit = Digit["D0"]
    other: Digit = Digit["D0"]
    out: bool = False
    same: bool = False


@step
def put(m: Machine, at: Digit, left: bool, right: bool) -> None:
    m.left[at] = left
    m.right[at] = right
    m.one = at


@step
def swap(m: Machine) -> None:
    before = m.one
    m.one = m.other
    m.other = before


@step
def differ(m: Machine) -> None:
    """Both operands of ^ hold in one state of 2 to the 48."""
    left = reduce(and_, [on for _, on in m.left.items()])
    m.out = left ^ reduce(and_, [on for _, on in m.right.items()])


@step
def either(m: Machine) -> None:
    """Both operands of | hold in one state of 2 to the 48."""
    left = reduce(and_, [on for _, on in m.left.items()])
    m.out = left | reduce(and_, [on for _, on in m.right.items()])


@step
def compare(m: Machine) -> None:
    m.same = m.one == m.other


@step
def look(m: Machine) -> None:
    """What is read by a symbolic index depends on the index and all items."""
    m.left[m.one]
    m.out = not m.out


SYSTEMS = {
    each.__name__: System("data/paths", Machine(), (put, swap, each))
    for each in (differ, either, compare)
}


def wrong(operation: Callable[[Any, int, int], int]) -> Any:
    """An operation that is another one where both operands are given by many bits."""

    def applied(bit: Bit, other: object) -> object:
        run = bit._run
        return run.bit(operation(run.graph, *bit._operands(other)))

    return applied


def compare_whether_same(self: Encoding, graph: Any, code: Any, other: Any) -> Any:
    """Members that are the same, but for one."""
    return graph.any(
        graph.both(self.test(graph, code, member), self.test(graph, other, member))
        for member in self.members
        if member.name != "D17"
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_gates_that_are_right_are_compared(name: str) -> None:
    assert compile_compared(SYSTEMS[name], []).compared > 0


@pytest.mark.parametrize(
    ("name", "method", "operation"),
    [
        ("differ", "__xor__", lambda graph, a, b: graph.either(a, b)),
        ("either", "__or__", lambda graph, a, b: graph.differ(a, b)),
    ],
)
def test_a_wrong_gate_in_a_data_path_is_found(
    name: str, method: str, operation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bit, method, wrong(operation))
    with pytest.raises(ModelError, match="circuit and Python differ in step") as found:
        compile_compared(SYSTEMS[name], [])
    assert "the field `out`" in found.value.message


def test_a_wrong_comparison_of_members_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Encoding, "same", compare_whether_same)
    with pytest.raises(ModelError, match="circuit and Python differ in step `compare`"):
        compile_compared(SYSTEMS["compare"], [])


def test_what_is_read_by_a_symbolic_index_is_compared_both_ways() -> None:
    goals = Coverpoints(translated(System("data/goals", Machine(), (put, look)), []))
    values = [goal.point for goal in goals.all if goal.what == "a value holds"]
    assert 24 + 5 in {goals.support([point]).bit_count() for point in values}
