"""A kernel whose steps are watched in many ways."""

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


@ghost
class Memory:
    """What is remembered."""

    used: bool = False


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
    dead: bool = False
    current: Task = Task.A
    held: Family[Task, bool] = Family()
    registers: Registers = Registers()
    memory: Memory = Memory()
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
    machine.memory.used = True
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
    assert not machine.dead, "nobody runs"
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
