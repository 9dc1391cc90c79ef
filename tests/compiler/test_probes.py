"""Plain Python must run no statement and no operand that the symbolic run has not."""

import ast
from pathlib import Path

import pytest

from verifier.compiler.compile import compile_compared
from verifier.language import ModelError
from verifier.language.constants import same
from verifier.language.instrumented import instrumented
from verifier.language.probes import PROBES
from verifier.project.loading import load

MODEL = """from enum import Enum

from verifier.language import System, abstracts, record, step

Digit = Enum("Digit", [f"D{i}" for i in range(64)])


@record
class Machine:
    x: bool = False
    bad: bool = False


@abstracts("picks a number")
def pick(m: Machine) -> float:
    if m.x:
        return 1.0
    return 2.0


@step
def go(m: Machine, a: Digit, b: Digit, c: Digit, d: Digit) -> None:
    BODY


@step
def toggle(m: Machine) -> None:
    m.x = not m.x


main = System("m/main", Machine(), (go, toggle))
"""
RARE = "a == Digit.D37 and b == Digit.D11 and c == Digit.D55 and d == Digit.D23"
BODIES = [
    f"if pick(m) == 2.0:\n        if {RARE}:\n            m.bad = True",
    f"m.bad = m.bad or (pick(m) == 2.0 and ({RARE}))",
    f"m.bad = (({RARE}) if pick(m) == 2.0 else m.bad)",
    f"if pick(m) == 1.0:\n        return\n    if {RARE}:\n        m.bad = True",
    f"m.bad = any(({RARE}) for each in (1.0, 2.0) if each == 2.0 and pick(m) == each)",
    f"match pick(m):\n        case 2.0:\n            m.bad = m.bad or ({RARE})",
]


@pytest.mark.parametrize("body", BODIES)
def test_a_wrong_circuit_without_a_decision_is_found_by_what_python_runs(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault: constants that differ are merged to the first of them."""
    monkeypatch.setattr(
        "verifier.language.state_merging.same", lambda a, b: type(a) is float or same(a, b)
    )
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (tmp_path / part).mkdir()
    (tmp_path / "models" / "m.py").write_text(MODEL.replace("BODY", body))
    catalogue = load(tmp_path)
    with pytest.raises(ModelError, match="circuit and Python differ in") as found:
        compile_compared(catalogue.systems["m/main"], ())
    assert found.value.place is not None
    assert found.value.place.line >= 23


def ran(text: str) -> list[int]:
    """The lines of a text that have a mark and run."""
    code, names = instrumented(ast.parse(text), "text.py")
    held = {"__builtins__": {**vars(__import__("builtins")), **names}}
    exec(code, held)
    probes = names[PROBES]
    probes.clear()
    held["f"]()  # type: ignore[operator]
    return [line for line, one in zip(probes.lines, probes.ran, strict=True) if one]


def test_marks_are_set_by_what_runs() -> None:
    text = "def f():\n    'Text.'\n    if 0:\n        x = 1\n    else:\n        x = (\n 0 and\n 1)"
    assert sorted(ran(text)) == [3, 6]
    text = "def f():\n    for x in (1,):\n        y = x or\\\n   2\n    return (lambda:\n  x)()"
    assert sorted(ran(text)) == [2, 3, 5, 6]


def test_operands_have_the_values_that_they_have_without_marks() -> None:
    text = "def f():\n    return [0 or '', 1 and 0, 2 if 0 else [], 1 < 2 < 3, [x for x in '']]"
    code, names = instrumented(ast.parse(text), "text.py")
    held = {"__builtins__": {**vars(__import__("builtins")), **names}}
    exec(code, held)
    assert held["f"]() == ["", 0, [], True, []]  # type: ignore[operator]
