"""The least number of steps, where a claim can also fail once nothing happens."""

from enum import Enum

import pytest

from tests.explain.test_omissions import claim
from verifier.check.check import decide
from verifier.compiler.translation import compile_system
from verifier.engines.contract import ENGINES
from verifier.evidence.verdicts import Limits, Verdict
from verifier.language import Family, System, always, assume, event, record, step


class Task(Enum):
    A = 0
    B = 1


@event
class Use:
    done: bool = False


@record
class Machine:
    use: Use = Use()
    bad: bool = False
    moved: bool = False


@record
class Heirs:
    running: Task | None = None
    next: Task | None = None
    heir: Family[Task, Task | None] = Family({Task.B: Task.A})


@step
def inherit(heirs: Heirs) -> None:
    heirs.heir[Task.A] = heirs.running
    heirs.heir[Task.B] = heirs.next


@step
def spoil_in_use(machine: Machine) -> None:
    """What is wrong can be seen only after this step."""
    assume(not machine.bad)
    machine.bad = True
    machine.use.done = True


@step
def move(machine: Machine) -> None:
    assume(machine.bad)
    machine.moved = True


@always("heirs")
def who_is_running_has_an_heir(heirs: Heirs) -> bool:
    return not (heirs.running is not None and heirs.heir[heirs.running] is None)


@always("good")
def it_is_good_while_nobody_uses_it(machine: Machine) -> bool:
    return machine.use.done or not machine.bad


@always("used")
def nobody_uses_what_is_bad(machine: Machine) -> bool:
    return not (machine.use.done and machine.bad)


STEPS = (spoil_in_use, move)
CASES = {
    "at the start": (System("least/free", Heirs(), (inherit,), arbitrary=("running", "next")), 0),
    "at rest": (System("least/known", Machine(), STEPS), 1),
    "in a step": (System("least/step", Machine(), STEPS), 1),
}
CLAIMS = {
    "at the start": who_is_running_has_an_heir,
    "at rest": it_is_good_while_nobody_uses_it,
    "in a step": nobody_uses_what_is_bad,
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("where", CASES)
def test_a_violation_has_the_least_number_of_steps(where: str, engine: str) -> None:
    (system, steps), known = CASES[where], claim(CLAIMS[where])
    compiled = compile_system(system, (known,))
    limits = Limits(depth=8)
    [result] = decide(compiled, [known.group], ENGINES[engine].configured(1, ()), limits)
    assert (result.verdict, result.depth, result.is_shortest()) == (Verdict.VIOLATED, steps, True)
