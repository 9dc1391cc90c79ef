"""A kernel that loads a task's FPU registers when the task first uses them."""

from enum import Enum

from verifier.language import (
    Family,
    System,
    abstracts,
    assume,
    event,
    ghost,
    record,
    step,
)


class Task(Enum):
    """Who the registers can belong to."""

    A = 0
    B = 1


@ghost
class Contents:
    """Whose data is in a set of registers; the kernel cannot see this."""

    owner: Task = Task.A


@record
class Saved:
    """What the kernel keeps for a task."""

    uses_fpu: bool = False
    image: Contents = Contents()


@event
class Access:
    """An FPU instruction that did not fault, and what it found."""

    executed: bool = False
    by: Task = Task.A
    found: Contents = Contents()


@record
class Machine:
    """One CPU, two tasks. `ts` is CR0.TS: FPU instructions fault while it is set."""

    ts: bool = True
    registers: Contents = Contents()
    current: Task = Task.A
    saved: Family[Task, Saved] = Family({Task.B: Saved(image=Contents(owner=Task.B))})
    access: Access = Access()
    sets_ts: bool = True


@abstracts("the handler of #NM, the device-not-available fault")
def device_not_available(machine: Machine) -> None:
    """Give the registers to the current task."""
    machine.ts = False
    machine.registers = machine.saved[machine.current].image
    machine.saved[machine.current].uses_fpu = True


@step
def use_fpu(machine: Machine) -> None:
    """The current task executes an FPU instruction."""
    if machine.ts:
        device_not_available(machine)
    machine.access.executed = True
    machine.access.by = machine.current
    machine.access.found = machine.registers


@step
def switch_to(machine: Machine, next_task: Task) -> None:
    """Switch tasks; the registers stay where they are until somebody needs them."""
    assume(next_task != machine.current)
    previous = machine.saved[machine.current]
    if previous.uses_fpu:
        previous.image = machine.registers
        previous.uses_fpu = False
        machine.ts = machine.sets_ts
    machine.current = next_task


fixed = System("lazy/fixed", Machine(), (use_fpu, switch_to), "sets CR0.TS when it switches tasks")
broken = System(
    "lazy/broken", Machine(sets_ts=False), (use_fpu, switch_to), "forgets to set CR0.TS"
)
