"""A system is what it was made of, whatever happens to that afterwards."""

from pathlib import Path

import pytest

from tests.project.loading import refused
from verifier.catalogue import Pair, load

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
    ],
)
def test_what_a_system_is_made_of_stays(project: Path, text: str, message: str) -> None:
    module(project, HEAD + FIRST + text)
    assert refused(project).startswith(message)


CONSTANT = """

@dataclass(frozen=True)
class Era:
    options: Options


@record
class Kernel:
    era: Era
    machine: Machine = Machine()


@step
def run(kernel: Kernel) -> None:
    kernel.machine.on = not kernel.era.options.fixes


OPTIONS = Options()
FIRST = System("s/first", Kernel(era=Era(OPTIONS)), (run,))
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("OPTIONS.fixes = True\n", "`era` of the system `s/first` was assigned to after"),
        (
            "Machine.on_or_off = property(lambda self: self.on)\n",
            "the class `Machine` of the system",
        ),
    ],
)
def test_what_a_system_holds_stays(project: Path, text: str, message: str) -> None:
    module(project, f"from dataclasses import dataclass\n{HEAD}{CONSTANT}{text}")
    assert refused(project).startswith(message)


def test_another_module_does_not_change_it_either(project: Path) -> None:
    module(project, HEAD + FIRST)
    module(project, "import models.flags as flags\n\nflags.CHECKS = True\n", "later")
    assert refused(project) == REBOUND.format("CHECKS")


@pytest.mark.parametrize("used", ["flags", "models.flags"])
def test_a_name_is_read_through_modules_too(project: Path, used: str) -> None:
    renamed = "" if used == "models.flags" else f" as {used}"
    use = f"""import models.flags{renamed}
from verifier.language import step, System


@step
def leave(machine: {used}.Machine) -> None:
    machine.on = {used}.LEFT


SECOND = System("s/second", {used}.Machine(), (leave,))
{used}.LEFT = True
"""
    module(project, HEAD + FIRST + "LEFT = False\n")
    module(project, use, "later")
    assert refused(project).startswith("`LEFT` of `models.flags`, which `leave` reads")


@pytest.mark.parametrize("imported", ["import models.lib", "import models\nimport models.lib"])
def test_an_assertion_is_found_in_a_module_of_a_package(project: Path, imported: str) -> None:
    library = (
        HEAD.split("CHECKS")[0] + "def check(machine: Machine) -> None:\n    assert machine.on\n"
    )
    module(project, library, "lib")
    module(
        project,
        f"""{imported}
from verifier.language import step, System


@step
def use(machine: models.lib.Machine) -> None:
    models.lib.check(machine)


ONE = System("s/one", models.lib.Machine(), (use,))
""",
    )
    assert Pair("s/one", "assertions") in load(project).pairs()


def test_names_that_no_model_function_reads_may_stand_for_one_thing_after_another(
    project: Path,
) -> None:
    again = FIRST.replace("FIRST", "SECOND").replace("first", "second")
    module(project, f"{HEAD}start = Machine()\n{FIRST}start = None\nOTHER = 1\n{again}OTHER = 2\n")
    assert {"s/first", "s/second"} <= load(project).systems.keys()
