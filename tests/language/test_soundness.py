"""Functions made to trip the explorer: each must mean on bits what it means on plain values.

PYTEST_DONT_REWRITE: an assertion of a model has the name that it has anywhere else.
"""

from collections.abc import Callable
from enum import Enum

import pytest

from verifier.compiler.self_check import compare
from verifier.language import (
    Family,
    System,
    abstracts,
    always,
    assume,
    event,
    ghost,
    observer,
    record,
    snapshot,
    sometimes,
    step,
)
from verifier.language.compiling import translated
from verifier.language.errors import ModelError
from verifier.language.functions import about


class Fruit(Enum):
    APPLE = 0
    PEAR = 1


class Tool(Enum):
    SAW = 0
    AXE = 1


class Row(Enum):
    A = 0
    B = 1
    C = 2


WIDE = Enum("WIDE", [f"M{i}" for i in range(40)])  # type: ignore[misc]


@record
class Part:
    flag: bool = False
    row: Row = Row.A

    @property
    def busy(self) -> bool:
        """Whether it is flagged in a row other than the first."""
        if self.row == Row.A:
            return False
        return self.flag

    def toggled(self) -> "Part":
        return Part(flag=not self.flag, row=self.row)


@ghost
class Note:
    flag: bool = False
    part: Part = Part()


@event
class Seen:
    flag: bool = False
    row: Row = Row.C
    part: Part = Part()


@record
class State:
    a: bool = False
    b: bool = False
    c: bool = False
    fruit: Fruit = Fruit.APPLE
    tool: Tool = Tool.SAW
    row: Row = Row.A
    wide: WIDE = WIDE.M0  # type: ignore[valid-type]
    one: Part = Part()
    two: Part = Part(row=Row.B)
    rows: Family[Row, Part] = Family()
    bits: Family[Row, bool] = Family()
    tools: Family[Tool, bool] = Family()
    note: Note = Note()
    seen: Seen = Seen()


@always("seen")
def nothing_is_seen(seen: Seen) -> bool:
    return not seen.flag and seen.row == Row.C and seen.part != Part(flag=True)


@sometimes("seen")
def a_row_is_seen(seen: Seen) -> bool:
    return seen.row == Row.A


Body = Callable[..., None]
BODIES: list[Body] = []


def tried(body: Body) -> Body:
    """Note a step to be compared with its circuit."""
    BODIES.append(body)
    return body


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


# references and values


@abstracts("one of two parts")
def chosen(s: State, first: bool) -> Part:
    return s.one if first else s.two


@abstracts("a part of the state or a value")
def part_or_value(s: State, part: bool) -> Part:
    if part:
        return s.one
    return Part(flag=True, row=s.row)


@tried
def a_part_or_a_value_follows_the_part(s: State, part: bool) -> None:
    held = part_or_value(s, part)
    before = held.flag
    s.one.flag = not s.one.flag
    s.a, s.b = held.flag, before
    s.two = held


@tried
def a_part_by_cases_is_written_where_it_was_found(s: State, first: bool) -> None:
    part = chosen(s, s.a)
    s.a = first
    part.flag = s.c
    part.row = Row.C
    s.b = chosen(s, s.a).flag


@tried
def a_row_by_a_symbolic_index_stays_the_row(s: State, to: Row) -> None:
    before = s.rows[s.row]
    s.row = to
    before.flag = True
    s.rows[s.row].row = before.row
    s.a = s.rows[to].flag


@tried
def rows_are_swapped(s: State, other: Row) -> None:
    kept = snapshot(s.rows[s.row])
    s.rows[s.row] = s.rows[other]
    s.rows[other] = kept


@tried
def a_row_is_copied_to_itself_by_cases(s: State, other: Row) -> None:
    s.rows[other] = s.rows[s.row]
    chosen(s, s.a).row = chosen(s, not s.a).row
    s.one = chosen(s, s.b)


@tried
def facts_resolve_cases(s: State) -> None:
    part = chosen(s, s.a)
    if s.a:
        part.flag = not part.flag
        s.b = part.flag == s.one.flag
    else:
        s.c = part.flag and s.two.flag
        part.row = Row.A


TABLE = Family({Row.A: True})


@record
class Table:
    rows: Family[Row, bool] = TABLE


CONSTANT = Table()


@tried
def a_constant_table_is_read_by_a_symbolic_index(s: State) -> None:
    s.a = CONSTANT.rows[s.row]
    s.b = Table(rows=Family({Row.C: True})).rows[s.row]


@tried
def a_family_is_copied(s: State) -> None:
    kept = Table(rows=s.bits)
    s.bits[s.row] = True
    s.a = kept.rows[s.row]
    s.bits = kept.rows


