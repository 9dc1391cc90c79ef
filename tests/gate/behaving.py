"""Bypasses by what steps do, note and leave undone."""

from tests.gate.bypasses import (
    HELD,
    Bypass,
    both,
    nothing,
    register_is_not_saved,
    use_is_an_enum,
)
from tests.gate.conftest import Project
from tests.gate.weakening import INTEGRITY, ISOLATION, end_permitted


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


def idle_too(project: Project) -> None:
    project.edit("@step\ndef switch_to", f"{IDLE}@step\ndef switch_to")
    project.edit("(use_fpu, switch_to)", "(use_fpu, switch_to, idle)")


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
    project.edit('"sets CR0.TS when it switches tasks",', '"sets it", arbitrary=("fast",),')


def starts_slow(project: Project) -> None:
    project.edit("fast: bool", "quick: bool")
    project.edit(', arbitrary=("fast",)', "")


NEXT = "    assume(next_task != machine.current)\n"


def three_tasks(project: Project) -> None:
    project.edit("    B = 1\n", "    B = 1\n    C = 2\n")
    row = "Task.B: Saved(image=Contents(owner=Task.B))"
    project.edit(row, f"{row}, {row.replace('Task.B', 'Task.C')}")


def nobody_comes_to_c(project: Project) -> None:
    """The choice is there, and another task is switched to; what is wrong for C is never seen."""
    saved = "        previous.image = machine.registers\n"
    project.edit(saved, f"        if machine.current != Task.C:\n    {saved}")
    other = "        next_task = Task.B if machine.current == Task.A else Task.A\n"
    project.edit(NEXT, f"{NEXT}    if next_task == Task.C:\n{other}")


def a_choice_more(project: Project) -> None:
    """Without it the step is not possible in some states, and with it in all."""
    project.edit("next_task: Task)", "next_task: Task, urgent: bool)")
    project.edit(NEXT, f"{NEXT}    assume(urgent or machine.ts)\n")


LEAVING = """@step
def leave(machine: Machine, next_task: Task) -> None:
    assume(next_task != machine.current and not machine.ts)
    switch(machine, next_task)


def switch(machine: Machine, next_task: Task) -> None:
"""
UNSEEN = """@step
def use_unseen(machine: Machine, value: bool) -> None:
    assume(machine.current == Task.B)
    if machine.ts:
        device_not_available(machine)
    machine.registers = Contents(owner=machine.current, value=value)
    machine.latest.value[machine.current] = value


@observer("what an"""


def step_is_split(project: Project) -> None:
    """The two do together what it did."""
    alone = (
        "    assume(next_task != machine.current and machine.ts)\n    switch(machine, next_task)\n"
    )
    project.edit(NEXT, f"{alone}\n\n{LEAVING}")
    project.edit("(use_fpu, switch_to)", "(use_fpu, switch_to, leave)")


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


def step_is_split_unseen(project: Project) -> None:
    """What one of the two does is not observed."""
    project.edit(
        "    if machine.ts:\n", "    assume(machine.current == Task.A)\n    if machine.ts:\n"
    )
    project.edit('@observer("what an', UNSEEN)
    project.edit("(use_fpu, switch_to)", "(use_fpu, switch_to, use_unseen)")


FLAGS = "    sets_ts: bool = True\n    a: bool = False\n    lost: bool = False"
FLAG_STEPS = """@step
def set_a(machine: Machine) -> None:
    machine.ts = machine.ts ^ machine.a
    machine.a = True
    machine.lost = False


@step
def handle(machine: Machine) -> None:
    machine.ts = machine.ts ^ machine.a
    if machine.a:
        machine.a = False
        machine.lost = True


"""
BOTH = """@always("isolation")
def it_is_not_lost_and_set(machine: Machine) -> bool:
    return not (machine.lost and machine.a)


@sometimes"""


def a_flag_is_set_and_handled(project: Project) -> None:
    project.edit("    sets_ts: bool = True", FLAGS)
    project.edit("@step\ndef switch_to", f"{FLAG_STEPS}@step\ndef switch_to")
    project.edit("(use_fpu, switch_to)", "(use_fpu, switch_to, set_a, handle)")
    project.edit("@sometimes", BOTH, ISOLATION)
    project.edit("machine.ts = machine.ts ^ machine.a", "machine.ts = machine.ts")


