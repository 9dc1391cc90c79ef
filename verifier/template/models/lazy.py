"""A kernel that loads a task's FPU registers when the task first uses them."""

from enum import Enum

from verifier.language import (
    Act,
    Family,
    Hands,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    System,
    Table,
    abstracts,
    assume,
    event,
    ghost,
    good,
    observer,
    record,
    step,
    wrong,
)


class Task(Enum):
    """Who the registers can belong to."""

    A = 0
    B = 1


@ghost
class Contents:
    """Whose data is in a set of registers, one bit of it; the kernel cannot see this."""

    owner: Task = Task.A
    value: bool = False


@ghost
class Latest:
    """The value that each task wrote last."""

    value: Family[Task, bool] = Family()


@record
class Saved:
    """What the kernel keeps for a task."""

    uses_fpu: bool = False
    image: Contents = Contents()


@event
class Access:
    """An FPU instruction that did not fault, what it found, and what its task wrote last."""

    executed: bool = False
    by: Task = Task.A
    found: Contents = Contents()
    latest: bool = False


@record
class Machine:
    """One CPU, two tasks. `ts` is CR0.TS: FPU instructions fault while it is set."""

    ts: bool = True
    registers: Contents = Contents()
    current: Task = Task.A
    saved: Family[Task, Saved] = Family({Task.B: Saved(image=Contents(owner=Task.B))})
    latest: Latest = Latest()
    access: Access = Access()
    sets_ts: bool = True


@abstracts("the handler of #NM, the device-not-available fault")
def device_not_available(machine: Machine) -> None:
    """Give the registers to the current task."""
    machine.ts = False
    machine.registers = machine.saved[machine.current].image
    machine.saved[machine.current].uses_fpu = True


@step
def use_fpu(machine: Machine, value: bool) -> None:
    """The current task executes an FPU instruction, which writes a value of its choice."""
    if machine.ts:
        device_not_available(machine)
    access_registers(machine, value)


@observer("what an FPU instruction finds and writes when it does not fault")
def access_registers(machine: Machine, value: bool) -> None:
    """Note what the current task finds in the registers, then let it write."""
    task = machine.current
    machine.access.executed = True
    machine.access.by = task
    machine.access.found = machine.registers
    machine.access.latest = machine.latest.value[task]
    machine.registers = Contents(owner=task, value=value)
    machine.latest.value[task] = value


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


def acts(now: Moment[Machine]) -> Act:
    """Where the fault is raised, who uses the FPU, and who chooses what is next."""
    who = now.before.current.name
    return Act(
        trap="#NM" if now.ran(device_not_available) else "",
        does=f"{who} executes an FPU instruction" if now.ran(use_fpu) else "",
        by="the scheduler" if now.ran(switch_to) else who,
    )


def decides_by(machine: Machine) -> object:
    """The fields that the kernel's code reads."""
    return machine.ts, machine.current, *(machine.saved[task].uses_fpu for task in Task)


def headline(now: Moment[Machine]) -> Sentence | None:
    """Whose registers a task finds, or what value, where the violated claim looks at that."""
    access = now.after.access
    who = f"{access.by.name}'s FPU access "
    if not now.judges(lambda machine: machine.access.found):
        return None
    if access.found.owner != access.by:
        return f"{who}finds ", wrong(f"{access.found.owner.name}'s registers")
    if access.found.value != access.latest:
        latest, found = good(f"{access.latest:d}"), wrong(f"{access.found.value:d}")
        return f"{who}should find ", latest, ", which it wrote last, but finds ", found
    return None


SHOWN: Presentation[Machine] = Presentation(
    lanes=Lanes(lambda machine: machine.current.name),
    acts=acts,
    tables=(
        Table("kernel", "what the kernel decides by", decides_by),
        Table("data", "whose data is where", lambda machine: machine, by_code=False),
    ),
    hands=Hands("the registers", (lambda machine: machine.registers.owner,)),
    headline=headline,
    words={"fpu": "FPU"},
)
"""How people are shown executions; no verdict depends on it."""

fixed = System(
    "lazy/fixed",
    Machine(),
    (use_fpu, switch_to),
    "sets CR0.TS when it switches tasks",
    presentation=SHOWN,
)
broken = System(
    "lazy/broken",
    Machine(sets_ts=False),
    (use_fpu, switch_to),
    "forgets to set CR0.TS",
    presentation=SHOWN,
)
