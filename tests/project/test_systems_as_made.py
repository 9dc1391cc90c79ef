"""A system is what it was made of, whatever happens to that afterwards."""

from pathlib import Path

import pytest

from tests.project.loading import refused
from verifier.compiler.compile import compile_compared
from verifier.language import ModelError
from verifier.project.catalogue import Pair
from verifier.project.loading import load

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

    def is_on(self) -> bool:
        """Whether it is."""
        return self.on


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
REBOUND = "`{}` is bound more than once, and `use` reads it when it runs, which is later"
AGAIN = "`{}` is assigned to, which has a value"
LATER = "`{}` was assigned to after the system `s/first` was made"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FIRST.initial.on = True\n", "a default or an initial state is assigned to"),
        ("FIRST.initial.options.fixes = True\n", "a default or an initial state is assigned to"),
        ("CHECKS = True\n", REBOUND.format("CHECKS")),
        ("OPTIONS = Options(fixes=True)\n", REBOUND.format("OPTIONS")),
        ("OPTIONS.fixes = True\n", LATER.format("OPTIONS")),
        ("Built.WITH_FIXES = True\n", AGAIN.format("Built.WITH_FIXES")),
        ("Task.A.fixes = True\n", AGAIN.format("Task.A.fixes")),
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


HELD = Options()
FIRST = System("s/first", Kernel(era=Era(HELD)), (run,))
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("HELD.fixes = True\n", LATER.format("era")),
        ("Machine.is_on = lambda self: True\n", AGAIN.format("Machine.is_on")),
        ("setattr(Machine, 'is_on', lambda self: True)\n", AGAIN.format("Machine.is_on")),
    ],
)
def test_what_a_system_holds_stays(project: Path, text: str, message: str) -> None:
    module(project, f"from dataclasses import dataclass\n{HEAD}{CONSTANT}{text}")
    assert refused(project).startswith(message)


def test_another_module_does_not_change_it_either(project: Path) -> None:
    module(project, HEAD + FIRST)
    module(project, "import models.flags as flags\n\nflags.CHECKS = True\n", "later")
    assert refused(project) == AGAIN.format("models.flags.CHECKS")


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
    assert refused(project) == AGAIN.format("models.flags.LEFT")


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


def test_a_variant_that_another_one_takes_the_place_of_is_missed(project: Path) -> None:
    variants = """from dataclasses import replace
from models.flags import FIRST, Machine

FOUND = {}
for on in (False, True):
    FOUND["s/variant"] = replace(FIRST, name="s/variant", initial=Machine(on=on))
VARIANT = FOUND["s/variant"]
"""
    module(project, HEAD + FIRST)
    module(project, variants, "variants")
    assert refused(project).startswith("the system `s/variant` is not checked")


def test_a_module_that_puts_another_one_in_its_place_is_refused(project: Path) -> None:
    module(
        project,
        "import sys\nfrom types import ModuleType\nsys.modules[__name__] = ModuleType('x')\n",
    )
    assert refused(project).startswith("`models/flags.py` cannot be imported")


def test_assert_never_in_a_table_is_an_assertion(project: Path) -> None:
    table = "from typing import assert_never\n\nFAIL = (assert_never,)\n"
    fails = "\n\n@step\ndef fail(machine: Machine) -> None:\n    FAIL[0](machine)\n\n\n"
    module(project, f'{table}{HEAD}{fails}ONE = System("s/one", Machine(), (fail,))\n')
    assert Pair("s/one", "assertions") in load(project).pairs()


def test_a_step_whose_choice_has_a_default_is_refused(project: Path) -> None:
    text = HEAD.replace(
        "def use(machine: Machine)", "def use(machine: Machine, early: bool = CHECKS)"
    )
    module(project, text + FIRST)
    with pytest.raises(ModelError, match="the parameter `early` of the step `use` has a default"):
        compile_compared(load(project).systems["s/first"], ())


def test_a_type_that_is_local_to_a_class_is_not_meant_by_a_text(project: Path) -> None:
    text = """

class Wide:
    class Task(Enum):
        A = 0
        B = 1

    @staticmethod
    @step
    def wide(machine: Machine, task: Task) -> None:
        machine.on = task == Wide.Task.B


WIDE = System("s/wide", Machine(), (Wide.wide,))
"""
    module(project, f"from __future__ import annotations\n{HEAD}{text}")
    with pytest.raises(ModelError, match="names `Task`, which is local to a function or class"):
        compile_compared(load(project).systems["s/wide"], ())


def test_a_link_to_a_folder_that_is_not_there_is_refused(project: Path) -> None:
    module(project, HEAD + FIRST)
    (project / "properties" / "shared").symlink_to(project / "nowhere")
    assert refused(project).endswith("is a link to nothing")
