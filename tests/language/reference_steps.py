"""Steps that hold references while records and families are assigned.

The first ones mean what they mean on plain objects. The others are refused, each with what its
message says; the assignment is in the line marked `# assigned`, the use in the one marked `# here`.
"""

from collections.abc import Callable
from enum import Enum

from verifier.language import Family, abstracts, event, observer, record, snapshot


class Row(Enum):
    A = 0
    B = 1
    C = 2


@record
class Part:
    flag: bool = False
    row: Row = Row.A


@record
class Only:
    """A record whose fields start and end where its part does."""

    part: Part = Part(row=Row.B)


@record
class Outer:
    only: Only = Only()
    bits: Family[Row, bool] = Family({Row.B: True})
    parts: Family[Row, Part] = Family({Row.C: Part(flag=True)})


@event
class Seen:
    part: Part = Part()


@record
class State:
    a: bool = False
    b: bool = False
    row: Row = Row.A
    one: Part = Part()
    two: Part = Part(flag=True)
    only: Only = Only()
    outer: Outer = Outer()
    rows: Family[Row, Part] = Family()
    wide: Family[Row, Outer] = Family()
    bits: Family[Row, bool] = Family()
    seen: Seen = Seen()


Body = Callable[..., None]
MEANT: list[Body] = []
REFUSED: list[tuple[Body, str]] = []


def meant(body: Body) -> Body:
    """Note a step that means what it means on plain objects."""
    MEANT.append(body)
    return body


def refused(message: str) -> Callable[[Body], Body]:
    """Note that a step with this body is refused."""

    def note(body: Body) -> Body:
        REFUSED.append((body, message))
        return body

    return note


@abstracts("one of two parts")
def chosen(s: State, first: bool) -> Part:
    return s.one if first else s.two


@abstracts("a part of the state or a value")
def part_or_value(s: State, part: bool) -> Only:
    return s.outer.only if part else Only(part=Part(row=s.row))


@abstracts("a value or a part of the state")
def value_or_part(s: State) -> Only:
    return Only(part=Part(row=s.row)) if s.a else s.outer.only


@abstracts("assigns a part in some cases and returns it")
def loaded(s: State) -> Part:
    if s.a:
        s.one = Part(flag=s.b, row=Row.C)
        s.one = s.one if s.b else s.two
        return s.one
    return s.one


@abstracts("assigns the part that it is given")
def cleared(outer: Outer) -> None:
    outer.only.part = Part()


@abstracts("assigns one of two parts")
def some_cleared(s: State) -> None:
    if s.a:
        s.one = Part()
    else:
        s.two = Part()


@abstracts("a part as it was before it was assigned, in one case")
def old_or_other(s: State) -> Part:
    old = s.one
    if s.a:
        s.one = Part(flag=True)
        return old
    return s.two


@abstracts("a family by cases")
def chosen_rows(s: State, first: bool) -> Family[Row, Part]:
    return s.rows if first else s.outer.parts


@abstracts("reads a part")
def flag_of(part: Part) -> bool:
    return part.flag


@abstracts("two references")
def two_of(s: State) -> tuple[Part, Part]:
    s.two = Part(row=Row.B)
    return s.one, s.two


# what means the same


@meant
def a_reference_is_read_again_after_an_assignment(s: State, row: Row) -> None:
    part = s.one
    s.a = part.flag
    s.one = Part(row=row)
    part = s.one
    part.flag = not part.flag
    s.b = part.row == Row.B


@meant
def a_record_is_restored_from_a_snapshot(s: State) -> None:
    saved = snapshot(s.outer)
    s.outer = Outer(only=Only(part=s.one))
    s.a = s.outer.only.part.flag != saved.only.part.flag
    s.outer = saved


@meant
def records_are_swapped_by_snapshots(s: State, row: Row) -> None:
    s.one, s.two = snapshot(s.two), snapshot(s.one)
    s.rows[row], s.rows[s.row] = snapshot(s.rows[s.row]), snapshot(s.rows[row])


@meant
def a_record_stays_the_record_when_its_part_is_assigned(s: State, row: Row) -> None:
    outer, only = s.outer, s.outer.only
    outer.only.part = s.rows[row]
    s.only.part = Part(flag=True)
    s.only.part.row = row
    only.part.flag = not only.part.flag
    s.a = outer.only.part.flag


@meant
def a_part_that_fills_its_record_is_not_the_record(s: State) -> None:
    only = s.only
    only.part = Part(flag=s.a)
    only.part = s.two
    s.b = only.part.flag


@meant
def a_family_stays_the_family_when_a_row_is_assigned(s: State, row: Row) -> None:
    rows, other = s.rows, s.rows[Row.A]
    if row != Row.A:
        rows[row] = s.one
        s.a = other.flag
    s.b = rows[row].flag
    for key, part in s.rows.items():
        s.rows[key] = Part(flag=not part.flag, row=s.row)


