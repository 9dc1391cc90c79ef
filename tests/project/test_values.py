"""Modules that hold the same have the same digest, and any difference that counts shows in it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import Any, Literal

import msgspec
import pytest

from verifier.language import System, record, step
from verifier.project.values import digest_of


class Mode(Enum):
    OFF = "off"
    ON = "on"


@dataclass(frozen=True)
class Era:
    name: str
    modes: tuple[Mode, ...] = ()
    table: Mapping[Mode, int] = field(default_factory=lambda: MappingProxyType({}))


@record
class Machine:
    mode: Mode = Mode.OFF
    on: bool = False


@step
def toggle(machine: Machine) -> None:
    """Switch it."""
    machine.on = not machine.on


@step
def stop(machine: Machine) -> None:
    """Switch it off."""
    machine.on = False


def digest(**names: object) -> str:
    module = ModuleType("m")
    vars(module).update(names)
    return digest_of([module])


def holding(value: object) -> Callable[[], object]:
    return lambda: value


def with_default(value: object) -> Callable[..., object]:
    def function(given: object = value) -> object:
        return given

    return function


def made(first: object) -> type:
    return type("Made", (), {"FIRST": first, "__module__": __name__})


class Slotted:
    __slots__ = ("__hidden",)


def with_slot(value: object) -> Slotted:
    made = Slotted()
    made._Slotted__hidden = value  # type: ignore[attr-defined]
    return made


def with_field(kind: type, default: object) -> type:
    first = {Mode: Mode.OFF, Era: Era("a")}.get(kind, default)
    held = {"__annotations__": {"field": kind}, "field": first, "__module__": __name__}
    return record(type("Made", (), held))


def with_slots(default: bool) -> type:
    held = {"__annotations__": {"on": bool}, "on": default, "__module__": __name__}
    return dataclass(frozen=True, slots=True, init=False)(type("Made", (), held))


one, other = object(), object()

DIFFERENT: dict[str, Callable[[bool], Any]] = {
    "a number": lambda way: 1 if way else 2,
    "a bool and a number": lambda way: 1 if way else True,
    "a zero with a sign": lambda way: 0.0 if way else -0.0,
    "a very large number": lambda way: 10**5000 + way,
    "a text": lambda way: "ab"[way:],
    "the order of a tuple": lambda way: ("a", "b") if way else ("b", "a"),
    "the order of a dictionary": lambda way: {"a": 1, "b": 1} if way else {"b": 1, "a": 1},
    "a key": lambda way: {Mode.ON: 1} if way else {Mode.OFF: 1},
    "a member of a set": lambda way: frozenset({"a", "b"} if way else {"a", "c"}),
    "a member of an enum": lambda way: Mode(("off", "on")[way]),
    "a field": lambda way: Era("a", (Mode.ON,) * way),
    "a field's table": lambda way: Era("a", (), MappingProxyType({Mode.ON: int(way)})),
    "a closure": lambda way: holding(way),
    "a default": lambda way: with_default(way),
    "a bound argument": lambda way: partial(max, int(way)),
    "a class attribute": lambda way: made(way),
    "a function": lambda way: toggle if way else stop,
    "the order of steps": lambda way: System(
        "m", Machine(), (toggle, stop) if way else (stop, toggle)
    ),
    "an initial value": lambda way: System("m", Machine(on=way), (toggle,)),
    "what a generic class is given": lambda way: list[int] if way else list[str],
    "the generic class": lambda way: list[int] if way else tuple[int],
    "whose method it is": lambda way: [way].append,
    "what extends a number": lambda way: type("Level", (int,), {"__module__": __name__})(way),
    "what changes": lambda way: bytearray([way]),
    "a slot": lambda way: with_slot(way),
    "a slice": lambda way: slice(int(way)),
    "a complex number": lambda way: complex(way),
    "what is one object": lambda way: ((a := [1]), a) if way else ([1], [1]),
    "a record's default": lambda way: with_field(bool, way),
    "what a record's field holds": lambda way: with_field(Mode if way else Era, None),
    "the default of a dataclass with slots": lambda way: with_slots(way),
    "an object of a library": lambda way: SimpleNamespace(on=way),
    "a slot of a library's object": lambda way: Fraction(way),
    "what two names stand for": lambda way: {"a": Era, "b": Era if way else Machine},
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_difference_shows(what: str) -> None:
    make = DIFFERENT[what]
    assert digest(X=make(True)) != digest(X=make(False))


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_is_made_twice_has_one_digest(what: str) -> None:
    make = DIFFERENT[what]
    assert digest(X=make(True)) == digest(X=make(True))


def test_a_name_shows() -> None:
    assert digest(X=1) != digest(Y=1)


def test_addresses_do_not_show() -> None:
    assert digest(X=one) == digest(X=other)


def test_what_a_system_has_found_out_of_itself_does_not_show() -> None:
    system = System("m", Machine(), (toggle,))
    before = digest(X=system)
    assert system.layout.leaves
    assert system.actions
    assert digest(X=system) == before


def test_what_others_remember_in_a_type_does_not_show() -> None:
    kind: Any = Literal["one", "another", "and no other"]
    before = digest(X=tuple[kind, ...] | None)
    msgspec.convert("one", kind)
    assert digest(X=tuple[kind, ...] | None) == before
    assert digest(X=tuple[Literal["one", "another"], ...] | None) != before


def test_what_holds_itself_has_an_end() -> None:
    circle: list[object] = []
    circle.append(circle)
    assert digest(X=circle) != digest(X=[[]])


TEXT = """
import sys
from types import ModuleType
from enum import Enum
from verifier.project.values import digest_of

class K(Enum):
    A = 0
    B = 1
    C = 2

module = ModuleType("m")
module.X = {X}
print(digest_of([module]))
"""


def digests(expression: str) -> set[str]:
    """Those of processes with different seeds."""
    root = Path(__file__).parents[2]
    return {
        subprocess.run(
            [sys.executable, "-c", TEXT.replace("{X}", expression)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }


def test_the_order_of_a_set_shows_where_it_is_used_and_only_there() -> None:
    assert len(digests("frozenset(K), {'a', 'b', 'c'}, {K.A: frozenset('abc')}")) == 1
    assert len(digests("tuple(frozenset(K)), [*{'a', 'b', 'c', 'd'}]")) == 3


def test_where_partial_functions_lie_in_memory_does_not_show() -> None:
    assert len(digests("__import__('functools').partial(print, end='')")) == 1
