"""Step functions with references and values.

PYTEST_DONT_REWRITE: an assertion of a model has the name that it has anywhere else.
"""

from tests.language.tried import Part, Row, State, tried
from verifier.language import (
    Family,
    abstracts,
    record,
    snapshot,
)

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
