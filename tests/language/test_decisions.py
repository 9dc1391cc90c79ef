"""Decisions of model code: which were made, and what happens when one goes the other way."""

from pathlib import Path
from typing import Any

from tests.language import machine
from verifier.language import System, abstracts, models, record, step
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.functions import about
from verifier.language.tracing.decisions import Decision, deciding


@record
class Unit:
    active: bool = False
    asked: bool = False
    given: bool = False
    lazy: bool = True


@models("arch/unit.c", "wants", since="v1")
def wants(unit: Unit) -> bool:
    wanted = unit.asked
    return wanted & unit.lazy


@abstracts("the unit's hardware")
def powered(unit: Unit) -> bool:
    return unit.active


@step
def serve(unit: Unit, again: bool) -> None:
    if again:
        unit.asked = True
    if powered(unit) or wants(unit):
        unit.given = True


SYSTEM = System("decisions/unit", Unit(), (serve,))


def served(turned: int | None = None) -> tuple[dict[str, Any], list[Decision]]:
    run = ConcreteRun(SYSTEM.layout.leaves, list(SYSTEM.initial_values))
    function = about(serve)
    assert function is not None
    with deciding(run, turned) as made:
        taken = run.take(function, SYSTEM.state(run.store), {"again": False})
    assert taken is not None
    paths = [leaf.path for leaf in SYSTEM.layout.leaves]
    return dict(zip(paths, taken.values, strict=True)), made


def test_decisions_are_noted_in_the_order_in_which_they_are_made() -> None:
    _, made = served()
    assert [(each.function.name, each.taken, each.returned, each.depth) for each in made] == [
        ("wants", False, True, 2),
        ("serve", False, False, 1),
    ]


def test_a_local_name_is_written_as_the_field_that_it_stands_for() -> None:
    _, made = served()
    assert [each.test for each in made] == [
        "unit.asked & unit.lazy",
        "powered(unit) or wants(unit)",
    ]


def test_a_decision_knows_its_line_and_what_it_looked_at() -> None:
    _, made = served()
    lines = Path(__file__).read_text().splitlines()
    assert lines[made[1].line - 1].strip() == "if powered(unit) or wants(unit):"
    assert made[1].reads == {"active", "asked", "lazy"}


def test_either_decision_turned_has_its_effect() -> None:
    assert served()[0]["given"] is False
    assert served(0)[0]["given"] is True
    assert served(1)[0]["given"] is True
    assert served(2)[0]["given"] is False


def test_what_stands_for_hardware_is_not_turned() -> None:
    assert all(each.function.name != "powered" for each in served()[1])


def test_a_condition_on_a_choice_alone_is_not_a_decision_of_the_code() -> None:
    assert all(each.test != "again" for each in served()[1])


def test_a_run_is_itself_again_afterwards() -> None:
    run = ConcreteRun(machine.SYSTEM.layout.leaves, list(machine.SYSTEM.initial_values))
    with deciding(run):
        assert run.watching
    assert run.decisions is None
    assert not run.watching
