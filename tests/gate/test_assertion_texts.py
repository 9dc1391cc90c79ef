"""An assertion is lost where its text is the same and it is not reached, or asks for less."""

from pathlib import Path

import pytest

from verifier.gate.weakened.asserting import Assertions, assertions
from verifier.gate.weakened.functions import Functions

LOCKED = """from models.settings import STRICT
from models.strict import strictly


class Rules:
    depth = True


@step
def change(machine: Machine) -> None:
    if machine.ready:
        assert machine.locked or not STRICT, "the lock is held"
    else:
        machine.ready = True
    held = machine.locked
    check(machine, held)
    assert machine.level or not Rules.depth
    machine.data = not machine.data


@step
def wait(machine: Machine) -> None:
    assume(machine.locked)
    machine.ready = False


@step
def call(machine: Machine) -> None:
    strictly(machine)
    machine.ready = True


@models("lock.c", "settle", since="v1")
def settle(machine: Machine) -> None:
    machine.level = True


@models("lock.c", "check", since="v1")
def check(machine: Machine, held: bool, strict: bool = True) -> None:
    assert held or not strict
"""
STRICTLY = """@abstracts("a check")
def strictly(machine: Machine) -> None:
    assert machine.quiet"""
SETTINGS = {
    "models/settings.py": "STRICT = True\n",
    "models/loose.py": "STRICT = False\n",
    "models/strict.py": f"{STRICTLY}\n",
    "models/lenient.py": f"{STRICTLY} or True\n",
}
RAN = [f"models/lock.py:{name}" for name in ("change", "wait", "call", "check")]
STRICT = "models/strict.py:strictly"
DEEP = "    assert machine.level"


def asserted(folder: Path, text: str, **files: str) -> Assertions:
    for name, content in {**SETTINGS, "models/lock.py": text, **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return assertions(Functions(folder))


def lost(folder: Path, edited: str, **files: str) -> list[str]:
    then = asserted(folder / "then", LOCKED)
    now = asserted(folder / "now", edited, **files)
    [strict] = {"strict", "lenient"} & {*edited.split("\n", 2)[1].replace(".", " ").split()}
    runs = [*RAN, f"models/{strict}.py:strictly"]
    return sorted({name for name, _ in then.lost([*RAN, STRICT], now, runs, {})})


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("if machine.ready:", "if not machine.ready:", "change"),
        (
            'assert machine.locked or not STRICT, "the lock is held"\n    else:\n        ',
            "pass\n    else:\n        assert machine.locked or not STRICT\n        ",
            "change",
        ),
        ("    held = machine.locked\n", "    held = True\n", "change"),
        ("    held = machine.locked\n", "    return\n    held = machine.locked\n", "change"),
        ("strict: bool = True", "strict: bool = False", "check"),
        ("depth = True", "depth = False", "change"),
        ("from models.settings import", "from models.loose import", "change"),
        ("from models.strict import", "from models.lenient import", "strictly"),
        (DEEP, f"    machine.level = True\n{DEEP}", "change"),
        (DEEP, f"    settle(machine)\n{DEEP}", "change"),
        (DEEP, f"    if settle(machine) is None:\n        pass\n{DEEP}", "change"),
        ("    strictly(machine)", "    machine.quiet = True\n    strictly(machine)", "call"),
    ],
)
def test_an_assertion_that_asks_for_less_is_lost(
    tmp_path: Path, old: str, new: str, where: str
) -> None:
    assert old in LOCKED
    assert lost(tmp_path, LOCKED.replace(old, new)) == [where]


def test_an_assertion_that_another_step_has_is_lost(tmp_path: Path) -> None:
    line = "    assert machine.level or not Rules.depth\n"
    moved = LOCKED.replace(line, "").replace("    machine.ready = False\n", f"{line}")
    assert lost(tmp_path, moved) == ["change"]


def test_a_constant_of_a_module_without_functions_is_part_of_it(tmp_path: Path) -> None:
    assert lost(tmp_path, LOCKED, **{"models/settings.py": "STRICT = False\n"}) == ["change"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    machine.data = not machine.data\n", ""),
        (DEEP, f"    machine.data = True\n    wait(machine)\n{DEEP}"),
        (DEEP, f"{DEEP} or not Rules.depth\n    machine.level = True  #"),
        ("strict: bool = True) -> None:\n", "strict: bool = True) -> None:\n    # held\n"),
        (LOCKED, f"{LOCKED}\n\ndef other(x: bool) -> bool:\n    return x\n"),
    ],
)
def test_an_assertion_that_asks_for_as_much_is_kept(tmp_path: Path, old: str, new: str) -> None:
    assert lost(tmp_path, LOCKED.replace(old, new)) == []


def test_an_assertion_whose_function_is_called_from_its_place_is_kept(tmp_path: Path) -> None:
    line = "    assert machine.level or not Rules.depth\n"
    helper = f"\n\ndef deep(machine: Machine) -> None:\n{line}"
    assert lost(tmp_path, LOCKED.replace(line, "    deep(machine)\n") + helper) == []
