"""What a symbolic value and a record on symbols refuse by themselves, wherever they have got to."""

import copy
import pickle
from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from verifier.circuit.aig import Graph
from verifier.language import ModelError, record
from verifier.language.encoding import encoding
from verifier.language.layout import layout_of
from verifier.language.stores import RUNNING
from verifier.language.symbolic_execution import SymbolicRun
from verifier.language.symbolic_values import Bit, Symbol
from verifier.language.views import view


class Mode(Enum):
    IDLE = 0
    BUSY = 1


@record
class Part:
    flag: bool = False
    mode: Mode = Mode.IDLE


def values() -> dict[str, Any]:
    """One of each kind, of a run of their own."""
    graph = Graph()
    bit, code = graph.variable(), (graph.variable(),)
    assert encoding(Mode).width == len(code)
    run = SymbolicRun(graph, layout_of(Part).leaves, [bit, code])
    return {
        "bit": Bit(run, bit, "flag"),
        "symbol": Symbol(run, Mode, code, "mode"),
        "record": view(Part, run.store, 0),
    }


class Three(Enum):
    A = 0
    B = 1
    C = 2


def test_a_symbolic_member_equals_itself() -> None:
    graph = Graph()
    code = graph.variable(), graph.variable()
    run = SymbolicRun(graph, layout_of(Part).leaves, [0, (0,)])
    one, other = (Symbol(run, Three, code, "three") for _ in range(2))
    assert (one == other) is True
    assert (one != other) is False


OPERATIONS: dict[str, Callable[[Any], object]] = {
    "repr": repr,
    "str": str,
    "format": lambda value: format(value, ">5"),
    "f-string": lambda value: f"{value}",
    "percent": lambda value: "%s" % (value,),  # noqa: UP031
    "text of a tuple": lambda value: str((value,)),
    "join": lambda value: "".join(map(str, [value])),
    "hash": hash,
    "in a set": lambda value: {value},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "an attribute": lambda value: value.anything,
    "getattr with a default": lambda value: getattr(value, "anything", None),
    "hasattr": lambda value: hasattr(value, "real"),
}
OF_SYMBOLS: dict[str, Callable[[Any], object]] = {
    "dir": dir,
    "len": len,
    "int": int,
    "iteration": list,
    "index": lambda value: [1, 2][value],
    "item": lambda value: value[0],
    "call": lambda value: value(),
    "order": lambda value: value < value,
    "sum": lambda value: value + 1,
    "membership": lambda value: 1 in value,
}
FIELDS = ("an attribute", "getattr with a default", "hasattr")
"""A record has attributes: what it lacks is an error in both runs."""

CASES = [
    *((name, what) for name in values() for what in OPERATIONS if what not in FIELDS),
    *((name, what) for name in ("bit", "symbol") for what in FIELDS),
    *((name, what) for name in ("bit", "symbol") for what in OF_SYMBOLS),
]


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_an_operation_that_is_none_of_the_language_s_is_refused(case: tuple[str, str]) -> None:
    name, what = case
    value = values()[name]
    run = value._store.run if name == "record" else value._run
    running = RUNNING.set(run)
    try:
        with pytest.raises(ModelError):
            (OPERATIONS | OF_SYMBOLS)[what](value)
    finally:
        RUNNING.reset(running)
