"""How people are shown Linux on two processors: who runs where, and who has the registers."""

from collections.abc import Mapping
from dataclasses import replace

from nestproof.models.linux.presentation import acts as bare_acts
from nestproof.models.linux.presentation import chooser
from nestproof.models.linux.smp import Smp, run_cpu
from nestproof.models.linux.task import CpuName, Fpu, Processor
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


def acts(now: Moment[Smp]) -> Act:
    """A step is one of the processor that executes behind it."""
    executing = now.after.host.executing.value
    by = "the machine" if now.ran(run_cpu) else chooser(now)
    return replace(bare_acts(now), who=executing, by=by)


def headline(now: Moment[Smp]) -> Sentence | None:
    """What a context finds in the registers."""
    return ownership.found_in_the_registers(
        now, lambda smp: smp.access
    ) or ownership.found_by_trying(now, lambda smp: smp.transient)


def current_tasks(smp: Smp) -> Mapping[str, str]:
    """The task that runs on each processor."""
    return {name.value: cpu.current.value for name, cpu in smp.host.cpus.items()}


SMP: Presentation[Smp] = Presentation(
    lanes=Lanes(lambda _: tuple(name.value for name in CpuName), holds=current_tasks),
    acts=acts,
    tables=(
        Table("CPU 0", "CPU 0", lambda smp: smp.host.cpus[CpuName.CPU0]),
        Table("CPU 1", "CPU 1", lambda smp: smp.host.cpus[CpuName.CPU1]),
        Table("tasks", "tasks and their images", lambda smp: smp.host.tasks),
        Table("observed", "observed", lambda smp: (smp.access, smp.latest), by_code=False),
    ),
    flags=Flags(
        "FPU registers",
        (
            Each(Processor, lambda cpu: (cpu.fpu_owner_task, cpu.cpu.registers.owner)),
            Each(Fpu, lambda fpu: fpu.has_fpu),
        ),
    ),
    causes=Causes(
        hardware=lambda smp: (smp.host.cpus[CpuName.CPU0].cpu, smp.host.cpus[CpuName.CPU1].cpu)
    ),
    hands=ownership.HANDS,
    headline=headline,
    registers=x86.REGISTERS,
    words=x86.WORDS,
)
