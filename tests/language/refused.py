"""Step functions that the language refuses, each with the whole message it gives.

The line that the message names is the one marked `# here`.
"""

import contextlib
import itertools
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, partial, reduce

from verifier.language import (
    Family,
    abstracts,
    assume,
    event,
    ghost,
    observer,
    record,
    snapshot,
)

REFUSED: list[tuple[Callable[..., None], str]] = []


def refused(message: str, mend: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Note that a step with this body is refused."""

    def note(body: Callable[..., None]) -> Callable[..., None]:
        REFUSED.append((body, f"{message}\n  --> here\n  help: {mend}"))
        return body

    return note


class Mode(Enum):
    IDLE = 0
    BUSY = 1
    DONE = 2


class Other(Enum):
    X = 0
    Y = 1


@dataclass(frozen=True)
class Era:
    lazy: bool = True
    modes: frozenset[Mode] = field(default=frozenset(Mode), repr=False)


@record
class Part:
    flag: bool = False
    mode: Mode = Mode.IDLE

    @property
    def clear(self) -> bool:
        return not self.flag

    @clear.setter
    def clear(self, value: bool) -> None:
        self.flag = not value


@ghost
class Owner:
    mine: bool = False
    part: Part = Part()


@event
class Happened:
    flag: bool = False
    part: Part = Part()


@record
class State:
    flag: bool = False
    mode: Mode = Mode.IDLE
    other: Other = Other.X
    part: Part = Part()
    rows: Family[Mode, Part] = Family()
    bits: Family[Mode, bool] = Family()
    era: Era = Era()
    owner: Owner = Owner()
    happened: Happened = Happened()


# symbolic values where Python wants plain ones

NUMBERS = "use if, ==, &, | and ^: there are no numbers"
KEY = "compare it, write `in (A, B)`, or use a Family indexed by the enum"


@refused("`mode` is symbolic and is used as a dictionary key or in a set", KEY)
def dictionary_key(s: State, mode: Mode) -> None:
    table = {Mode.IDLE: True, Mode.BUSY: False}
    s.flag = table[mode]  # here


@refused("`s` is symbolic and is used as a dictionary key or in a set", KEY)
def dictionary_of_bits(_: State, s: bool) -> None:
    {True: 1, False: 2}.get(s)  # here


@refused("`mode` is symbolic and is used as a dictionary key or in a set", KEY)
def member_of_a_set(s: State, mode: Mode) -> None:
    s.flag = mode in {Mode.IDLE, Mode.BUSY}  # here


@refused("`mode` is symbolic and is used as a dictionary key or in a set", KEY)
def enum_by_value(s: State, mode: Mode) -> None:
    s.mode = Mode(mode)  # here


@refused("`flag` is symbolic and is used as an index", "use a Family indexed by an enum")
def container_index(s: State, flag: bool) -> None:
    s.mode = (Mode.IDLE, Mode.BUSY)[flag]  # here


@refused("`mode` is symbolic and is used as an index", "use a Family indexed by an enum")
def length_of_a_range(_: State, mode: Mode) -> None:
    for _ in range(mode):  # here
        pass


@refused("`flag` is symbolic and is turned into a number", "compare it with its possible values")
def number(_: State, flag: bool) -> None:
    int(flag)  # here


@refused("`flag` is symbolic and is calculated with", NUMBERS)
def sum_of_bits(s: State, flag: bool) -> None:
    s.flag = sum([flag, True]) == 2  # here


@refused("`flag` is symbolic and is calculated with", NUMBERS)
def difference_of_bits(_: State, flag: bool) -> None:
    -flag  # here # noqa: B018


@refused("`mode` is symbolic and is looped over", "loop over a constant range or an enum")
def comprehension(s: State, mode: Mode) -> None:
    s.flag = any(x for x in mode)  # here


@refused("`mode` is symbolic and is compared by order", "compare it with == or use match")
def order(s: State, mode: Mode) -> None:
    s.flag = mode < Mode.DONE  # here


@refused("`flag` is symbolic and is compared by order", "compare it with == or use match")
def largest(s: State, flag: bool) -> None:
    s.flag = max(flag, s.flag)  # here


@refused(
    "`flag` is symbolic and is inverted with ~", "write `not x`, or `x ^ True` to avoid a fork"
)
def inverted(s: State, flag: bool) -> None:
    s.flag = bool(~flag)  # here


@refused("`mode` is symbolic and is used as a condition", "compare it with a member")
def enum_as_condition(s: State, mode: Mode) -> None:
    if mode:  # here
        s.flag = True


@refused(
    "`mode` is symbolic and is asked for its `name`",
    "compare it, or use a property or method that the enum has for it",
)
def name_of_a_member(s: State, mode: Mode) -> None:
    s.flag = mode.name == "IDLE"  # here


@refused("`mode` is symbolic and is compared with `<Other.X: 0>`", "compare it with a `Mode`")
def members_of_two_enums(s: State, mode: Mode) -> None:
    s.flag = mode == Other.X  # here


@refused("a symbolic bit is combined with `1`", "combine it with a bool")
def bit_and_number(s: State, flag: bool) -> None:
    s.flag = bool(flag & 1)  # here


# records

WRITTEN = "give its fields where it is made, or assign to a field of the state"
GHOST = "only properties and observers read ghosts"


@refused("`<symbolic Mode mode>` is assigned to `flag`", "it holds a `bool`")
def symbolic_value_of_a_wrong_type(s: State, mode: Mode) -> None:
    s.flag = mode  # here


@refused("`1` is assigned to `part.flag`", "it holds a `bool`")
def value_of_a_wrong_type(s: State) -> None:
    s.part.flag = 1  # type: ignore # here


@refused("`<Other.Y: 1>` is assigned to `mode`", "it holds a `Mode`")
def member_of_another_enum(s: State) -> None:
    s.mode = Other.Y  # type: ignore # here


@refused("`Era(lazy=False)` is assigned to `era`", "it is a constant of the system")
def constant(s: State) -> None:
    s.era = Era(lazy=False)  # here


@refused("`<symbolic Owner>` is assigned to a `Part`", "assign a `Part`")
def record_of_another_type(s: State) -> None:
    s.part = s.owner  # type: ignore # here


@refused("`True` is assigned to a `Family[Mode, ...]`", "assign a `Family[Mode, ...]`")
def bit_for_a_family(s: State) -> None:
    s.bits = True  # type: ignore # here


@refused("`Part` has no field `falg`", "did you mean `flag`?")
def misspelt_field(s: State) -> None:
    s.part.falg = True  # type: ignore # here


@refused("`Part` has no field `zzz`", "its fields: flag, mode")
def unknown_field(_: State) -> None:
    Part(zzz=True)  # type: ignore # here


@refused("a `Part` is used as a condition", "compare its fields")
def record_as_condition(s: State) -> None:
    if s.part:  # here
        s.flag = True


@refused("a `Part` is used as a dictionary key or in a set", "compare its fields")
def record_as_key(s: State) -> None:
    s.flag = s.part in {Part()}  # here


@refused("a `Part` is compared with `None`", "compare it with a `Part`")
def record_and_none(s: State) -> None:
    s.flag = s.part == None  # here # noqa: E711


@refused("families are compared", "compare their items")
def two_families(s: State) -> None:
    s.flag = s.bits == s.bits  # here


@refused("a family is used as a condition", "compare its items")
def family_as_condition(s: State) -> None:
    if s.bits:  # here
        s.flag = True


@refused("a family is indexed by `0`", "index it by a `Mode`")
def family_by_number(s: State) -> None:
    s.flag = s.bits[0]  # type: ignore # here


@refused("a family is indexed by `<symbolic Other other>`", "index it by a `Mode`")
def family_by_another_enum(s: State, other: Other) -> None:
    s.flag = s.bits[other]  # here


@refused("a record that is not part of the state is assigned to", WRITTEN)
def record_made_of_constants(_: State) -> None:
    part = Part()
    part.flag = True  # here


@refused("a record that is not part of the state is assigned to", WRITTEN)
def record_made_of_symbols(s: State) -> None:
    part = Part(flag=s.flag)
    part.mode = Mode.DONE  # here


@refused("a record that is not part of the state is assigned to", WRITTEN)
def record_copied(s: State) -> None:
    part = snapshot(s.part)
    part.mode = Mode.DONE  # here


CONSTANT = Part(flag=True)


@refused("a record that is not part of the state is assigned to", WRITTEN)
def record_outside(_: State) -> None:
    part = CONSTANT
    part.mode = Mode.DONE  # here


@refused("a record that is not part of the state is assigned to", WRITTEN)
def record_outside_or_inside(s: State, flag: bool) -> None:
    either(s, flag).flag = False  # here


@abstracts("a part of the state or a constant")
def either(s: State, flag: bool) -> Part:
    if flag:
        return s.part
    return CONSTANT


@refused("`owner.mine` is ghost state and is read by a model function", GHOST)
def ghost_read(s: State) -> None:
    s.flag = s.owner.mine  # here


@refused("`owner.part.flag` is ghost state and is read by a model function", GHOST)
def ghost_copied_then_read(s: State) -> None:
    s.flag = snapshot(s.owner).part.flag  # here


@refused("`owner.part.flag` is ghost state and is copied to `part.flag`", GHOST)
def ghost_copied_into_the_model(s: State) -> None:
    s.part = s.owner.part  # here


@refused("`owner.part.flag` is ghost state and is copied to `part.flag`", GHOST)
def ghost_copied_into_a_value(s: State) -> None:
    s.happened = Happened(part=s.owner.part)
    State(part=s.owner.part)  # here


@refused("`owner.part.flag` is ghost state and is read by a model function", GHOST)
def ghost_returned(s: State, flag: bool) -> None:
    s.flag = ghost_or_not(s, flag).flag  # here


@abstracts("a ghost or a part of the model")
def ghost_or_not(s: State, flag: bool) -> Part:
    return s.part if flag else s.owner.part


@refused("`part.flag` is changed by an observer", "observers change ghosts only")
def observer_that_changes_the_model(s: State) -> None:
    meddle(s)


@observer("does more than observe")
def meddle(s: State) -> None:
    s.part.flag = True  # here


@refused("`tell` gives a model function what an observer sees", "an observer returns nothing")
def observer_that_answers(s: State) -> None:
    s.flag = tell(s)  # here


@observer("tells a ghost")
def tell(s: State) -> bool:
    return s.owner.mine


@refused("an observer or property assumes something", "assume it in the step, or use if")
def observer_that_assumes(s: State) -> None:
    demand(s)


@observer("wants a ghost")
def demand(s: State) -> None:
    assume(s.owner.mine)  # here


@refused("`<symbolic Part>` is assumed", "assume a bool")
def assumed_record(s: State) -> None:
    assume(s.part)  # type: ignore # here


# text and attributes

TEXT = "compare fields: nothing in a model may depend on the text of a value"
NO_ATTRIBUTES = "compare it: a symbolic value has no attributes"
ANSWER = "let a record's field or method answer what it needs"
CHOICES = "a step depends on the state and its choices only"
NOT_PART = "use fields and methods: it is not part of the model"
IN_ONLY = "write `in` or ==: the order of a set differs from run to run"
CONSTANT_ONLY = "keep state in records; make a constant a tuple or a function with match"
PATTERN = "%s"


@refused("`f_string` makes text of values", TEXT)
def f_string(s: State) -> None:
    s.flag = f"{s.flag}" == "True"  # here


@refused("`text_by_percent` makes text of values", TEXT)
def text_by_percent(s: State) -> None:
    s.flag = "%s" % s.flag == "True"  # here # noqa: UP031


@refused("`text_by_a_constant` makes text of values", TEXT)
def text_by_a_constant(s: State) -> None:
    s.flag = PATTERN % s.flag == "True"  # here


@refused("`text_by_str` uses `str`", TEXT)
def text_by_str(s: State) -> None:
    s.flag = str(s.flag) == "True"  # here


@refused("`flag` is symbolic and is asked for its `real`", NO_ATTRIBUTES)
def attribute_of_a_bit(s: State) -> None:
    s.flag = s.flag.real == 1  # here


@refused("`class_of_a_bit` uses `.__class__`", NOT_PART)
def class_of_a_bit(s: State) -> None:
    s.flag = s.flag.__class__ == bool  # here # noqa: E721


@refused("`inside_of_a_record` uses `._store`", NOT_PART)
def inside_of_a_record(s: State) -> None:
    s.flag = s.part._store == 1  # type: ignore # here


@refused("`attribute_with_a_default` uses `getattr`", ANSWER)
def attribute_with_a_default(s: State) -> None:
    s.flag = getattr(s.flag, "anything", False)  # here


kind = type


@refused("`type_by_another_name` uses `kind`", ANSWER)
def type_by_another_name(s: State) -> None:
    s.flag = kind(s.flag) == bool  # here # noqa: E721


@refused("`name_of_the_module` uses `__name__`", "give what it needs as a constant")
def name_of_the_module(s: State) -> None:
    s.flag = __name__ == "__main__"  # here


@refused("`flag` is symbolic and is called", "compare it with its possible values")
def bit_called(s: State) -> None:
    s.flag()  # type: ignore # here


@refused("`flag` is symbolic and is indexed", "use a Family indexed by an enum")
def bit_indexed(s: State) -> None:
    s.flag[0]  # type: ignore # here


# chance, time and the world

CHANCE = random.Random(0)


@refused("`file_opened` uses `open`", CHOICES)
def file_opened(s: State) -> None:
    s.flag = bool(open("/dev/null").read())  # here # noqa: SIM115


@refused("`chance` uses `CHANCE`, a `Random` outside the records", CONSTANT_ONLY)
def chance(s: State) -> None:
    s.flag = CHANCE.random() < 0.5  # here


@refused(
    "`chance_of_a_module` uses `random.random`, a `builtin_function_or_method` outside the records",
    CONSTANT_ONLY,
)
def chance_of_a_module(s: State) -> None:
    s.flag = random.random() < 0.5  # here


@refused(
    "`the_time` uses `time.time`, a function of a library",
    "write what it needs as a model function",
)
def the_time(s: State) -> None:
    s.flag = time.time() < 5  # here


@refused("`environment` uses `os.environ`, a `_Environ` outside the records", CONSTANT_ONLY)
def environment(s: State) -> None:
    s.flag = "X" in os.environ  # here


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


# families and records

OF_FAMILIES = "index it by a member, or loop over it or its `items()`"


@refused("a family is asked for its `values`", OF_FAMILIES)
def values_of_a_family(s: State) -> None:
    s.flag = any(s.bits.values())  # type: ignore  # here


@refused("a family is asked for its length", "it has an item for each member")
def length_of_a_family(s: State) -> None:
    s.flag = len(s.bits) == 3  # type: ignore  # here


@refused(
    "`Part.clear` is assigned to and is not a field",
    "assign to fields, or write a method that does",
)
def property_assigned(s: State) -> None:
    s.part.clear = True  # here


# sets

MODES = frozenset({Mode.IDLE, Mode.BUSY})


@refused("`order_of_a_set` uses `MODES`, a set", IN_ONLY)
def order_of_a_set(s: State) -> None:
    for mode in MODES:  # here
        s.mode = mode


@refused("`set_made_in_a_run` makes a set", IN_ONLY)
def set_made_in_a_run(s: State) -> None:
    s.mode = list({Mode.IDLE, Mode.BUSY})[0]  # here # noqa: RUF015


@refused("a set is used for more than `in` and ==", IN_ONLY)
def set_of_a_constant(s: State) -> None:
    for mode in s.era.modes:  # here
        s.mode = mode


@refused("`hash_of_a_member` uses `hash`", CHOICES)
def hash_of_a_member(s: State) -> None:
    s.flag = hash(Mode.IDLE) % 2 == 0  # here


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

STATE = "keep all state in records"


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
    "keep state in records; make a constant a tuple or a function with match",
)
def mutable_global(s: State) -> None:
    LIST.append(s.flag)  # here


@refused(
    "`mutable_global_in_a_comprehension` uses `LIST`, a `list` outside the records",
    "keep state in records; make a constant a tuple or a function with match",
)
def mutable_global_in_a_comprehension(s: State) -> None:
    s.flag = any(LIST[0] for _ in Mode)  # here


@refused(
    "`counter_global` uses `COUNTER`, a `count` outside the records",
    "keep state in records; make a constant a tuple or a function with match",
)
def counter_global(s: State) -> None:
    s.flag = next(COUNTER) == 0  # here


class Shared:
    seen: list[bool] = []  # noqa: RUF012
    last = False


@refused(
    "`class_attribute` uses `Shared.seen`, a `list` outside the records",
    "keep state in records; make a constant a tuple or a function with match",
)
def class_attribute(s: State) -> None:
    Shared.seen.append(s.flag)  # here


@refused("`attribute_of_a_global` assigns to `Shared.last`", STATE)
def attribute_of_a_global(s: State) -> None:
    Shared.last = s.flag  # here


@refused("`mutable_default` has a default `[]` that keeps state between calls", STATE)
def mutable_default(s: State, seen: bool = []) -> None:  # here
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
    "`varying_assertion` asserts with a message that is no constant", "write a string: it is a name"
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
