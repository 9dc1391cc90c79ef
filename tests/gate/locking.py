"""Bypasses in a step that a lock protects: what is noted where it becomes possible."""

from tests.gate.bypasses import Bypass
from tests.gate.conftest import Project
from tests.gate.weakening import ISOLATION

LOCKED = "    sets_ts: bool = True\n    locked: bool = False\n    changed: Changed = Changed()"
CHANGED = """@event
class Changed:
    unlocked: bool = False


@record
class Machine"""
LOCK_STEPS = """@step
def take_lock(machine: Machine) -> None:
    machine.locked = not machine.locked


@step
def change(machine: Machine) -> None:
    assume(machine.locked)
    note_change(machine)
    machine.ts = machine.ts


@observer("what is changed")
def note_change(machine: Machine) -> None:
    machine.changed.unlocked = not machine.locked


"""
UNLOCKED = """@always("isolation")
def what_is_changed_is_locked(changed: Changed) -> bool:
    return not changed.unlocked


@sometimes"""
CALLED = "    note_change(machine)\n"


def it_is_locked(project: Project) -> None:
    project.edit("@record\nclass Machine", CHANGED)
    project.edit("    sets_ts: bool = True", LOCKED)
    project.edit("@step\ndef switch_to", f"{LOCK_STEPS}@step\ndef switch_to")
    project.edit("(use_fpu, switch_to)", "(use_fpu, switch_to, take_lock, change)")
    project.edit("@sometimes", UNLOCKED, ISOLATION)
    project.edit("import Access, ", "import Access, Changed, ", ISOLATION)


def without_the_lock_nothing_is_noted(project: Project) -> None:
    project.edit("    assume(machine.locked)\n", "")
    project.edit(CALLED, f"    if machine.locked:\n    {CALLED}")


def a_step_and_its_observer_change_at_once(project: Project) -> None:
    project.edit("    assume(machine.locked)\n", "")
    project.edit("unlocked = not machine.locked", "unlocked = not (machine.locked or machine.ts)")


LOCKING = {
    "an observer is called only where nothing is wrong": Bypass(
        it_is_locked, without_the_lock_nothing_is_noted, "claim:observed/change"
    ),
    "a step and its observer change at once": Bypass(
        it_is_locked, a_step_and_its_observer_change_at_once, "claim:observed/change"
    ),
}
