"""Two CPUs that take tasks from each other; each loads registers when its task first uses them."""

from dataclasses import replace
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


class Name(Enum):
    """A CPU."""

    CPU0 = 0
    CPU1 = 1


class Task(Enum):
    """Who runs on a CPU, or waits."""

    A = 0
    B = 1
    C = 2


@ghost
class Contents:
    """Whose data is in a set of registers, one bit of it."""

    owner: Task = Task.A
    value: bool = False


@record
class Cpu:
    """A processor, and the kernel's variables of it."""

    trap: bool = True
    registers: Contents = Contents()
    current: Task = Task.A
    owner: Task = Task.A


@record
class Thread:
    """What the kernel stores for a task."""

    image: Contents = Contents()
    last_cpu: Name = Name.CPU0
    used: bool = False


@ghost
class Latest:
    """The value that each task wrote last."""

    value: Family[Task, bool] = Family()


@event
class Access:
    """What a task finds in the registers, and what it wrote last."""

    executed: bool = False
    by: Task = Task.A
    found: Contents = Contents()
    latest: bool = False


@record
class Machine:
    """Two CPUs and three tasks."""

    cpus: Family[Name, Cpu] = Family(
        {Name.CPU1: Cpu(current=Task.B, owner=Task.B, registers=Contents(owner=Task.B))}
    )
    threads: Family[Task, Thread] = Family(
        {
            Task.B: Thread(image=Contents(owner=Task.B), last_cpu=Name.CPU1),
            Task.C: Thread(image=Contents(owner=Task.C)),
        }
    )
    latest: Latest = Latest()
    access: Access = Access()
    checks_last_cpu: bool = True


@abstracts("the handler of the fault that the trap bit raises")
def use_disabled(machine: Machine, name: Name) -> None:
    """Load the registers of the task, unless they are there still."""
    cpu = machine.cpus[name]
    cpu.trap = False
    thread = machine.threads[cpu.current]
    there = cpu.owner == cpu.current
    if machine.checks_last_cpu:
        there = there and thread.last_cpu == name
    if not there:
        cpu.registers = thread.image
        cpu.owner = cpu.current
    thread.last_cpu = name
    thread.used = True


@step
def use(machine: Machine, cpu: Name, value: bool) -> None:
    """The task on a CPU uses the registers, and writes a value of its choice."""
    if machine.cpus[cpu].trap:
        use_disabled(machine, cpu)
    access_registers(machine, cpu, value)


@observer("what a use of the registers finds and writes")
def access_registers(machine: Machine, name: Name, value: bool) -> None:
    """Note what the task on a CPU finds, then let it write."""
    cpu = machine.cpus[name]
    task = cpu.current
    machine.access.executed = True
    machine.access.by = task
    machine.access.found = cpu.registers
    machine.access.latest = machine.latest.value[task]
    cpu.registers = Contents(owner=task, value=value)
    machine.latest.value[task] = value


@step
def switch(machine: Machine, cpu: Name, to: Task) -> None:
    """A CPU takes a task that runs nowhere; what the last one used is saved, and stays there."""
    assume(all(machine.cpus[each].current != to for each in Name))
    here = machine.cpus[cpu]
    previous = machine.threads[here.current]
    if previous.used:
        previous.image = here.registers
        previous.used = False
    here.trap = True
    here.current = to


def on(now: Moment[Machine]) -> Name:
    """The CPU of a step."""
    return next(each for each in Name if now.choices["cpu"] == each)


def acts(now: Moment[Machine]) -> Act:
    """Each step happens on a CPU, to the task that runs there."""
    cpu = on(now)
    task = now.before.cpus[cpu].current.name
    return Act(
        who=cpu.name,
        trap="fault" if now.ran(use_disabled) else "",
        does=f"{task} uses the registers on {cpu.name}" if now.ran(use) else "",
        by="the scheduler" if now.ran(switch) else task,
    )


def decides_by(machine: Machine) -> object:
    """The fields that the kernel's code reads."""
    cpus = (machine.cpus[each] for each in Name)
    threads = (machine.threads[each] for each in Task)
    return (
        *((cpu.trap, cpu.current, cpu.owner) for cpu in cpus),
        *((thread.last_cpu, thread.used) for thread in threads),
    )


def headline(now: Moment[Machine]) -> Sentence | None:
    """What a task finds in place of what it wrote last."""
    access = now.after.access
    latest, found = good(f"{access.latest:d}"), wrong(f"{access.found.value:d}")
    return f"{access.by.name} should find ", latest, ", which it wrote last, but finds ", found


CPUS: Lanes[Machine] = Lanes(
    lambda _: tuple(name.name for name in Name),
    holds=lambda machine: {name.name: machine.cpus[name].current.name for name in Name},
)
"""Who acts, and which task is where."""

SHOWN: Presentation[Machine] = Presentation(
    lanes=CPUS,
    acts=acts,
    tables=(
        Table("kernel", "what the kernel decides by", decides_by),
        Table("data", "whose data is where", lambda machine: machine, by_code=False),
    ),
    hands=Hands("the registers", (lambda machine: machine.cpus[Name.CPU0].registers.owner,)),
    headline=headline,
)
"""How people are shown executions: a lane for each CPU."""
BY_TASKS: Presentation[Machine] = replace(
    SHOWN,
    lanes=Lanes(lambda machine: tuple(machine.cpus[name].current.name for name in Name)),
    acts=lambda now: replace(acts(now), who=now.before.cpus[on(now)].current.name),
)
"""The same with a lane for each task."""

fixed = System(
    "two-cpus/fixed",
    Machine(),
    (use, switch),
    "looks at where the task's registers were last",
    presentation=SHOWN,
)
broken = System(
    "two-cpus/broken",
    Machine(checks_last_cpu=False),
    (use, switch),
    "looks only at whose registers the CPU had last",
    presentation=SHOWN,
)
tasks = System(
    "two-cpus/by-tasks",
    Machine(checks_last_cpu=False),
    (use, switch),
    "the same, with a lane for each task",
    presentation=BY_TASKS,
)
