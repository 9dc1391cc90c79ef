"""Steps that misuse records, families and sets."""

from tests.language.refused import Era, Happened, Mode, Other, Part, State, refused
from tests.language.refused_worlds import CHOICES, IN_ONLY
from verifier.language import (
    abstracts,
    assume,
    observer,
    snapshot,
)

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


@refused("`Part` has nothing called `falg`", "did you mean `flag`?")
def misspelt_read(s: State) -> None:
    s.flag = s.part.falg  # type: ignore # here


@refused("`Part` has nothing called `zzz`", "it has flag, mode")
def unknown_read(s: State) -> None:
    s.flag = s.part.zzz  # type: ignore # here


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


@refused(
    "a record that is one of several is assigned to",
    "assign to each where it is known which one it is",
)
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


# families and records

OF_FAMILIES = "index it by a member, or loop over it or its `items()`"


@refused("a family is asked for its `values`", OF_FAMILIES)
def values_of_a_family(s: State) -> None:
    s.flag = any(s.bits.values())  # type: ignore  # here


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
