"""What functions read by a name is the same for all systems, steps and claims that are made."""

from pathlib import Path

import pytest

from tests.project.loading import refused
from tests.project.test_systems_as_made import FIRST, HEAD, REBOUND, module
from verifier.project.loading import load


def test_names_that_no_model_function_reads_may_stand_for_one_thing_after_another(
    project: Path,
) -> None:
    again = FIRST.replace("FIRST", "SECOND").replace("first", "second")
    module(project, f"{HEAD}start = Machine()\n{FIRST}start = None\nOTHER = 1\n{again}OTHER = 2\n")
    assert {"s/first", "s/second"} <= load(project).systems.keys()


@pytest.mark.parametrize(
    "text",
    [
        "for CHECKS in (True, False):\n    NAMES.append(CHECKS)\n",
        "NAMES.append(CHECKS := True)\n",
        "def change() -> None:\n    global CHECKS\n    CHECKS = True\n\n\nchange()\n",
        "CHECKS |= True\n",
        'with open("/dev/null") as CHECKS:\n    pass\n',
        "CHECKS, OTHER = True, False\n",
        "NAMES += [1 for _ in NAMES if (CHECKS := True)]\n",
    ],
)
def test_however_a_name_gets_another_value(project: Path, text: str) -> None:
    module(project, f"{HEAD}NAMES: list[bool] = []\n{FIRST}{text}")
    assert refused(project) == REBOUND.format("CHECKS")


@pytest.mark.parametrize(
    "text",
    [
        "if NAMES:\n    VALUE = 1\nelse:\n    VALUE = 2\n",
        "try:\n    VALUE = NAMES[0]\nexcept IndexError:\n    VALUE = 0\n",
        "VALUE = 1\nVALUE = VALUE + 1\n",
        "import nestproof\nimport nestproof.models.x86 as VALUE\nimport nestproof.models.x86\n",
        "VALUE = 1\nfor other in NAMES:\n    NAMES.append(other)\n",
    ],
)
def test_names_that_have_one_value_are_permitted(project: Path, text: str) -> None:
    packages = "\n\ndef read() -> object:\n    return VALUE, nestproof\n"
    read = packages if "nestproof" in text else ""
    read = read or "\n\ndef read() -> object:\n    return VALUE\n"
    module(project, f"{HEAD}NAMES: list[bool] = []\n{FIRST}{text}{read}")
    assert "s/first" in load(project).systems


def test_a_claim_of_a_loop_is_refused(project: Path) -> None:
    module(project, HEAD + FIRST)
    claims = """from models.flags import Machine, Task
from verifier.language import always

FOUND = []
for task in Task:

    @always("off")
    def is_off(machine: Machine) -> bool:
        return not machine.on or task == Task.B

    FOUND.append(is_off)
"""
    (project / "properties" / "off.py").write_text(claims)
    assert refused(project).startswith("`task` is bound more than once, and `is_off`")


VARIANTS = """
def variants() -> list[System]:
    found = []
    for early in (False, True):

        @step
        def use_early(machine: Machine) -> None:
            machine.on = early

        found.append(System(f"s/{early}", Machine(), (use_early,)))
    return found


LATE, EARLY = variants()
"""


def test_a_variable_of_the_function_that_makes_steps_has_one_value_too(project: Path) -> None:
    module(project, HEAD + VARIANTS)
    assert refused(project).startswith("`early` is bound more than once, and `use_early`")


def test_steps_that_are_made_by_a_call_each_have_their_own_value(project: Path) -> None:
    made = VARIANTS.replace(
        "    found = []\n    for early in (False, True):\n\n",
        "    def made(early: bool) -> System:\n\n",
    )
    made = made.replace(
        'found.append(System(f"s/{early}", Machine(), (use_early,)))',
        'return System(f"s/{early}", Machine(), (use_early,))',
    )
    made = made.replace("    return found\n", "    return [made(False), made(True)]\n")
    module(project, HEAD + made)
    assert {"s/False", "s/True"} <= load(project).systems.keys()
