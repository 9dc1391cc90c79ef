"""Edits of what is chosen in a step: split by it, or of a smaller enum."""

from tests.gate.behaving import step_is_split_by_its_choice, use_may_end
from tests.gate.bypasses import Bypass, nothing
from tests.gate.conftest import Project


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
