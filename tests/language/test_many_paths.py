"""Functions with many decisions on a path, and functions with too many paths."""

import inspect
import sys
from enum import Enum

import pytest

from verifier.compiler import step_exploration
from verifier.compiler.self_check import compare
from verifier.compiler.translation import compile_system, translated
from verifier.language import Family, ModelError, System, exploration, record, step


class Row(Enum):
    A = 0
    B = 1
    C = 2
    D = 3
    E = 4
    F = 5
    G = 6
    H = 7


@record
class Bits:
    of: Family[Row, bool] = Family()


@record
class State:
    bits: Family[Row, Bits] = Family()
    found: bool = False


@step
def setting(s: State, i: Row, j: Row) -> None:
    s.bits[i].of[j] = True


@step
def searching(s: State) -> None:
    for i in Row:
        for j in Row:
            if s.bits[i].of[j]:
                return
    s.found = True


@step
def counting(s: State) -> None:
    found = 0
    for i in Row:
        for j in Row:
            if s.bits[i].of[j]:
                found = found ^ 1
    s.found = found == 1


def test_a_path_may_have_more_decisions_than_python_may_have_calls_in_calls() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 50)
    try:
        translation = translated(System("a/chain", State(), (setting, searching)), [])
    finally:
        sys.setrecursionlimit(before)
    assert translation.explored[1].paths == len(Row) ** 2 + 1
    assert compare(translation) > len(Row) ** 2


def test_a_step_with_too_many_paths_is_refused_for_its_paths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exploration, "PATHS", 10**9)
    monkeypatch.setattr(step_exploration, "SECONDS", 1.0)
    monkeypatch.setattr(step_exploration, "MANY", 8)
    system = System("a/count", State(), (setting, counting))
    with pytest.raises(ModelError) as refused:
        compile_system(system, [])
    assert refused.value.message.startswith("step `counting` of `a/count` has too many paths: ")
    assert refused.value.place is not None
    assert "split it into model functions" in refused.value.help
