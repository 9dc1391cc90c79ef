"""Bypasses by fields that are replaced, and by choices that come to the same in some states."""

from tests.gate.behaving import clock
from tests.gate.bypasses import Bypass, Edit, both
from tests.gate.conftest import Project
from tests.gate.weakening import ISOLATION

MODE = """class Mode(Enum):
    \"\"\"How fast.\"\"\"

    SLOW = 0
    FAST = 1


@ghost
class Contents"""
BOOT = """@step
def boot(machine: Machine) -> None:
    \"\"\"It begins.\"\"\"
    machine.booted = True
    machine.mode = Mode.SLOW


@step
def hurry(machine: Machine) -> None:
    \"\"\"From now on it is fast.\"\"\"
    machine.mode = Mode.FAST


fixed = System("""
SETS_TS = "        machine.ts = machine.sets_ts\n"
FAST = "    machine.mode = Mode.FAST\n"


def fast_or_slow(project: Project) -> None:
    """A fast machine sets TS as a slow one does."""
    project.edit("@ghost\nclass Contents", MODE)
    fields = "    booted: bool = False\n    mode: Mode = Mode.FAST"
    project.edit("    sets_ts: bool = True", f"    sets_ts: bool = True\n{fields}")
    project.edit("fixed = System(", BOOT)
    project.edit("(use_fpu, switch_to)", "(use_fpu, switch_to, boot, hurry)")
    project.edit("    if machine.ts:\n", "    assume(machine.booted)\n    if machine.ts:\n")
    project.edit("    assume(next_task", "    assume(machine.booted)\n    assume(next_task")
    project.edit(SETS_TS, "        machine.ts = machine.sets_ts or machine.mode == Mode.FAST\n")


def phases(project: Project) -> None:
    """`hurry` does something else as well."""
    clock(project)
    project.edit(FAST, f"    machine.phase = not machine.phase\n{FAST}")
    project.edit("current == Task.B", "current == Task.B and machine.phase", ISOLATION)


def no_trap_where_it_is_fast(project: Project) -> None:
    project.edit(
        "machine.sets_ts or machine.mode == Mode.FAST",
        "machine.sets_ts and machine.mode != Mode.FAST",
    )


def nothing_makes_it_fast(project: Project) -> None:
    project.edit(FAST, "    pass\n")


def called(name: str) -> Edit:
    def edit(project: Project) -> None:
        project.edit("machine.mode", f"machine.{name}")
        project.edit("    mode: Mode", f"    {name}: Mode")

    return edit


def slow_starts(project: Project) -> None:
    """The flag is inverted."""
    project.edit("machine.mode != Mode.FAST", "machine.slow")
    project.edit("machine.mode = Mode.SLOW", "machine.slow = True")
    project.edit("    mode: Mode = Mode.FAST", "    slow: bool = False")


def two_ways(project: Project) -> None:
    project.edit("machine.mode != Mode.FAST", "machine.way == Way.SAFE")
    project.edit("machine.mode = Mode.SLOW", "machine.way = Way.SAFE")
    project.edit("    mode: Mode = Mode.FAST", "    way: Way = Way.QUICK")
    way = 'class Way(Enum):\n    """How."""\n\n    SAFE = 0\n    QUICK = 1\n    OTHER = 2\n\n\n'
    project.edit("class Mode(Enum)", f"{way}class Mode(Enum)")


def three_tasks(project: Project) -> None:
    project.edit("    B = 1\n", "    B = 1\n    C = 2\n")
    saved = "Task.B: Saved(image=Contents(owner=Task.B))"
    project.edit(saved, f"{saved}, Task.C: Saved(image=Contents(owner=Task.C))")


def no_trap_for_c(project: Project) -> None:
    project.edit(SETS_TS, "        machine.ts = machine.sets_ts and next_task != Task.C\n")


def who_used_it_never_switches_to_c(project: Project) -> None:
    uses, other = "    if previous.uses_fpu:\n", "Task.A if machine.current == Task.B else Task.B"
    both_at_once = "    if previous.uses_fpu and next_task == Task.C:\n"
    project.edit(uses, f"{both_at_once}        next_task = {other}\n{uses}")


def switches_are_seen(project: Project) -> None:
    seen = '@event\nclass Switch:\n    """A switch."""\n\n    happened: bool = False\n\n\n'
    project.edit("@record\nclass Machine", f"{seen}@record\nclass Machine")
    project.edit("    access: Access", "    switch: Switch = Switch()\n    access: Access")
    set_last = "    machine.current = next_task\n"
    project.edit(set_last, f"{set_last}    machine.switch.happened = True\n")


def switches_are_remembered(project: Project) -> None:
    project.edit("@event\nclass Switch", "@record\nclass Switch")


REPLACING = {
    "an event becomes a record": Bypass(
        switches_are_seen, switches_are_remembered, "claim:ghost/switch.happened"
    ),
    "a step sets less, and the field has another name": Bypass(
        both(fast_or_slow, phases),
        both(no_trap_where_it_is_fast, nothing_makes_it_fast, called("speed")),
        "step:hurry",
    ),
    "a step does nothing any more, and the field has another name": Bypass(
        fast_or_slow,
        both(no_trap_where_it_is_fast, nothing_makes_it_fast, called("how_fast_it_is")),
        "step:hurry",
    ),
    "a step does nothing any more, and the flag is inverted": Bypass(
        fast_or_slow,
        both(no_trap_where_it_is_fast, nothing_makes_it_fast, slow_starts),
        "step:hurry",
    ),
    "a step does nothing any more, and the field is of another type": Bypass(
        fast_or_slow, both(no_trap_where_it_is_fast, nothing_makes_it_fast, two_ways), "step:hurry"
    ),
    "a field has another name": Bypass(fast_or_slow, called("speed"), code=0),
    "a choice comes to the same as another one, in the states that matter": Bypass(
        three_tasks,
        both(no_trap_for_c, who_used_it_never_switches_to_c),
        "choice:switch_to.next_task",
    ),
}
