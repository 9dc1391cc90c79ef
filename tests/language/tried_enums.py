"""Step functions with enums.

PYTEST_DONT_REWRITE: an assertion of a model has the name that it has anywhere else.
"""

from tests.language.tried import WIDE, Fruit, Row, State, Tool, tried
from verifier.language import (
    abstracts,
)

# enums


@abstracts("a tool with the very bits of a fruit")
def tool_for(fruit: Fruit) -> Tool:
    return Tool.AXE if fruit == Fruit.PEAR else Tool.SAW


@tried
def enums_that_share_their_code_are_told_apart(s: State) -> None:
    s.tool = tool_for(s.fruit)
    if s.fruit == Fruit.PEAR:
        s.tools[s.tool] = True
        s.a = s.tool == Tool.AXE
    else:
        s.tools[s.tool] = False
        s.b = s.tools[tool_for(s.fruit)]


@tried
def a_bit_that_is_an_enum_s_code_decides_the_enum(s: State) -> None:
    s.a = s.fruit == Fruit.PEAR
    if s.a:
        s.b = s.tools[tool_for(s.fruit)]
        if s.b:
            s.c = s.fruit == Fruit.APPLE
    else:
        s.b = s.tools[tool_for(s.fruit)] or s.c


@tried
def a_test_first_made_on_one_path_leaves_the_others_alone(s: State, bit: bool) -> None:
    if s.fruit == Fruit.PEAR or bit:
        s.a = s.tools[tool_for(s.fruit)]
    s.b = s.tools[tool_for(s.fruit)]
    if s.a != s.b:
        s.c = s.fruit == Fruit.PEAR


@tried
def all_members_but_one_are_excluded(s: State) -> None:
    if s.row == Row.A:
        return
    if s.row != Row.B:
        s.bits[s.row] = True
        return
    s.bits[s.row] = False
    s.a = s.row == Row.B


@tried
def a_wide_enum_is_narrowed_to_one_member(s: State) -> None:
    if s.wide == WIDE.M7:
        s.a = s.wide == WIDE.M8
        s.b = s.wide == WIDE.M7
    elif s.wide in (WIDE.M1, WIDE.M39):
        s.a = s.wide == WIDE.M39
    s.c = s.wide != WIDE.M7


@tried
def enums_are_compared_with_each_other(s: State, row: Row) -> None:
    if row == s.row:
        s.a = s.bits[row] == s.bits[s.row]
    else:
        s.a = s.bits[row] ^ s.bits[s.row]
    s.one.row = row


@tried
def a_match_covers_every_member(s: State) -> None:
    s.row = following(s.row)
    match s.row, s.a:
        case Row.A, _:
            s.b = True
        case _, a if a:
            s.c = True


@abstracts("the next row")
def following(row: Row) -> Row:
    match row:
        case Row.A:
            return Row.B
        case Row.B:
            return Row.C
        case _:
            return Row.A


@abstracts("a row whose bits two conditions decide")
def decided_row(s: State) -> Row:
    if s.a:
        return Row.C
    return Row.B if s.b else Row.A


@abstracts("what each row stands for, without a default")
def fruit_of(row: Row) -> Fruit:
    match row:
        case Row.A:
            return Fruit.APPLE
        case Row.B:
            return Fruit.PEAR
        case Row.C:
            return Fruit.APPLE


@tried
def a_match_without_a_default_covers_every_member_where_a_bit_is_known(s: State) -> None:
    row = decided_row(s)
    if s.b:
        s.fruit = fruit_of(row)
    if not s.a:
        s.two.flag = fruit_of(row) == Fruit.PEAR
    s.c = fruit_of(s.row) == Fruit.APPLE


@tried
def a_member_is_excluded_before_a_bit_becomes_known(s: State) -> None:
    row = decided_row(s)
    if row == Row.A:
        return
    if not s.a:
        s.fruit = fruit_of(row)
    if row == Row.B:
        return
    s.c = fruit_of(row) == Fruit.APPLE
