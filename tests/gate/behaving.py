"""Bypasses by what steps do, note and leave undone."""

from tests.gate.bypasses import HELD, Bypass, both, nothing, register_is_not_saved
from tests.gate.conftest import Project


def clock(project: Project) -> None:
    """Each step flips a phase, so that none leaves everything as it is."""
    project.edit("sets_ts: bool = True", "sets_ts: bool = True\n    phase: bool = False")
    flip = "    machine.phase = not machine.phase\n"
    project.edit("    if machine.ts:\n", f"{flip}    if machine.ts:\n")
    previous = "    previous = machine.saved[machine.current]\n"
    project.edit(previous, f"{flip}{previous}")


def nobody_leaves_b(project: Project) -> None:
    previous = "    previous = machine.saved[machine.current]\n"
    project.edit(previous, f"    if machine.current == Task.B:\n        return\n{previous}")


OBSERVED = "    access_registers(machine, value)\n\n\n@observer"


def observed_twice(project: Project) -> None:
    again = "    access_registers(machine, value)\n    access_registers(machine, not value)\n\n\n"
    project.edit(OBSERVED, f"{again}@observer")


def observer_corrects_what_is_remembered(project: Project) -> None:
    project.edit(HELD, f"{HELD}    note_switch(machine)\n")
    noted = (
        '@observer("what is there")\ndef note_switch(machine: Machine) -> None:\n'
        "    task = machine.current\n"
        "    machine.latest.value[task] = machine.saved[task].image.value\n\n\n"
    )
    project.edit("@step\ndef switch_to", f"{noted}@step\ndef switch_to")


WAITING = "sets_ts: bool = True\n    waits: bool = False\n    ready: bool = False"
USES = "def use_fpu(machine: Machine, value: bool) -> None:\n    assume(not machine.waits)"
READY = "    machine.waits = True\n    machine.ready = True\n"
WAKE = """@step
def wake(machine: Machine) -> None:
    assume(machine.waits and machine.ready)
    machine.waits = False
    machine.ready = False


"""
IDLE = """@step
def idle(machine: Machine) -> None:
    machine.ts = machine.ts


"""


def it_waits(project: Project) -> None:
    """For what comes."""
    project.edit("sets_ts: bool = True", WAITING)
    project.edit("assume(next_task", "assume(not machine.waits and next_task")
    project.edit("def use_fpu(machine: Machine, value: bool) -> None:", USES)
    project.edit(HELD, f"{HELD}{READY}")
    project.edit("@step\ndef switch_to", f"{WAKE}@step\ndef switch_to")
    project.edit("(use_fpu, switch_to)", "(use_fpu, switch_to, wake)")


def it_waits_for_ever(project: Project) -> None:
    project.edit("    machine.ready = True\n", "")
    project.edit("@step\ndef switch_to", f"{IDLE}@step\ndef switch_to")
    project.edit("(use_fpu, switch_to, wake)", "(use_fpu, switch_to, wake, idle)")


def ghosts_are_records(project: Project) -> None:
    project.edit("@ghost\nclass", "@record\nclass")
    project.edit("@observer(", "@abstracts(")
    project.edit("    observer,\n", "")
    project.edit("    ghost,\n", "")


def fails_for_b(project: Project) -> None:
    previous = "    previous = machine.saved[machine.current]\n"
    project.edit(previous, f'{previous}    assert machine.current == Task.A, "not modelled yet"\n')


def fails_at_times(project: Project) -> None:
    previous = "    previous = machine.saved[machine.current]\n"
    project.edit(previous, f'{previous}    assert previous.uses_fpu, "in vain"\n')
    with project.verdicts.open("a") as verdicts:
        verdicts.write('assertions = "violated"\n')


def could_start_fast(project: Project) -> None:
    project.edit("sets_ts: bool = True", "sets_ts: bool = True\n    fast: bool = False")
    project.edit('"sets CR0.TS when it switches tasks")', '"sets it", arbitrary=("fast",))')


def starts_slow(project: Project) -> None:
    project.edit("fast: bool", "quick: bool")
    project.edit(', arbitrary=("fast",)', "")


BEHAVING = {
    "a step does less in a model with a clock": Bypass(
        clock, both(register_is_not_saved, nobody_leaves_b), "step:switch_to"
    ),
    "an observer is called once more": Bypass(clock, observed_twice, "claim:observed/use_fpu"),
    "a new observer corrects what is remembered": Bypass(
        nothing,
        both(register_is_not_saved, observer_corrects_what_is_remembered),
        "claim:observed/switch_to",
    ),
    "a step that does nothing takes the place of a deadlock": Bypass(
        it_waits, it_waits_for_ever, "claim:deadlock"
    ),
    "ghosts become records": Bypass(nothing, ghosts_are_records, "claim:ghost/registers.owner"),
    "one more assertion is known to fail": Bypass(fails_at_times, fails_for_b, "step:switch_to"),
    "a field that could start as anything is another one": Bypass(
        could_start_fast, starts_slow, "initial:lazy/fixed/fast"
    ),
}
