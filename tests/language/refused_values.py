"""Steps that use a symbolic value where Python wants a plain one."""

from tests.language.refused import Mode, Other, State, refused

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
def difference_of_bits(s: State, flag: bool) -> None:
    s.flag = -flag  # type: ignore[assignment] # here


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
