"""Decisions of model code: which were made, and what happens when one goes the other way."""

from pathlib import Path
from typing import Any

from tests.language import machine
from verifier.language import Manual, System, abstracts, assume, manual, models, record, step
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.functions import about
from verifier.language.tracing.decisions import Decision, Turn, deciding


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


@manual(Manual("Unit", "1"), "Power")
def powered(unit: Unit) -> bool:
    return unit.active


@abstracts("whether it has power")
def usable(unit: Unit) -> bool:
    return not unit.active


@step
def serve(unit: Unit, again: bool) -> None:
    if again:
        unit.asked = True
    assume(usable(unit))
    assert usable(unit)
    wanted = powered(unit) or wants(unit)
    if wanted:
        unit.given = True if unit.lazy else unit.asked
    if True:
        unit.asked = False


SYSTEM = System("decisions/unit", Unit(), (serve,))


def served(turned: Turn | None = None) -> tuple[dict[str, Any], list[Decision]]:
    run = ConcreteRun(SYSTEM.layout.leaves, list(SYSTEM.initial_values))
    function = about(serve)
    assert function is not None
    with deciding(run, turned) as made:
        taken = run.take(function, SYSTEM.state(run.store), {"again": False})
    assert taken is not None
    paths = [leaf.path for leaf in SYSTEM.layout.leaves]
    return dict(zip(paths, taken.values, strict=True)), made


def decisions() -> dict[str, Decision]:
    return {each.test: each for each in served()[1]}


def test_decisions_are_noted_in_the_order_in_which_they_are_made() -> None:
    _, made = served()
    assert [(each.function.name, each.test, each.taken, each.returned) for each in made] == [
        ("serve", "again", False, False),
        ("usable", "not unit.active", True, True),
        ("powered", "unit.active", False, True),
        ("wants", "unit.asked & unit.lazy", False, True),
        ("serve", "wanted", False, False),
        ("serve", "True", True, False),
    ]


def test_a_conditional_expression_decides_too() -> None:
    _, made = served(4)
    assert ("unit.lazy", True) in [(each.test, each.taken) for each in made]


def test_a_decision_knows_its_line_and_what_it_looked_at() -> None:
    wants = decisions()["unit.asked & unit.lazy"]
    lines = Path(__file__).read_text().splitlines()
    assert lines[wants.line - 1].strip() == "return wanted & unit.lazy"
    assert wants.reads == {"asked": False, "lazy": True}


def test_each_decision_turned_has_its_effect() -> None:
    assert [served(place)[0]["given"] for place in (None, 2, 3, 4, 5)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_all_decisions_at_a_place_are_turned_together() -> None:
    place = decisions()["wanted"].place
    assert served(place)[0]["given"] is True


def test_hardware_choices_and_conditions_of_a_step_are_told_apart() -> None:
    made = decisions()
    assert made["unit.active"].is_of_hardware
    assert made["again"].of_choice
    assert made["not unit.active"].guards
    assert made["True"].is_literal
    assert made["unit.asked & unit.lazy"].is_of_code


def test_what_is_asserted_is_the_claim_and_not_a_decision() -> None:
    assert [each.test for each in served()[1]].count("not unit.active") == 1


def test_a_run_is_itself_again_afterwards() -> None:
    run = ConcreteRun(machine.SYSTEM.layout.leaves, list(machine.SYSTEM.initial_values))
    with deciding(run):
        assert run.watching
    assert run.decisions is None
    assert not run.watching
