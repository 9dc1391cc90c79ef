"""Edits of what is chosen in a step: split by it, or of a smaller enum."""

from tests.gate.bypasses import Bypass, nothing
from tests.gate.conftest import Project

USING = """    if machine.ts:
        device_not_available(machine)
    access_registers(machine, value)
"""
ENDING = "    machine.ended = True\n"


def use_may_end(project: Project) -> None:
    project.edit("    sets_ts: bool = True", "    sets_ts: bool = True\n    ended: bool = False")
    project.edit(
        "use_fpu(machine: Machine, value: bool)",
        "use_fpu(machine: Machine, value: bool, ends: bool)",
    )
    project.edit(USING, f"{USING}    if ends:\n    {ENDING}")


def step_is_split_by_its_choice(project: Project) -> None:
    """Each of the two does what it did with one value."""
    project.edit(", value: bool, ends: bool)", ", value: bool)")
    more = "@step\ndef use_and_end(machine: Machine, value: bool) -> None:\n"
    project.edit(f"    if ends:\n    {ENDING}", f"\n\n{more}{USING}{ENDING}")
    project.edit("(use_fpu, switch_to)", "(use_fpu, use_and_end, switch_to)")


def choice_of_one(project: Project) -> None:
    """The choice is of an enum with one member."""
    one = "class Next(Enum):\n    B = 1\n\n\n@ghost\nclass Contents"
    project.edit("@ghost\nclass Contents", one)
    project.edit("next_task: Task", "next_one: Next")
    chosen = "    next_task = Task.B if next_one == Next.B else Task.A\n"
    project.edit("    assume(next_task", f"{chosen}    assume(next_task")


CHOOSING = {
    "a choice is of one member": Bypass(nothing, choice_of_one, "step:switch_to"),
    "a step is split by its choice": Bypass(use_may_end, step_is_split_by_its_choice, code=0),
}
