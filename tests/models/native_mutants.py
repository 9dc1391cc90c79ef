"""Kernels with one mistake each, made from the shipped texts."""

from nestproof.models.linux import fpu_core, fpu_internal, i387, signals
from nestproof.models.linux.fpu_internal import switch_fpu_finish
from nestproof.models.linux.instructions import clts, stts
from nestproof.models.linux.native import Native
from nestproof.models.linux.owner import owner_named
from nestproof.models.linux.processor import clobber
from nestproof.models.linux.task import Host, Interrupt, Place, TaskName
from verifier.language import abstracts, assume, step


@abstracts("mutant")
def kernel_fpu_end_leaves_ts_clear(host: Host) -> None:
    host.in_kernel_fpu = False


@abstracts("mutant: the warning only warns")
def save_init_fpu_without_a_warning(host: Host) -> None:
    fpu_internal.fpu_save_init(host, host.running.fpu)
    fpu_internal.__thread_fpu_end(host, host.running)


@abstracts("mutant")
def kernel_fpu_begin_keeps_the_owner(host: Host, found: Place) -> None:
    if found == Place.FPU_SAVED:
        host.running.fpu.has_fpu = False
    else:
        clts(host)
    host.in_kernel_fpu = True


@abstracts("mutant")
def kernel_fpu_begin_save_without_owner(host: Host) -> Place:
    task = host.running
    if task.fpu.has_fpu:
        fpu_internal.fpu_save_init(host, task.fpu)
        return Place.FPU_SAVED
    return Place.FPU_FREE


@abstracts("mutant: Linux before 089f9fba56fa")
def foreign_write_keeps_last_cpu(host: Host, target: TaskName) -> None:
    host.tasks[target].used_math = True


@abstracts("mutant: Linux before 13b79b97156")
def irq_fpu_usable_negated(host: Host) -> bool:
    return i387.irq_fpu_usable(host) ^ True


@abstracts("mutant: the test of TS is missing")
def irq_fpu_usable_without_ts(host: Host) -> bool:
    return (host.interrupt != Interrupt.FROM_KERNEL) | (host.running.fpu.has_fpu ^ True)


@abstracts("mutant: the task that is switched out is marked instead of the next")
def switch_swaps_the_owner(host: Host, to: TaskName, frequent: bool) -> None:
    old = host.current
    fpu_internal.switch_to(host, to, frequent)
    if host.fpu_owner_task == owner_named(to):
        host.fpu_owner_task = owner_named(old)


@abstracts("mutant: lazy restore by the owner alone")
def switch_ignores_last_cpu(host: Host, to: TaskName, frequent: bool) -> None:
    upcoming = host.tasks[to]
    kept = (host.fpu_owner_task == owner_named(to)) & (host.running.fpu.has_fpu ^ True)
    preload = fpu_internal.switch_fpu_prepare(host, host.running, to, frequent)
    switch_fpu_finish(host, upcoming, preload & (kept ^ True))
    host.current = to


@abstracts("mutant: destroyed registers are marked as this processor's")
def switch_trusts_destroyed_registers(host: Host, to: TaskName, frequent: bool) -> None:
    old = host.running
    saved = old.fpu.has_fpu
    fpu_internal.switch_to(host, to, frequent)
    if saved:
        old.fpu.last_cpu = True


@abstracts("mutant: the registers are not saved")
def switch_forgets_to_save(host: Host, to: TaskName, frequent: bool) -> None:
    host.running.fpu.has_fpu = False
    stts(host)
    i387.switch_to(host, to, frequent)


@step
def signal_clears_used_math_first(s: Native) -> None:
    """mutant: Linux before 06c38d5e36b."""
    assume((s.host.current == TaskName.A) & (not s.in_signal))
    signals.signal(s)
    s.host.running.used_math = False


