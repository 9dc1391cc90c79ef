"""What verdicts rest on: all that is assumed where a step may come to it, and nothing else."""

from pathlib import Path

import pytest

from verifier.compiler.translation import compile_system
from verifier.project.assumptions import assumptions
from verifier.project.loading import load

MODEL = '''"""A door."""

from verifier.language import System, abstracts, assume, models, observer, record, step


@record
class Door:
    """A door."""

    open: bool = False
    locked: bool = False
    heavy: bool = True
    painted: bool = False


def unlocked(door: Door) -> None:
    assume(not door.locked)


@abstracts("pushing and waiting")
def push(door: Door) -> None:
    """Push."""
    door.open = True


@abstracts("never called")
def kick(door: Door) -> None:
    """Kick."""
    assume(door.heavy)


@models("door.c", "turn", since="v1", until="v2")
def turn(door: Door, lock: bool) -> None:
    """Turn the key."""
    door.locked = lock


@step
def go(door: Door, fast: bool) -> None:
    """Somebody
    goes through it."""
    unlocked(door)
    assume(fast != door.open)
    push(door)


@step
def key(door: Door, lock: bool) -> None:
    """Somebody turns the key."""
    turn(door, lock)


one = System("door/one", Door(painted=True), (go, key))
'''
FOUND = [
    ("step", "go", "Somebody goes through it."),
    ("step", "key", "Somebody turns the key."),
    ("choice", "go", "fast != door.open"),
    ("assume", "unlocked", "not door.locked"),
    ("constant", "heavy", "heavy=1"),
    ("constant", "painted", "painted=1"),
    ("abstraction", "push", "pushing and waiting"),
    ("source", "turn", "door.c: turn (since v1 until v2)"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("models/door.py", MODEL), ("properties/none.py", '"""None."""\n')):
        file = tmp_path / name
        file.parent.mkdir()
        file.write_text(text)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "door"\n')
    return tmp_path


def test_what_a_step_may_come_to_is_listed_by_kind(project: Path) -> None:
    found = assumptions(compile_system(load(project).systems["door/one"], ()))
    assert [(each.kind, each.name, each.text) for each in found] == FOUND
    assert [each.name for each in found if each.is_default] == ["heavy"]


def test_each_has_the_line_where_it_is_written(project: Path) -> None:
    lines = MODEL.splitlines()
    for each in assumptions(compile_system(load(project).systems["door/one"], ())):
        assert each.file == "models/door.py"
        if each.kind in ("choice", "assume"):
            assert lines[each.line - 1].strip() == f"assume({each.text})"
        elif each.kind == "constant":
            assert lines[each.line - 1].startswith("one = System")
