"""Observers that answer or end the step that calls them."""

from tests.language.observed import ASSERTS, ENDS, TELLS, Note, State, refused
from verifier.language import (
    abstracts,
    always,
    assume,
    observer,
)
from verifier.language.errors import Disabled

# they cannot end the step


@observer("asserts")
def asserting(s: State) -> None:
    assert s.note.flag  # here


@observer("asserts what always holds")
def asserting_the_obvious(_: State) -> None:
    assert True  # here


@abstracts("asserts for whoever calls it")
def must(s: State) -> None:
    assert s.flag  # here


@observer("calls what asserts")
def asserting_in_a_call(s: State) -> None:
    must(s)


def must_plainly(bit: bool) -> None:
    assert bit  # here


@observer("calls a plain function that asserts")
def asserting_in_a_plain_call(s: State) -> None:
    must_plainly(s.note.flag)


@observer("raises what an assertion raises")
def raising_an_assertion(s: State) -> None:
    if s.note.flag:
        raise AssertionError  # here


@observer("assumes")
def assuming(s: State) -> None:
    assume(s.note.flag)  # here


@observer("assumes what always holds")
def assuming_the_obvious(_: State) -> None:
    assume(True)  # here


@abstracts("assumes for whoever calls it")
def needs(bit: bool) -> None:
    assume(bit)  # here


@observer("calls what assumes")
def assuming_in_a_call(s: State) -> None:
    needs(s.note.flag)


@observer("calls what assumes a constant")
def assuming_in_a_plain_call(_: State) -> None:
    needs(True)


@observer("raises what an assumption raises")
def raising_an_assumption(s: State) -> None:
    if s.note.flag:
        raise Disabled  # here


@refused(f"`asserting` {ASSERTS}")
def asserts(s: State) -> None:
    asserting(s)


@refused(f"`asserting_the_obvious` {ASSERTS}")
def asserts_the_obvious(s: State) -> None:
    asserting_the_obvious(s)


@refused(f"`must` {ASSERTS}")
def asserts_in_a_call(s: State) -> None:
    asserting_in_a_call(s)


@refused(ENDS.format("asserts"))
def asserts_in_a_plain_call(s: State) -> None:
    asserting_in_a_plain_call(s)


@refused(ENDS.format("asserts"))
def raises_an_assertion(s: State) -> None:
    raising_an_assertion(s)


@refused(ENDS.format("assumes"))
def assumes(s: State) -> None:
    assuming(s)


@refused(ENDS.format("assumes"))
def assumes_the_obvious(s: State) -> None:
    assuming_the_obvious(s)


@refused(ENDS.format("assumes"))
def assumes_in_a_call(s: State) -> None:
    assuming_in_a_call(s)


@refused(ENDS.format("assumes"))
def assumes_in_a_plain_call(s: State) -> None:
    assuming_in_a_plain_call(s)


def raises_an_assumption(s: State) -> None:
    raising_an_assumption(s)


# they cannot answer


@observer("answers")
def answering(s: State) -> bool:
    return s.note.flag


@observer("answers whoever gives it a constant")
def answering_a_constant(bit: bool) -> bool:
    return bit


@always("p")
def always_noted(note: Note) -> bool:
    return note.flag


@observer("ends an iteration")
def ending(s: State) -> None:
    if s.note.flag:
        raise StopIteration  # here


@observer("lacks an attribute")
def lacking(s: State) -> None:
    if s.note.flag:
        raise AttributeError("flag")  # here


@observer("writes into what it is given")
def writing(s: State, seen: list[bool]) -> None:
    seen.append(s.note.flag)


@refused(f"`answering` {TELLS}")
def answers(s: State) -> None:
    s.flag = answering(s)  # here


@refused(f"`answering_a_constant` {TELLS}")
def answers_a_constant(s: State) -> None:
    s.flag = answering_a_constant(True)  # here


@refused(f"`always_noted` {TELLS}")
def asks_a_property(s: State) -> None:
    s.flag = always_noted(s.note)  # here


@refused("`ending` raises StopIteration")
def counts_what_does_not_end(s: State) -> None:
    s.flag = len(list(map(ending, (s,)))) == 1


@refused("`lacking` raises AttributeError: flag")
def asks_for_what_is_lacking(s: State) -> None:
    lacking(s)


@refused("`writing` is given a `list`")
def gives_a_list(s: State) -> None:
    seen: list[bool] = []
    writing(s, seen)  # here
    s.flag = seen == [True]
