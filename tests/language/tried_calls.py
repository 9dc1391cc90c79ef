"""Step functions with calls, assumptions, assertions, ghosts and events.

PYTEST_DONT_REWRITE: an assertion of a model has the name that it has anywhere else.
"""

from tests.language.tried import Fruit, Row, State, tried
from tests.language.tried_enums import following
from verifier.language import (
    abstracts,
    assume,
    observer,
)

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
