"""Which way conditions went, also where what they decide stands on their own line."""

from enum import Enum
from pathlib import Path

import pytest

from verifier.language.call_log import Branch, Call
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.system import System
from verifier.language.tracing.branches import watched
from verifier.project.loading import load

MODEL = """from enum import Enum

from verifier.language import System, record, step

Row = Enum("Row", ["A", "B", "C"])


@record
class Machine:
    a: bool = False
    b: bool = False
    c: bool = True
    d: bool = False


@step
def go(m: Machine, one: bool, row: Row) -> None:
    if one: m.a = True
    if m.a: m.b = True; m.c = True
    elif m.c: m.d = True
    else: m.b = False
    if (one
        and m.a): m.d = True
    match row:
        case Row.A: m.c = False
        case Row.B: m.d = (
            False
        )
        case _: pass
    for _ in (0, 1):
        if m.d: m.d = False
    if one: return
    if m.b:
        pass
    if m.c: pass


main = System("m/main", Machine(), (go,))
"""


@pytest.fixture
def system(tmp_path: Path) -> System:
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (tmp_path / part).mkdir()
    (tmp_path / "models" / "m.py").write_text(MODEL)
    return load(tmp_path).systems["m/main"]


def branches(system: System, one: bool, row: int) -> list[str]:
    run = ConcreteRun(system.layout.leaves, list(system.initial_values))
    kind: type[Enum] = system.actions[0].choices[1].type
    with watched(run):
        given = {"one": one, "row": list(kind)[row]}
        taken = run.take(system.actions[0].function, system.state(run.store), given)
    assert taken is not None
    return [shown(entry) for entry in taken.call.entries if not hasattr(entry, "path")]


def shown(entry: object) -> str:
    assert not isinstance(entry, Call)
    assert isinstance(entry, Branch)
    return f"{'' if entry.taken else 'not '}{entry.test}"


def test_what_stands_on_the_line_of_its_condition_shows_that_it_held(system: System) -> None:
    assert branches(system, True, 0) == [
        *("one", "m.a", "one and m.a", "case Row.A", "m.d", "not m.d", "one"),
    ]
    assert branches(system, True, 2) == [
        *("one", "m.a", "one and m.a", "case _", "m.d", "not m.d", "one"),
    ]


def test_what_stands_on_the_line_of_a_condition_that_does_not_hold_shows_nothing(
    system: System,
) -> None:
    assert branches(system, False, 1) == [
        *("not one", "not m.a", "m.c", "not one and m.a", "case Row.B", "not m.d", "not m.d"),
        *("not one", "not m.b", "m.c"),
    ]
