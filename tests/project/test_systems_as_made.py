"""A system is what it was made of, whatever happens to that afterwards."""

from pathlib import Path

import pytest

from tests.project.loading import refused
from verifier.catalogue import load

HEAD = '''"""A system with a flag."""

from enum import Enum

from verifier.language import record, step, System


@record
class Options:
    """What the kernel is built with."""

    fixes: bool = False


@record
class Machine:
    """One CPU."""

    on: bool = False
    options: Options = Options()


class Built:
    """How the kernel is built."""

    WITH_FIXES = False


class Task(Enum):
    """Who runs."""

    A = 0
    B = 1

    def __init__(self, _: int) -> None:
        self.fixes = False


CHECKS = False
OPTIONS = Options()


@step
def use(machine: Machine) -> None:
    """Use it."""
    machine.on = not (CHECKS or OPTIONS.fixes or Built.WITH_FIXES or Task.A.fixes)


@step
def rest(machine: Machine) -> None:
    """Do not."""
    machine.on = False


'''


def module(project: Path, text: str, name: str = "flags") -> None:
    (project / "models" / f"{name}.py").write_text(text)


def test_lists_that_a_system_is_given_may_change_afterwards(project: Path) -> None:
    made = 'STEPS = [use]\nLEFT = ["a"]\nANY = ["on"]\nFIRST = System("s/first", Machine(), STEPS'
    changes = "STEPS[0] = rest\nANY.clear()\nLEFT += ['b']\n"
    module(project, f"{HEAD}{made}, arbitrary=ANY, without=LEFT)\n{changes}")
    system = load(project).systems["s/first"]
    assert [step.name for step in system.actions] == ["use"]
    assert system.is_arbitrary("on")
    assert system.without == ("a",)


FIRST = 'FIRST = System("s/first", Machine(), (use,))\n'
REBOUND = (
    "`{}` of `models.flags`, which `use` reads, stands for something else by now than where the "
    "system `s/first` is made"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FIRST.initial.on = True\n", "a default or an initial state is assigned to"),
        ("FIRST.initial.options.fixes = True\n", "a default or an initial state is assigned to"),
        ("CHECKS = True\n", REBOUND.format("CHECKS")),
        ("OPTIONS = Options(fixes=True)\n", REBOUND.format("OPTIONS")),
        ("OPTIONS.fixes = True\n", REBOUND.format("OPTIONS")),
        ("Built.WITH_FIXES = True\n", REBOUND.format("Built")),
        ("Task.A.fixes = True\n", REBOUND.format("Task")),
        ("del CHECKS\n", REBOUND.format("CHECKS")),
    ],
)
def test_what_a_system_is_made_of_stays(project: Path, text: str, message: str) -> None:
    module(project, HEAD + FIRST + text)
    assert refused(project).startswith(message)


def test_another_module_does_not_change_it_either(project: Path) -> None:
    module(project, HEAD + FIRST)
    module(project, "import models.flags as flags\n\nflags.CHECKS = True\n", "later")
    assert refused(project) == REBOUND.format("CHECKS")


def test_names_that_no_model_function_reads_may_stand_for_one_thing_after_another(
    project: Path,
) -> None:
    again = FIRST.replace("FIRST", "SECOND").replace("first", "second")
    module(project, f"{HEAD}start = Machine()\n{FIRST}start = None\nOTHER = 1\n{again}OTHER = 2\n")
    assert {"s/first", "s/second"} <= load(project).systems.keys()
