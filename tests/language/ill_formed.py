"""A state, and what is wrong with a system or property about it."""

from collections.abc import Callable
from enum import Enum, Flag
from pathlib import Path
from typing import Any

import pytest

from verifier.compiler.translation import compile_system
from verifier.language import (
    ModelError,
    System,
    record,
    step,
)
from verifier.language.functions import ModelFunction, about


class Mode(Enum):
    IDLE = 0
    BUSY = 1


class Colours(Flag):
    RED = 1
    BLUE = 2


MANY = Enum("MANY", [f"M{i}" for i in range(65)])  # type: ignore[misc]


@record
class State:
    flag: bool = False
    other: bool = False
    mode: Mode = Mode.IDLE


@record
class Elsewhere:
    flag: bool = False


VARYING = ("flag", "other", "mode")


def refusal(build: Callable[[], object]) -> str:
    """The message and help, the place as the line that is there."""
    with pytest.raises(ModelError) as caught:
        build()
    error = caught.value
    if error.place is None:
        return str(error)
    file = Path(error.place.file)
    assert file.parent == Path(__file__).parent
    line = file.read_text(encoding="utf-8").splitlines()[error.place.line - 1]
    return str(error).replace(str(error.place), line.strip())


def of_system(*steps: Any, arbitrary: tuple[str, ...] = VARYING) -> str:
    system = System("ill/formed", State(), steps, arbitrary=arbitrary)
    return refusal(lambda: compile_system(system, []))


def of_property(function: object) -> str:
    known = about(function)
    assert isinstance(known, ModelFunction)
    system = System("ill/formed", State(), (idle,), arbitrary=VARYING)
    return refusal(lambda: compile_system(system, [known]))


def message(text: str, *, place: str = "", help: str = "") -> str:
    lines = [text, *([f"  --> {place}"] if place else []), *([f"  help: {help}"] if help else [])]
    return "\n".join(lines)


@step
def idle(s: State) -> None:
    s.flag = s.other