@meant
def a_family_is_restored_from_a_snapshot(s: State, row: Row) -> None:
    rows, bits = snapshot(s.rows), snapshot(s.bits)
    s.rows = s.outer.parts
    s.bits[row] = not s.bits[s.row]
    s.a = rows[row].flag ^ bits[row]
    s.outer.parts = rows
    s.bits = bits if s.b else s.outer.bits


@meant
def families_are_turned(s: State, row: Row) -> None:
    s.rows = Family({Row.A: s.rows[Row.B], Row.B: s.rows[Row.A]})
    s.outer.bits = Family({row_: s.bits[row_] ^ s.a for row_ in (Row.A, Row.C)})
    s.outer.parts = snapshot(Family({Row.C: s.rows[row]}))
    s.wide[row].parts = Family({})


@meant
def a_call_returns_what_it_has_assigned(s: State) -> None:
    part = loaded(s)
    part.flag = not part.flag
    s.b = part.row == Row.C
    again = loaded(s)
    s.two = again
    again.row = Row.A


@meant
def a_call_returns_two_references(s: State) -> None:
    one, two = two_of(s)
    s.a, two.flag = one.flag, s.a
    one.row = two.row


@meant
def a_case_that_was_not_assigned_is_used(s: State, row: Row) -> None:
    part = chosen(s, s.a)
    some_cleared(s)
    row_ = s.rows[row]
    s.rows[Row.B] = s.one
    if row == Row.C:
        row_.flag = True
    s.b = chosen(s, s.a).flag
    part = chosen(s, s.b)
    s.rows[Row.A] = part


@meant
def another_path_has_assigned_it(s: State, row: Row) -> None:
    assigned_or_read(s, s.one, s.rows[row])


@abstracts("assigns parts that it is given, or reads them")
def assigned_or_read(s: State, one: Part, part: Part) -> None:
    if s.a:
        s.one = Part(flag=True)
        s.rows[s.row] = s.one
    else:
        s.b = one.flag ^ part.flag


@meant
def a_value_or_a_part_is_copied(s: State, part: bool) -> None:
    only = part_or_value(s, part)
    before = only.part
    s.a = before.flag
    s.outer.bits = s.bits
    s.only = only
    copied = snapshot(chosen(s, part))
    s.outer.only = only
    s.two = copied


@meant
def a_family_by_cases(s: State, first: bool, row: Row) -> None:
    rows = chosen_rows(s, first)
    copied = snapshot(rows)
    rows[row].flag = s.a
    rows[Row.B] = s.one
    s.b = rows[s.row].flag
    s.wide[Row.A].parts = copied


@meant
def snapshots_are_of_the_present(s: State, first: bool, row: Row) -> None:
    mixed = snapshot(part_or_value(s, first))
    whole = snapshot(s)
    inner = snapshot(whole.wide[row])
    s.outer.only.part.flag = not s.outer.only.part.flag
    s.a = mixed.part.flag
    s.wide[row] = inner
    s.rows = whole.rows
    s.only = mixed


@meant
def a_record_is_assigned_to_itself(s: State, row: Row) -> None:
    s.one = s.one
    s.rows[s.row] = s.rows[row]
    s.two = chosen(s, s.a)
    s.rows = s.rows


@meant
def a_copy_and_its_source_are_two_records(s: State) -> None:
    part = s.two
    s.one = part
    part.flag = s.a
    s.one.row = Row.C


@meant
def constructed_records_copy_too(s: State) -> None:
    made = Outer(only=Only(part=s.one), parts=Family({Row.A: s.two}))
    s.one.flag = not s.one.flag
    s.wide[s.row] = made
    s.b = made.only.part.flag


@observer("notes a part")
def note(s: State) -> None:
    s.seen.part = s.one
    part = s.seen.part
    part.row = Row.B


@meant
def observers_do_not_end_references(s: State) -> None:
    part = s.one
    note(s)
    part.flag = not part.flag
    note(s)


# what is refused


@refused("`saved` refers to `one` and is used after `one` was assigned")
def saved_and_restored(s: State) -> None:
    saved = s.one
    s.one = Part(flag=True)  # assigned
    s.one = saved  # here


@refused("a reference to `one` is used after `one` was assigned")
def swapped(s: State) -> None:
    s.one, s.two = s.two, s.one  # assigned here


@refused("a reference to `rows[A]` is used after `rows[A]` was assigned")
def rows_swapped(s: State) -> None:
    s.rows[Row.A], s.rows[Row.B] = s.rows[Row.B], s.rows[Row.A]  # assigned here


@refused("`part` refers to `outer.only.part` and is used after `outer` was assigned")
def part_of_what_is_assigned(s: State) -> None:
    part = s.outer.only.part
    s.outer = Outer()  # assigned
    s.a = part.flag  # here


@refused("`only` refers to `outer.only` and is used after `outer` was assigned")
def part_of_a_stale_record(s: State) -> None:
    only = s.outer.only
    s.outer = Outer()  # assigned
    only.part.flag = True  # here