@tried
def methods_and_properties_are_calls(s: State) -> None:
    s.one = s.one.toggled()
    s.a = s.one.busy or s.rows[s.row].busy
    s.rows[s.row] = s.two.toggled()


# calls, assumptions and assertions


@abstracts("assumes for its caller")
def needs(bit: bool) -> None:
    assume(bit)


@abstracts("asserts after assuming")
def assume_then_assert(s: State) -> None:
    assume(s.b)
    assert s.c, "c"


@abstracts("asserts only")
def must(bit: bool) -> None:
    assert bit


@tried
def an_assumption_in_a_call_holds_after_it(s: State) -> None:
    needs(s.a | s.b)
    s.c = s.a or s.b


@tried
def an_assertion_after_an_assumption_fails_only_where_it_is_reached(s: State) -> None:
    assume(s.a ^ s.b)
    must(s.c ^ s.b)
    s.row = Row.C


@tried
def an_assumption_after_a_failed_assertion_does_not_hide_it(s: State) -> None:
    must(s.a)
    if s.b:
        assume(s.c)
    must(s.fruit == Fruit.PEAR)


@tried
def assumptions_and_assertions_in_one_call(s: State) -> None:
    if s.a:
        assume_then_assert(s)
        s.row = Row.B
    else:
        assume(not s.b)
        assume_then_assert(s)


@tried
def a_call_that_can_only_fail(s: State) -> None:
    if s.a:
        assume(s.b & (s.b ^ True))
    elif s.b:
        must(False)
    s.c = True


@tried
def calls_before_and_after_forks(s: State, bit: bool) -> None:
    flip(s)
    if s.a:
        flip(s)
        s.b = bit
    flip(s)
    if s.b:
        flip(s)
    s.c = s.one.busy
    flip(s)


@abstracts("forks and changes the state")
def flip(s: State) -> bool:
    if s.one.flag:
        s.one.row = following(s.one.row)
        s.a = not s.a
        return True
    s.one.flag = s.b
    return s.a


@tried
def results_are_remembered_with_their_state(s: State) -> None:
    if (flip(s) and flip(s)) or not flip(s):
        s.row = Row.B
    s.c = flip(s) ^ s.c


@tried
def a_loop_with_an_early_return(s: State) -> None:
    for row in Row:
        if s.bits[row]:
            s.row = row
            return
        s.bits[row] = s.a


@tried
def comprehensions_fork(s: State) -> None:
    s.a = any(s.bits[row] for row in Row)
    s.b = all(s.rows[row].flag for row in Row if row != Row.B)
    s.c = (lambda x: not x)(s.a)


@tried
def chained_and_conditional_expressions(s: State) -> None:
    s.row = Row.A if s.a else Row.B if s.b else s.row
    s.c = s.a == s.b == s.c
    s.a |= s.b & s.c
    s.one.flag, s.two.flag = s.two.flag, s.one.flag


# ghosts and events


@observer("what is seen")
def look(s: State, row: Row) -> None:
    if s.note.flag or s.seen.flag:
        s.seen.row = row
    s.note.flag = s.a
    s.note.part = s.rows[row]
    s.seen.part = s.note.part
    s.seen.flag = s.note.part.busy


@tried
def ghosts_and_events(s: State, row: Row) -> None:
    look(s, row)
    if s.b:
        look(s, s.row)
    s.a = not s.a


INITIAL = State()
EVERYTHING = (
    *("a", "b", "c", "fruit", "tool", "row", "wide", "one.*", "two.*", "note.*"),
    *(f"rows[{row.name}].{field}" for row in Row for field in ("flag", "row")),
    *(f"bits[{row.name}]" for row in Row),
    *(f"tools[{tool.name}]" for tool in Tool),
)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_both_runs_agree(body: Body) -> None:
    system = System("tried/one", INITIAL, (step(body),), arbitrary=EVERYTHING)
    known = [about(nothing_is_seen), about(a_row_is_seen)]
    assert compare(translated(system, [each for each in known if each]), times=10) >= 30


def test_a_wrong_circuit_is_noticed() -> None:
    """The comparison itself compares: a swapped next-state function is a difference."""
    system = System("tried/two", INITIAL, (step(rows_are_swapped),), arbitrary=EVERYTHING)
    translation = translated(system, [])
    latches = translation.compiled.circuit.latches
    object.__setattr__(latches[0], "next", latches[0].next ^ 1)
    with pytest.raises(ModelError, match=f"circuit and Python differ.*`{latches[0].name}`"):
        compare(translation)
