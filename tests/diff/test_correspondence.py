"""Fields and steps under new names: by what they do, and where that has changed by their names."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cache

import pytest

from tests.diff.names import AROUND_THE_THRESHOLD, called
from tests.evidence.lazy_project import compiled
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.translation import compile_system
from verifier.diff.correspondence import (
    NewNames,
    new_names,
    renamed_fields,
    renamed_steps,
    replaced_fields,
)
from verifier.language import System, assume, record, step
from verifier.language.packages import bundled_root
from verifier.project.loading import load


@record
class Machine:
    first: bool = False
    second: bool = False


@step
def set_both(machine: Machine) -> None:
    machine.first = True
    machine.second = True


@step
def set_first_and(machine: Machine, to: bool) -> None:
    machine.first = True
    machine.second = to


@step
def set_first_and_not(machine: Machine, to: bool) -> None:
    machine.first = True
    machine.second = not to


@step
def set_first(machine: Machine, to: bool) -> None:
    machine.first = to


@step
def set_second(machine: Machine, to: bool) -> None:
    machine.second = to


@step
def never(machine: Machine) -> None:
    assume(False)
    machine.first = True


@step
def never_again(machine: Machine) -> None:
    never(machine)


@step
def set_all(machine: Machine) -> None:
    set_both(machine)


@step
def set_both_chosen(machine: Machine, to: bool) -> None:
    if to:
        machine.first = True
    set_both(machine)


@record
class More:
    first: bool = False
    second: bool = False
    third: bool = False


@step
def set_two(more: More) -> None:
    more.first = True
    more.second = True


@step
def set_third(more: More) -> None:
    more.third = not more.third


class Three(Enum):
    A = 0
    B = 1
    C = 2


class Four(Enum):
    A = 0
    B = 1
    C = 2
    D = 3


@record
class OfThree:
    it: Three = Three.A


@record
class OfFour:
    it: Four = Four.A


@step
def set_three(one: OfThree, to: Three) -> None:
    one.it = to


@step
def set_four(one: OfFour, to: Four) -> None:
    one.it = to


def behaviour(
    *steps: Callable[..., None], first: bool = False, arbitrary: Sequence[str] = ()
) -> Behaviour:
    start = Machine(first=first)
    system = System("diff/machine", start, steps, arbitrary=tuple(arbitrary))
    return behaviour_of(compile_system(system, ()))


BEFORE = behaviour(set_both)
AFTER = behaviour(set_first, set_second)
"""Both fields, and all steps, do something else."""


@cache
def bundled(name: str) -> Behaviour:
    return behaviour_of(compile_system(load(bundled_root()).systems[name], ()))


def test_fields_with_unlike_names_are_matched_by_what_they_do() -> None:
    old = behaviour_of(compiled("lazy/fixed"))
    names = {"ts": "q", "saved[A].uses_fpu": "zz1", "saved[B].uses_fpu": "zz0"}
    assert renamed_fields(old, called(old, names)) == names


def test_names_decide_between_fields_that_do_the_same() -> None:
    old = behaviour_of(compiled("lazy/fixed"))
    names = {"saved[A].uses_fpu": "kept[A].uses_fpu", "saved[B].uses_fpu": "kept[B].uses_fpu"}
    assert renamed_fields(old, called(old, names)) == names


def test_where_all_names_are_the_same_none_is_another() -> None:
    old = behaviour_of(compiled("lazy/fixed"))
    assert renamed_fields(old, old) == {}


@pytest.mark.parametrize(("was", "now", "is_similar"), AROUND_THE_THRESHOLD)
def test_a_field_that_does_something_else_is_the_one_whose_name_is_half_the_same(
    was: str, now: str, is_similar: bool
) -> None:
    old, new = called(BEFORE, {"first": was}), called(AFTER, {"first": now})
    assert renamed_fields(old, new) == ({was: now} if is_similar else {})
    assert replaced_fields(old, new, {}) == {was: now}


def test_of_fields_that_do_something_else_the_most_similar_names_are_paired_first() -> None:
    old = called(BEFORE, {"first": "owner", "second": "owners"})
    new = called(AFTER, {"first": "owners_of", "second": "the_owner"})
    assert renamed_fields(old, new) == {"owners": "owners_of", "owner": "the_owner"}


def test_a_field_that_does_the_same_comes_before_one_with_a_similar_name() -> None:
    old = called(behaviour(set_first_and), {"first": "owner", "second": "loaded"})
    new = called(behaviour(set_first_and_not), {"first": "loads", "second": "owners"})
    assert renamed_fields(old, new) == {"owner": "loads"}


@pytest.mark.parametrize(
    "other",
    [
        behaviour(set_both, arbitrary=["first"]),
        behaviour(set_first, set_second, arbitrary=["first"]),
        behaviour(set_first, set_second, first=True),
    ],
)
def test_a_field_that_starts_otherwise_is_another_one(other: Behaviour) -> None:
    old, new = called(BEFORE, {"first": "owner"}), called(other, {"first": "owners"})
    assert renamed_fields(old, new) == {}
    assert replaced_fields(old, new, {}) == {}


def test_a_field_that_is_known_under_a_new_name_is_replaced_by_no_other() -> None:
    old = called(BEFORE, {"first": "owner", "second": "loaded"})
    for left in ("owner_2", "zzz"):
        new = called(AFTER, {"first": "owners", "second": left})
        assert replaced_fields(old, new, {"owner": "owners"}) == {"loaded": left}
    stays = called(AFTER, {"first": "owner", "second": "owner_2"})
    assert replaced_fields(old, stays, {}) == {"loaded": "owner_2"}


def test_a_field_of_another_type_is_another_one() -> None:
    three, four = (
        behaviour_of(compile_system(System("diff/one", start, (way,)), ()))
        for start, way in ((OfThree(), set_three), (OfFour(), set_four))
    )
    assert [field.bits for field in three.fields] == [field.bits for field in four.fields]
    assert renamed_fields(three, called(four, {"it": "its"})) == {}


@pytest.mark.parametrize("name", ["native/lazy-v3.4", "kvm-vmx/v3.4"])
def test_all_fields_of_a_bundled_system_are_found_when_their_records_get_other_names(
    name: str,
) -> None:
    old = bundled(name)
    parts = {"host": "machine", "vcpu": "guest", "tasks": "threads", "cpu": "processor"}
    names = {f.name: path(f.name, parts) for f in old.fields if f.bits}
    names = {was: now for was, now in names.items() if was != now}
    assert len(names) > 25
    assert renamed_fields(old, called(old, names)) == names


def test_a_field_of_a_bundled_system_is_found_under_any_name() -> None:
    old = bundled("native/lazy-v3.4")
    for field in [field for field in old.fields if field.bits][::5]:
        assert renamed_fields(old, called(old, {field.name: "q"})) == {field.name: "q"}


@pytest.mark.parametrize("name", ["native/lazy-v3.4", "kvm-vmx/v3.4"])
def test_all_steps_of_a_bundled_system_are_found_under_any_names(name: str) -> None:
    old = bundled(name)
    names = {action.name: f"q{action.code}" for action in old.actions}
    assert renamed_steps(old, old.with_steps(names)) == names


def test_names_decide_between_steps_that_do_the_same() -> None:
    names = {"set_both": "sets_both", "set_all": "sets_all"}
    new = behaviour(set_all, set_both).with_steps(names)
    assert renamed_steps(behaviour(set_both, set_all), new) == names
    assert renamed_steps(BEFORE, new) == {"set_both": "sets_both"}
    one = BEFORE.with_steps({"set_both": "sets_both"})
    assert renamed_steps(behaviour(set_both, set_all), one) == {"set_both": "sets_both"}


def test_a_step_has_another_name_although_a_field_is_gone() -> None:
    old = behaviour_of(compile_system(System("diff/more", More(), (set_two, set_third)), ()))
    assert renamed_steps(old, BEFORE) == {"set_two": "set_both"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((set_both,), (set_both, set_all)),
        ((set_both, set_all), (set_both,)),
        ((set_both, never), (set_both, never_again)),
        ((set_first,), (set_first_and,)),
        ((set_both,), (set_both_chosen,)),
        ((set_both,), (set_first_and,)),
    ],
)
def test_steps_that_stay_do_something_else_or_are_never_taken_get_no_new_name(
    old: Sequence[Callable[..., None]], new: Sequence[Callable[..., None]]
) -> None:
    assert renamed_steps(behaviour(*old), behaviour(*new)) == {}


def test_new_names_of_fields_and_steps_are_found_at_once() -> None:
    new = called(BEFORE, {"first": "owner"}).with_steps({"set_both": "set_them"})
    assert new_names(BEFORE, new) == NewNames({"first": "owner"}, {"set_both": "set_them"})


def path(name: str, parts: Mapping[str, str]) -> str:
    """A field's path with other names of records."""
    for was, now in parts.items():
        name = name.replace(f"{was}.", f"{now}.").replace(f"{was}[", f"{now}[")
    return name
