"""Paths add up over calls, and what was explored is not explored again."""

from enum import Enum

import pytest

from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.language import Family, ModelError, System, abstracts, record, step

Place = Enum("Place", [f"P{i:02}" for i in range(30)])


@record
class State:
    bits: Family[Place, bool] = Family()
    last: bool = False
    other: bool = False


@abstracts("forks once and changes the state on one path")
def fork(s: State, place: Place) -> None:
    if s.bits[place]:
        s.last ^= True
        s.bits[place] = False


def inlined(s: State, place: Place) -> None:
    if s.bits[place]:
        s.last ^= True


def compiled(*steps: object) -> TransitionSystem:
    names = tuple(f"bits[{place.name}]" for place in Place)
    return compile_system(System("costs/one", State(), steps, arbitrary=names), [])  # type: ignore


@step
def chain(s: State) -> None:
    for place in Place:
        fork(s, place)


def test_thirty_forking_calls_take_sixty_paths_and_few_gates() -> None:
    costs = compiled(chain).costs
    assert (costs["chain"].calls, costs["chain"].paths) == (1, 1)
    assert (costs["fork"].calls, costs["fork"].paths) == (30, 60)
    assert costs["fork"].gates <= 5 * 30


@step
def fork_between(s: State) -> None:
    for place in list(Place)[:5]:
        fork(s, place)
    if s.other:
        s.last = True
    for place in list(Place)[5:10]:
        fork(s, place)


def test_a_call_before_a_fork_is_explored_once() -> None:
    costs = compiled(fork_between, turn).costs
    assert costs["fork_between"].paths == 2
    assert costs["fork"].calls == 5 + 2 * 5


@step
def turn(s: State) -> None:
    s.other = not s.other


@step
def multiplied(s: State) -> None:
    for place in list(Place)[:6]:
        inlined(s, place)


def test_forks_of_an_undecorated_function_multiply() -> None:
    assert compiled(multiplied).costs["multiplied"].paths == 2**6


@step
def too_many(s: State) -> None:
    for place in list(Place)[:13]:
        inlined(s, place)


def test_too_many_paths_are_refused_with_a_way_out() -> None:
    with pytest.raises(ModelError) as caught:
        compiled(too_many)
    assert caught.value.message == "`too_many` has more than 4096 paths"
    assert caught.value.help == "split it into model functions, or combine bits with &, | and ^"
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_costs_include_callees() -> None:
    costs = compiled(chain).costs
    assert costs["chain"].gates >= costs["fork"].gates > 0
    assert costs["chain"].seconds > costs["fork"].seconds > 0


@step
def narrowed(s: State, to: Place) -> None:
    s.bits[to] = True
    if to == Place.P07:
        s.last = s.bits[to]
    elif to == Place.P08:
        s.last = to != Place.P07


def test_facts_of_a_path_are_not_forked_on_again() -> None:
    assert compiled(narrowed, turn).costs["narrowed"].paths == 3


def test_gates_of_a_symbolic_index_stay_linear() -> None:
    assert compiled(narrowed).costs["narrowed"].gates < 12 * len(Place)