@refused("`part` refers to `only.part` and is used after `only` was assigned")
def part_that_fills_its_record(s: State) -> None:
    part = s.only.part
    s.only = Only()  # assigned
    s.a = part.flag  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def written(s: State) -> None:
    one = s.one
    s.one = s.two  # assigned
    one.flag = True  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def compared(s: State) -> None:
    one = s.one
    s.one = s.two  # assigned
    s.a = s.two == one  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def compared_from_the_left(s: State) -> None:
    one = s.one
    s.one = s.two  # assigned
    s.a = one != s.two  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def given_to_a_call(s: State) -> None:
    one = s.one
    s.one = s.two  # assigned
    s.a = flag_of(one)  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def copied_too_late(s: State) -> None:
    one = s.one
    s.one = s.two  # assigned
    s.two = snapshot(one)  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def put_into_a_value(s: State) -> None:
    one = s.one
    s.one = s.two  # assigned
    s.only = Only(part=one)  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def assigned_to_itself(s: State) -> None:
    one = s.one
    s.one = s.one  # assigned
    s.a = one.flag  # here


@refused("`rows` refers to `rows` and is used after `rows` was assigned")
def family_read(s: State, row: Row) -> None:
    rows = s.rows
    s.rows = s.outer.parts  # assigned
    s.a = rows[row].flag  # here


@refused("`bits` refers to `outer.bits` and is used after `outer` was assigned")
def family_of_bits_written(s: State) -> None:
    bits = s.outer.bits
    s.outer = Outer()  # assigned
    bits[s.row] = True  # here


@refused("`rows` refers to `rows` and is used after `rows` was assigned")
def family_restored(s: State) -> None:
    rows = s.rows
    s.rows = Family({Row.A: s.one})  # assigned
    s.rows = rows  # here


@refused("`row` refers to `rows[B]` and is used after `rows` was assigned")
def row_of_an_assigned_family(s: State) -> None:
    row = s.rows[Row.B]
    s.rows = Family({Row.B: s.one})  # assigned
    s.a = row.flag  # here


@refused("`bits` refers to `wide[C].bits` and is used after `wide[C]` was assigned")
def family_in_an_assigned_row(s: State) -> None:
    bits = s.wide[Row.C].bits
    s.wide[Row.C] = s.outer  # assigned
    s.a = bits[Row.A]  # here


@refused("a reference to `rows` is used after `rows` was assigned")
def family_looped_over(s: State) -> None:
    for _, row in s.rows.items():  # here
        s.a = row.flag
        s.rows = Family({})  # assigned


@refused("`row` refers to `rows[A]` and is used after `rows[A]` was assigned")
def row_that_may_be_assigned(s: State) -> None:
    row = s.rows[Row.A]
    if s.row != Row.B:
        s.rows[s.row] = s.one  # assigned
        s.a = row.flag  # here


@refused("`row` refers to `rows[A]` and is used after `rows[A]` was assigned")
def row_by_a_symbol(s: State) -> None:
    row = s.rows[s.row]
    s.rows[Row.A] = s.one  # assigned
    row.flag = True  # here


@refused("`part` refers to `one` and is used after `one` was assigned")
def case_that_was_assigned(s: State) -> None:
    part = chosen(s, s.a)
    some_cleared(s)
    s.one = Part()  # assigned
    if s.a:
        s.b = part.flag  # here


@refused("`only` refers to `outer.only` and is used after `outer` was assigned")
def part_or_value_that_was_assigned(s: State) -> None:
    only = part_or_value(s, s.a)
    s.outer = Outer()  # assigned
    s.b = only.part.flag  # here


@refused("`part` refers to `outer.only.part` and is used after `outer.only` was assigned")
def part_of_a_value_or_part(s: State) -> None:
    part = part_or_value(s, s.a).part
    s.outer.only = Only()  # assigned
    if s.a:
        s.b = part.flag  # here


@refused("`part` refers to `outer.only.part` and is used after `outer.only.part` was assigned")
def assigned_by_a_call(s: State) -> None:
    part = s.outer.only.part
    cleared(s.outer)
    s.a = part.flag  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def assigned_by_a_call_in_one_case(s: State) -> None:
    one = s.one
    some_cleared(s)
    s.a = one.flag  # here


@refused("`two` refers to `two` and is used after `two` was assigned")
def assigned_by_a_call_in_the_other_case(s: State) -> None:
    two = s.two
    some_cleared(s)
    s.a = two.flag  # here


@refused("`only` refers to `outer.only` and is used after `outer` was assigned")
def part_or_value_of_the_other_case(s: State) -> None:
    only = value_or_part(s)
    s.outer = Outer()  # assigned
    s.b = only.part.flag  # here


@refused("`old` refers to `one` and is used after `one` was assigned")
def returned_too_late(s: State) -> None:
    old = old_or_other(s)
    s.b = old.flag  # here


@refused("a reference to `one` is used after `one` was assigned")
def held_in_a_tuple(s: State) -> None:
    held = (s.one, s.two)
    s.one = s.two  # assigned
    s.a = held[0].flag  # here


@refused("`one` refers to `one` and is used after `one` was assigned")
def stale_after_a_call_that_was_remembered(s: State) -> None:
    one = s.one
    if s.b:
        s.b = False
    loaded(s)
    if s.row == Row.A:
        s.a = one.flag  # here
