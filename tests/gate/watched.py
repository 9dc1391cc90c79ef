"""A kernel whose steps are watched in many ways, and edits of what is noted and asserted there."""

FILE = "models/kernel.py"
KERNEL = '''"""A kernel that is watched."""

from dataclasses import dataclass
from enum import Enum

from verifier.language import (
    Family,
    System,
    abstracts,
    assume,
    event,
    ghost,
    observer,
    record,
    step,
)


class Task(Enum):
    """Who the registers can belong to."""

    A = 0
    B = 1


@ghost
class Registers:
    """Whose data is in them."""

    owner: Task = Task.A


@event
class Access:
    """An FPU instruction."""

    executed: bool = False
    by: Task = Task.A
    finds: Task = Task.A


@event
class Switched:
    """A switch."""

    held: bool = False


@record
class Machine:
    """The CPU."""

    ts: bool = True
    busy: bool = False
    current: Task = Task.A
    held: Family[Task, bool] = Family()
    registers: Registers = Registers()
    access: Access = Access()
    switched: Switched = Switched()

    @property
    def is_watched(self) -> bool:
        """Whether it is noted what is done."""
        return self.ts or not self.ts


@dataclass(frozen=True)
class Checks:
    """What is asserted."""

    strict: bool = True


CHECKS = Checks()
NOTED, TRACED = True, False


@abstracts("the handler of #NM")
def load_registers(machine: Machine) -> None:
    """Give the registers to the current task."""
    machine.ts = False
    machine.registers.owner = machine.current


@observer("what an FPU instruction finds")
def note_access(machine: Machine) -> None:
    """Note whose registers the current task finds."""
    machine.access.executed = NOTED
    machine.access.by = machine.current
    machine.access.finds = machine.registers.owner


def check_idle(machine: Machine) -> None:
    """It is not busy."""
    assert not (CHECKS.strict and machine.busy), "still busy"


def check_little(machine: Machine) -> None:
    """It is not busy with nothing."""
    assert not machine.busy or machine.ts


CHECK = check_idle


@step
def use_fpu(machine: Machine) -> None:
    """The current task executes an FPU instruction."""
    if machine.ts:
        load_registers(machine)
    if machine.is_watched:
        note_access(machine)


@step
def switch_to(machine: Machine, next_task: Task) -> None:
    """Switch tasks."""
    assume(next_task != machine.current)
    machine.busy = True
    machine.held[machine.current] = True
    machine.current = next_task
    machine.ts = True
    machine.held[next_task] = False
    machine.switched.held = machine.held[next_task]
    machine.busy = False
    CHECK(machine)
    assert not machine.held[next_task] and machine.ts, "still held"


kernel = System("kernel/one", Machine(), (use_fpu, switch_to))
'''
Edits = tuple[tuple[str, str], ...]
OTHERWISE: Edits = (
    (
        "    if machine.ts:\n        load",
        "    machine.busy = not machine.busy\n    if machine.ts:\n        load",
    ),
    ("machine.held[machine.current] = True", "machine.held[machine.current] = machine.ts"),
)
"""So that both steps do something else."""
CALL = "    if machine.is_watched:\n        note_access(machine)\n"
ASSERTED = '    assert not machine.held[next_task] and machine.ts, "still held"\n'
EVENT = "    machine.switched.held = machine.held[next_task]\n"
RELEASED = "    machine.held[next_task] = False\n"
ENTERING = """    spare = snapshot(machine.registers)
    machine.registers = Registers(owner=machine.current)
{}    machine.registers = spare
"""
STEP = "@step\ndef use_fpu"
LESS: dict[str, tuple[str, Edits]] = {
    "a condition on a call": (
        "noted use_fpu",
        (("if machine.is_watched:", "if machine.current == Task.B:"),),
    ),
    "a property that a condition asks": (
        "noted use_fpu",
        (("return self.ts or not self.ts", "return self.current == Task.B"),),
    ),
    "a constant": ("noted use_fpu", (("NOTED, TRACED = True", "NOTED, TRACED = False"),)),
    "a call in a function that nobody calls": (
        "noted use_fpu",
        ((CALL, "    def look() -> None:\n        note_access(machine)\n"),),
    ),
    "an observer that corrects another": (
        "noted use_fpu",
        (
            (CALL, f"{CALL}    correct(machine)\n"),
            (
                STEP,
                '@observer("a correction")\ndef correct(machine: Machine) -> None:\n'
                f"    machine.access.executed &= machine.current == Task.B\n\n\n{STEP}",
            ),
        ),
    ),
    "a call before what it looks at": (
        "noted use_fpu",
        (
            (CALL, ""),
            ("    if machine.ts:\n        load", f"{CALL}    if machine.ts:\n        load"),
        ),
    ),
    "what an observer sees is falsified meanwhile": (
        "noted use_fpu",
        (
            (CALL, ENTERING.format(CALL)),
            ("    ghost,\n", "    ghost,\n    snapshot,\n"),
        ),
    ),
    "a default that an assertion asks": (
        "demanded switch_to",
        (("strict: bool = True", "strict: bool = False"),),
    ),
    "a helper under a condition where it holds": (
        "demanded switch_to",
        (
            (
                "    machine.busy = False\n    CHECK(machine)\n",
                "    if not machine.busy:\n        CHECK(machine)\n",
            ),
        ),
    ),
    "a call where what the step has just set is assumed otherwise": (
        "noted use_fpu",
        (
            (
                "    if machine.ts:\n        load_registers(machine)\n    if machine.is_watched",
                "    if machine.ts:\n        load_registers(machine)\n"
                "    assume(not machine.ts)\n    if machine.is_watched",
            ),
        ),
    ),
    "a helper where what it asserts is assumed": (
        "demanded switch_to",
        (("    CHECK(machine)\n", "    assume(not machine.busy)\n    CHECK(machine)\n"),),
    ),
    "an assumption in the place of a helper": (
        "demanded switch_to",
        (("    CHECK(machine)\n", "    assume(not machine.busy)\n"),),
    ),
    "a value of a local variable": (
        "demanded switch_to",
        (
            (
                ASSERTED,
                "    free = not machine.held[next_task] or machine.ts\n    assert free\n",
            ),
        ),
    ),
    "a return before what it asserts": (
        "demanded switch_to",
        (("    CHECK(machine)\n", "    if machine.busy:\n        return\n    CHECK(machine)\n"),),
    ),
    "a helper where something else does not decide": (
        "demanded switch_to",
        (("    CHECK(machine)\n", "    machine.busy or CHECK(machine)\n"),),
    ),
    "an alias of another helper": (
        "demanded switch_to",
        (("CHECK = check_idle", "CHECK = check_little"),),
    ),
    "an assertion with what it is about": (
        "demanded switch_to",
        (("    machine.busy = False\n    CHECK(machine)\n", ""),),
    ),
    "half of an assertion": (
        "demanded switch_to",
        (("machine.held[next_task] and machine.ts", "machine.held[next_task] or machine.ts"),),
    ),
    "an assertion before what it looks at": (
        "demanded switch_to",
        ((ASSERTED, ""), (RELEASED, f"{ASSERTED}{RELEASED}")),
    ),
    "a value of an event": (
        "noted switch_to",
        (
            (
                EVENT,
                EVENT.replace(
                    "machine.held[next_task]\n", "machine.held[next_task] and machine.busy\n"
                ),
            ),
        ),
    ),
    "an event that is written before what it notes": (
        "noted switch_to",
        ((EVENT, ""), (RELEASED, f"{EVENT}{RELEASED}")),
    ),
    "an event that is written over": (
        "noted switch_to",
        (("    CHECK(machine)\n", "    CHECK(machine)\n    machine.switched.held = False\n"),),
    ),
}
AS_MUCH: dict[str, Edits] = {
    "nothing else": (),
    "a part with a call is extracted": (
        (CALL, "    look(machine)\n"),
        (STEP, f"def look(machine: Machine) -> None:\n{CALL}\n\n{STEP}"),
    ),
    "an assertion is split": (
        (
            ASSERTED,
            "    assert not machine.held[next_task]\n    assert machine.ts\n",
        ),
    ),
    "an assertion is written otherwise": (
        (ASSERTED, "    assert (machine.held[next_task] or not machine.ts) == False\n"),
    ),
    "an assertion says more": (
        ("and machine.ts,", "and machine.ts and machine.current == next_task,"),
    ),
    "an assertion asks a local variable": (
        (ASSERTED, "    task = next_task\n    assert not machine.held[task] and machine.ts\n"),
    ),
    "an assertion asks what was found out before": (
        (
            ASSERTED,
            "    free = not machine.held[next_task]\n    assert free and machine.ts\n",
        ),
    ),
    "an assertion is given what it asks": (
        (ASSERTED, "    ensure(not machine.held[next_task] and machine.ts)\n"),
        (STEP, f"def ensure(holds: bool) -> None:\n    assert holds\n\n\n{STEP}"),
    ),
    "a step is narrowed": (
        (
            "    assume(next_task != machine.current)\n",
            "    assume(next_task != machine.current)\n    assume(machine.ts)\n",
        ),
    ),
    "an assertion raises": (
        (
            ASSERTED,
            "    if machine.held[next_task] or not machine.ts:\n        raise AssertionError\n",
        ),
    ),
    "one more assertion": ((ASSERTED, f"    assert not machine.busy\n{ASSERTED}"),),
    "a helper is renamed": (("check_idle", "ensure_idle"),),
    "a constant is named": (
        ("return self.ts or not self.ts", "return self.ts or self.ts == OFF"),
        ("NOTED, TRACED", "OFF = False\nNOTED, TRACED"),
    ),
    "an observer's lines change places": (
        ("    machine.access.executed = NOTED\n", ""),
        (
            "    machine.access.finds = machine.registers.owner\n",
            "    machine.access.finds = machine.registers.owner\n"
            "    machine.access.executed = NOTED\n",
        ),
    ),
    "an observer is renamed": (("note_access", "record_access"),),
    "the handler goes wrong": (
        (
            "    machine.registers.owner = machine.current\n",
            "    machine.registers.owner = Task.B\n",
        ),
    ),
}
RENAMED: dict[str, tuple[dict[str, str], Edits]] = {
    "a field": (
        {"current": "running"},
        ((".current", ".running"), ("    current: Task", "    running: Task")),
    ),
    "a member": (
        {"held[A]": "held[FIRST]"},
        (("Task.A", "Task.FIRST"), ("    A = 0", "    FIRST = 0")),
    ),
}
