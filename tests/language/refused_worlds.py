"""Steps that depend on text, attributes, chance, time and the world."""

import os
import random
import time

from tests.language.refused import State, refused

# text and attributes

TEXT = "compare fields: nothing in a model may depend on the text of a value"
NO_ATTRIBUTES = "compare it: a symbolic value has no attributes"
ANSWER = "let a record's field or method answer what it needs"
CHOICES = "a step depends on the state and its choices only"
NOT_PART = "use fields and methods: it is not part of the model"
IN_ONLY = "write `in` or ==: the order of a set differs from run to run"
CONSTANT_ONLY = "store state in records; make a constant a tuple or a function with match"
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