@step
def switch_begins(s: Native, to: TaskName) -> None:
    """mutant: `__switch_to` with interrupts on clears TS early, before current changes."""
    assume((s.host.interrupt == Interrupt.NONE) & (s.host.current != to))
    assume(s.host.running.place == Place.USER)
    upcoming = s.host.tasks[to]
    assume(upcoming.used_math & upcoming.fpu_counter & (upcoming.place == Place.USER))
    i387.__unlazy_fpu(s.host, s.host.running)
    clts(s.host)
    s.host.running.place = Place.FPU_FREE


@step
def switch_ends(s: Native, to: TaskName) -> None:
    """mutant: the second half, after whatever interrupts did in between."""
    assume((s.host.interrupt == Interrupt.NONE) & (s.host.current != to))
    assume(s.host.running.place == Place.FPU_FREE)
    upcoming = s.host.tasks[to]
    assume(upcoming.used_math & upcoming.fpu_counter & (upcoming.place == Place.USER))
    s.host.running.place = Place.USER
    s.host.current = to
    i387.__math_state_restore(s.host)


@step
def careless_hardirq(s: Native) -> None:
    """An interrupt whose registers get_irq_regs() does not show, so that v3.2 lets it go on."""
    before = s.host.interrupt
    s.host.interrupt = Interrupt.NO_REGISTERS
    assume(s.host.era.irq_fpu_usable(s.host))
    s.host.era.kernel_fpu_begin(s.host)
    clobber(s)
    s.host.era.kernel_fpu_end(s.host)
    s.host.interrupt = before


@abstracts("mutant: an eager section is not marked")
def eager_begin_unmarked(host: Host) -> Place:
    place = fpu_core.kernel_fpu_begin_save(host)
    host.in_kernel_fpu = False
    return place


@abstracts("mutant: an eager section leaves the owner")
def eager_begin_keeps_the_owner(host: Host, _found: Place) -> None:
    host.in_kernel_fpu = True


@abstracts("mutant: an eager section is closed without a load")
def eager_end_without_load(host: Host) -> None:
    host.in_kernel_fpu = False


@abstracts("mutant: an eager switch always believes in the registers of the owner")
def eager_switch_ignores_last_cpu(host: Host, to: TaskName, _frequent: bool) -> None:
    fpu_core.switch_fpu_prepare(host, host.running)
    host.tasks[to].fpu.last_cpu = True
    fpu_core.switch_fpu_finish(host, to)
    host.current = to


@abstracts("mutant: an eager switch does not save")
def eager_switch_without_save(host: Host, to: TaskName, _frequent: bool) -> None:
    host.running.fpu.has_fpu = False
    host.running.fpu.last_cpu = True
    fpu_core.switch_fpu_finish(host, to)
    host.current = to


@abstracts("repair: registers are dropped with preemption off")
def drops_registers_in_one_part(host: Host) -> None:
    i387.start_afresh(host)
    if host.running.place == Place.FLAG_CLEARED:
        i387.start_afresh(host)


@abstracts("repair: registers are taken with preemption off")
def takes_registers_in_one_part(host: Host) -> None:
    i387.take_registers(host)
    if host.running.place == Place.RETURN_TS_CLEARED:
        i387.take_registers(host)


@abstracts("repair: without an interrupt's registers it may have interrupted the kernel")
def irq_fpu_usable_needs_registers(host: Host) -> bool:
    from_process_or_user = (host.interrupt == Interrupt.NONE) | (
        host.interrupt == Interrupt.FROM_USER
    )
    return from_process_or_user | host.cpu.cr0.ts


@abstracts("repair: fpu__save marks the registers as the kernel's until they are loaded again")
def fpu__save_marked(host: Host) -> None:
    fpu_core.fpu__save(host)
    host.in_kernel_fpu = host.running.place == Place.SAVE_DESTROYED


@abstracts("repair: the other end of fpu__save")
def fpu__save_rest_marked(host: Host) -> None:
    fpu_core.fpu__save_rest(host)
    host.in_kernel_fpu = False
