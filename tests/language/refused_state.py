"""Steps that keep state outside records, and what calls give them."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, partial, reduce

from tests.language.refused import Mode, State, refused
from tests.language.refused_worlds import CONSTANT_ONLY
from verifier.language import (
    abstracts,
    record,
)

# state that hides in constants


@dataclass(frozen=True)
class Holder:
    seen: list[bool] = field(default_factory=list)


HOLDER = Holder()
APPEND = list[bool]().append


@cache
def remembered() -> bool:
    return True


def counted() -> bool:
    return True


counted.calls = []  # type: ignore


class Stateful(Enum):
    ONE = []  # noqa: RUF012


@refused("`list_in_a_constant` uses `HOLDER.seen`, a `list` outside the records", CONSTANT_ONLY)
def list_in_a_constant(s: State) -> None:
    HOLDER.seen.append(s.flag)  # here


@refused("`constant_with_a_list` uses `HOLDER.seen`, a `list` outside the records", CONSTANT_ONLY)
def constant_with_a_list(s: State) -> None:
    held = HOLDER  # here
    held.seen.append(s.flag)


@refused(
    "`value_of_a_member` uses `Stateful.ONE.value`, a `list` outside the records", CONSTANT_ONLY
)
def value_of_a_member(s: State) -> None:
    Stateful.ONE.value.append(s.flag)  # here


@refused(
    "`remembered_result` uses `remembered`, a `_lru_cache_wrapper` outside the records",
    CONSTANT_ONLY,
)
def remembered_result(s: State) -> None:
    s.flag = remembered()  # here


@refused(
    "`attribute_of_a_function` uses `counted.calls`, a `list` outside the records", CONSTANT_ONLY
)
def attribute_of_a_function(s: State) -> None:
    s.flag = counted()  # here


@refused(
    "`bound_builtin` uses `APPEND`, a `builtin_function_or_method` outside the records",
    CONSTANT_ONLY,
)
def bound_builtin(s: State) -> None:
    APPEND(s.flag)  # here


@refused("`append` is given a `function`", "give records, bits, enums or tuples of them")
def function_given_to_a_call(s: State) -> None:
    append(s, lambda: True)  # type: ignore # here


@refused("`module_as_a_value` uses `os`, a `module` outside the records", CONSTANT_ONLY)
def module_as_a_value(s: State) -> None:
    system = os  # here
    s.flag = system.sep == "/"


# calls

RESULT = "return bools, members of an enum, records or tuples of them"


@refused("`append` is given a `list`", "give records, bits, enums or tuples of them")
def list_given_to_a_call(s: State) -> None:
    append(s, [])  # here


@abstracts("remembers in a list")
def append(s: State, seen: list[bool]) -> None:
    seen.append(s.flag)


@refused("`append` is given a `list_iterator`", "give records, bits, enums or tuples of them")
def iterator_given_to_a_call(s: State) -> None:
    append(s, iter([True]))  # type: ignore # here


# text

STATE = "store all state in records"


@refused("`while_loop` has a `while` loop", "loop with `for` over a constant range or an enum")
def while_loop(s: State) -> None:
    while s.flag:  # here
        s.flag = False


@refused("`identity` compares with `is`", "compare with ==: a symbolic value has no identity")
def identity(s: State) -> None:
    if s.mode is Mode.DONE:  # here
        s.flag = True


@refused("`case_true` matches `case True`", "use `if`: `case` compares a bool with `is`")
def case_true(s: State) -> None:
    match s.flag:
        case True:  # here
            s.flag = False


@refused("`case_class` matches by type", "match the members of an enum")
def case_class(s: State) -> None:
    match s.mode:
        case Mode():  # here
            s.flag = False


COUNT = 0
LIST: list[bool] = []
COUNTER = itertools.count()
HALF = partial(reduce, max)


@refused("`global_variable` changes the variable `COUNT` outside", STATE)
def global_variable(_: State) -> None:
    global COUNT  # here
    COUNT += 1


@refused("`nonlocal_variable` changes the variable `count` outside", STATE)
def nonlocal_variable(s: State) -> None:
    count = 0

    def more() -> None:
        nonlocal count  # here
        count += 1

    more()
    s.flag = count == 1


@refused(
    "`mutable_global` uses `LIST`, a `list` outside the records",
    "store state in records; make a constant a tuple or a function with match",
)
def mutable_global(s: State) -> None:
    LIST.append(s.flag)  # here


@refused(
    "`mutable_global_in_a_comprehension` uses `LIST`, a `list` outside the records",
    "store state in records; make a constant a tuple or a function with match",
)
def mutable_global_in_a_comprehension(s: State) -> None:
    s.flag = any(LIST[0] for _ in Mode)  # here


@refused(
    "`counter_global` uses `COUNTER`, a `count` outside the records",
    "store state in records; make a constant a tuple or a function with match",
)
def counter_global(s: State) -> None:
    s.flag = next(COUNTER) == 0  # here


class Shared:
    seen: list[bool] = []  # noqa: RUF012
    last = False


@refused(
    "`class_attribute` uses `Shared.seen`, a `list` outside the records",
    "store state in records; make a constant a tuple or a function with match",
)
def class_attribute(s: State) -> None:
    Shared.seen.append(s.flag)  # here


@refused("`attribute_of_a_global` assigns to `Shared.last`", STATE)
def attribute_of_a_global(s: State) -> None:
    Shared.last = s.flag  # here


@refused(  # here
    "the parameter `seen` of the step `mutable_default` has a default",
    "leave it out: a step's parameters are choices, each of which is tried",
)
def mutable_default(s: State, seen: bool = []) -> None:
    seen.append(s.flag)


@refused(
    "`mutable_default_of_what_is_called` uses `a default of keeps`, a `list` outside the records",
    "store state in records; make a constant a tuple or a function with match",
)
def mutable_default_of_what_is_called(s: State) -> None:
    keeps(s)  # here


@abstracts("what keeps something")
def keeps(s: State, seen: bool = []) -> None:
    seen.append(s.flag)


@refused("`attempt` has a `try`", "model a fault as an outcome")
def attempt(s: State) -> None:
    try:  # here
        s.flag = True
    finally:
        s.flag = False


@refused("`closing` has a `with`", "call functions: nothing needs to be closed")
def closing(s: State) -> None:
    with contextlib.nullcontext():  # here
        s.flag = True


@refused("`coroutine` is a generator or coroutine", "return a value")
async def coroutine(s: State) -> bool:  # here
    return s.flag


@refused("`generator` is a generator or coroutine", "return a value")
def generator(s: State) -> Iterator[bool]:  # type: ignore
    yield s.flag  # here


@refused("`late_import` imports", "import at the top of the file")
def late_import(s: State) -> None:
    from operator import not_  # here

    s.flag = not_(s.flag)


@refused("`local_class` defines the class `Local`", "define it in the module")
def local_class(_: State) -> None:
    class Local:  # here
        pass


@refused(
    "`asked_for_its_type` uses `isinstance`",
    "let a record's field or method answer what it needs",
)
def asked_for_its_type(s: State) -> None:
    s.flag = isinstance(s.flag, bool)  # here


@refused(
    "`varying_assertion` asserts with a message that is not a constant",
    "write a string: it is a name",
)
def varying_assertion(s: State) -> None:
    assert s.flag, f"flag {s.mode}"  # here


@refused("`plain_function` compares with `is`", "compare with ==: a symbolic value has no identity")
def text_of_a_plain_function(s: State) -> None:
    plain_function(s)


def plain_function(s: State) -> None:
    s.flag = s.mode is Mode.DONE  # here


@refused("`method` has a `while` loop", "loop with `for` over a constant range or an enum")
def text_of_a_method(s: State) -> None:
    Shape().method(s)


@record
class Shape:
    flag: bool = False

    def method(self, s: State) -> None:
        while s.flag:  # here
            s.flag = False