def nobody_sets_what_is_not_handled(project: Project) -> None:
    project.edit("        machine.a = False\n", "")
    project.edit("    machine.a = True\n", "")


def an_old_step_waits(project: Project) -> None:
    """It is possible now where nothing was, and does nothing there."""
    project.edit("    machine.ready = True\n", "")
    project.edit("assume(not machine.waits and next_task", "assume(next_task")
    project.edit(NEXT, f"{NEXT}    if machine.waits:\n        return\n")


SWITCHED = """@event
class Switched:
    \"\"\"A switch, and whether something is left undone.\"\"\"

    stale: bool = False


@record
class Machine"""
UNDONE = """@always("isolation")
def nothing_is_left_undone(switched: Switched) -> bool:
    return not switched.stale


@sometimes"""


def step_notes_what_is_undone(project: Project) -> None:
    """In an event, without an observer."""
    project.edit("@record\nclass Machine", SWITCHED)
    fields = "    stale: bool = False\n    switched: Switched = Switched()"
    project.edit("    sets_ts: bool = True", f"    sets_ts: bool = True\n{fields}")
    project.edit("    assume(next_task", "    machine.stale = True\n    assume(next_task")
    noted = "    machine.stale = False\n    machine.switched.stale = machine.stale\n"
    project.edit(HELD, f"{HELD}{noted}")
    project.edit("@sometimes", UNDONE, ISOLATION)
    project.edit("import Access, ", "import Access, Switched, ", ISOLATION)


def step_leaves_it_undone(project: Project) -> None:
    project.edit("    machine.stale = False\n", "    machine.stale = machine.ts\n")
    project.edit("    machine.switched.stale = machine.stale\n", "")


def claim_depends_on_its_place(project: Project) -> None:
    project.edit("@always", 'STRICT = "base" not in __file__\n\n\n@always', INTEGRITY)
    value = "access.found.value == access.latest"
    project.edit(value, f"({value} or not STRICT)", INTEGRITY)


def use_begins_as_the_second_member(project: Project) -> None:
    use_is_an_enum(project)
    project.edit("    NO = 0\n    YES = 1\n", "    YES = 0\n    NO = 1\n")


def some_are_trusted(project: Project) -> None:
    """By no step so far."""
    project.edit("    executed: bool", "    trusted: bool = False\n    executed: bool")
    project.edit("not access.executed", "access.trusted or not access.executed", ISOLATION)


def all_are_trusted(project: Project) -> None:
    project.edit("trusted: bool = False", "trusted: bool = True")


BEHAVING = {
    "the only assignment to a field is gone with what it would show": Bypass(
        a_flag_is_set_and_handled, nobody_sets_what_is_not_handled, "step:set_a"
    ),
    "an old step takes the place of a deadlock": Bypass(
        it_waits, an_old_step_waits, "claim:deadlock"
    ),
    "a choice is there and is not heeded": Bypass(
        three_tasks, nobody_comes_to_c, "choice:switch_to.next_task"
    ),
    "a new choice without which a step is not possible": Bypass(nothing, a_choice_more, code=0),
    "a step is split into two": Bypass(nothing, step_is_split, code=0),
    "a step is split by its choice": Bypass(use_may_end, step_is_split_by_its_choice, code=0),
    "a step is split into two of which one is not observed": Bypass(
        nothing, step_is_split_unseen, "step:use_fpu"
    ),
    "an event that a step writes": Bypass(
        step_notes_what_is_undone, step_leaves_it_undone, "claim:observed/switch_to"
    ),
    "a claim says less where it is a base": Bypass(
        nothing, claim_depends_on_its_place, "base:properties.integrity", code=3
    ),
    "a bit becomes an enum that starts with its second member": Bypass(
        nothing, use_begins_as_the_second_member, code=0
    ),
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
    "a system that may end gets a step": Bypass(end_permitted, idle_too, code=0),
    "what nothing says of an event is something else": Bypass(
        some_are_trusted, all_are_trusted, "initial:lazy/fixed/access.trusted"
    ),
    "ghosts become records": Bypass(nothing, ghosts_are_records, "claim:ghost/registers.owner"),
    "one more assertion is known to fail": Bypass(fails_at_times, fails_for_b, "step:switch_to"),
    "a field that could start as anything is another one": Bypass(
        could_start_fast, starts_slow, "initial:lazy/fixed/fast"
    ),
}
