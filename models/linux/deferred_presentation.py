"""How people are shown v5.2 and later on two processors: who runs where, whose registers."""

from collections.abc import Mapping

from nestproof.models.linux import deferred_steps
from nestproof.models.linux.deferred import Deferred, UserTask
from nestproof.models.linux.task import CpuName, Processor
from nestproof.models.ownership import presentation as ownership
from nestproof.models.x86 import presentation as x86
from verifier.language import (
    Act,
    Causes,
    Each,
    Flags,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    Table,
)

INTERRUPTS = (
    deferred_steps.hardirq,
    deferred_steps.softirq_begin,
    deferred_steps.softirq_use,
    deferred_steps.softirq_end,
)


def acts(now: Moment[Deferred]) -> Act:
    """A step is one of the processor that executes behind it."""
    does = ownership.touches_the_registers(
        now, lambda state: state.access
    ) or ownership.tries_the_registers(now, lambda state: state.transient)
    return Act(does=does, by=chooser(now), who=now.after.host.executing.value)


def chooser(now: Moment[Deferred]) -> str:
    """Who makes the choices of a step."""
    if now.ran(deferred_steps.run_cpu):
        return "the machine"
    if now.ran(deferred_steps.schedule):
        return "the scheduler"
    if now.ran(*INTERRUPTS):
        return "an interrupt"
    if now.ran(deferred_steps.debug):
        return "a debugger"
    return f"task {now.before.host.this_cpu.current.value}"


def headline(now: Moment[Deferred]) -> Sentence | None:
    """What a context finds in the registers."""
    return ownership.found_in_the_registers(
        now, lambda state: state.access
    ) or ownership.found_by_trying(now, lambda state: state.transient)


def current_tasks(state: Deferred) -> Mapping[str, str]:
    """The task that runs on each processor."""
    return {name.value: cpu.current.value for name, cpu in state.host.cpus.items()}


DEFERRED: Presentation[Deferred] = Presentation(
    lanes=Lanes(lambda _: tuple(name.value for name in CpuName), holds=current_tasks),
    acts=acts,
    tables=(
        Table("CPU 0", "CPU 0", lambda state: state.host.cpus[CpuName.CPU0]),
        Table("CPU 1", "CPU 1", lambda state: state.host.cpus[CpuName.CPU1]),
        Table("tasks", "tasks and their images", lambda state: state.host.tasks),
        Table("observed", "observed", lambda state: (state.access, state.latest), by_code=False),
    ),
    flags=Flags(
        "FPU registers",
        (
            Each(Processor, lambda cpu: (cpu.fpu_owner_task, cpu.cpu.registers.owner)),
            Each(UserTask, lambda task: task.need_fpu_load),
        ),
    ),
    causes=Causes(
        hardware=lambda state: (
            state.host.cpus[CpuName.CPU0].cpu,
            state.host.cpus[CpuName.CPU1].cpu,
        )
    ),
    hands=ownership.HANDS,
    headline=headline,
    registers=x86.REGISTERS,
    words=x86.WORDS,
)
