"""What is named first is a reason: not what never changes, nor what keeps anybody from noticing."""

from enum import Enum

from tests.explain.test_omissions import violated
from verifier.language import (
    System,
    abstracts,
    always,
    assume,
    event,
    ghost,
    observer,
    record,
    step,
)
from verifier.viewer.divergence import culprit, stale_field
from verifier.viewer.markup import rendered
from verifier.viewer.sentences import sentences
from verifier.viewer.trace_index import Reading


class Who(Enum):
    NOBODY = 0
    TASK = 1
    OTHER = 2


@ghost
class Contents:
    owner: Who = Who.NOBODY


@event
class Use:
    done: bool = False
    found: Who = Who.NOBODY


@record
class Unit:
    """A unit that is loaded at a switch, unless somebody has forbidden it; nobody asks for it."""

    contents: Contents = Contents(owner=Who.OTHER)
    own: Contents = Contents(owner=Who.TASK)
    other: Contents = Contents(owner=Who.OTHER)
    use: Use = Use()
    loads: bool = True
    requested: bool = False
    switched: bool = False
    checked: bool = False
    uses: bool = True


@abstracts("a load")
def load(unit: Unit) -> None:
    unit.contents = unit.own


@observer("a use")
def note(unit: Unit) -> None:
    unit.use.done = True
    unit.use.found = unit.contents.owner


@step
def forbid(unit: Unit) -> None:
    unit.loads = False


@step
def switch(unit: Unit) -> None:
    assume(not unit.switched)
    if unit.loads:
        load(unit)
    unit.switched = True


@step
def check(unit: Unit) -> None:
    assume(unit.switched and not unit.checked)
    if unit.requested:
        load(unit)
    unit.checked = True


@step
def use(unit: Unit) -> None:
    assume(unit.checked)
    if unit.uses:
        note(unit)


@step
def rest(unit: Unit) -> None:
    unit.uses = False


@step
def load_at_once(unit: Unit) -> None:
    assume(not unit.checked)
    load(unit)
    unit.checked = True


@step
def interrupt(unit: Unit) -> None:
    unit.contents = unit.other


@always("own")
def who_uses_the_unit_finds_its_own(use: Use) -> bool:
    return not use.done or use.found == Who.TASK


def test_a_decision_on_what_never_changes_comes_after_a_reason() -> None:
    unit = System("unit/requests", Unit(), (forbid, switch, check, use))
    turned = violated(unit, who_uses_the_unit_finds_its_own).explanation.turned
    assert [(each.function, each.reads) for each in turned if each.kind == "code"][:2] == [
        ("switch", {"loads": False}),
        ("check", {"requested": False}),
    ]


def test_where_a_use_is_only_not_noted_the_field_is_named_and_who_wrote_it() -> None:
    unit = System("unit/interrupts", Unit(), (load_at_once, interrupt, use, rest))
    reading = Reading(violated(unit, who_uses_the_unit_finds_its_own))
    noted = [each for each in reading.trace.explanation.turned if each.function == "use"]
    assert [(each.test, each.explains) for each in noted] == [("unit.uses", False)]
    assert culprit(reading) is None
    named = stale_field(reading)
    assert named is not None
    assert (named.field, named.was, named.since, named.ghost) == (
        "contents.owner",
        "OTHER",
        2,
        True,
    )
    [_, second, _] = rendered(sentences(reading))
    assert second.startswith("interrupt() (")
    assert "in step 2 sets contents.owner=OTHER" in second
