"""The kernel's own use of the FPU, v3.4 to v3.19: arch/x86/kernel/i387.c."""

from nestproof.models.linux.fpu_internal import (
    __thread_clear_has_fpu,
    __thread_fpu_end,
    fpu_save_init,
    init_fpu,
    math_state_restore,
    use_eager_fpu,
)
from nestproof.models.linux.instructions import clts, stts
from nestproof.models.linux.task import Interrupt, Linux, Owner, Place, TaskName
from verifier.language import models


@models("arch/x86/kernel/i387.c", "unlazy_fpu", since="v3.4", until="v4.1")
def unlazy_fpu(host: Linux) -> None:
    """Take the registers away from the current task, preemption off."""
    task = host.running
    if task.fpu.has_fpu:
        fpu_save_init(host, task.fpu)
        __thread_fpu_end(host, task)
    else:
        task.fpu_counter = False


@models("arch/x86/kernel/i387.c", "kernel_fpu_begin", since="v3.4", until="v3.10")
def kernel_fpu_begin_save(host: Linux) -> Place:
    """Preemption is off from here to kernel_fpu_end, interrupts are not.

    Since v3.7 it is in asm/i387.h and leaves all but the warning to __kernel_fpu_begin.
    """
    assert irq_fpu_usable(host), "kernel_fpu_begin: WARN_ON_ONCE(!irq_fpu_usable())"
    task = host.running
    if task.fpu.has_fpu:
        fpu_save_init(host, task.fpu)
        return Place.FPU_SAVED
    if not use_eager_fpu(host):
        host.this_cpu.fpu_owner_task = Owner.NOBODY
    return Place.FPU_FREE


@models("arch/x86/kernel/i387.c", "kernel_fpu_begin", since="v3.4", until="v3.10")
def kernel_fpu_begin_rest(host: Linux, found: Place) -> None:
    """Mark the saved registers as saved, or clear TS where there was nothing to save."""
    if found == Place.FPU_SAVED:
        __thread_clear_has_fpu(host, host.running)
    elif not use_eager_fpu(host):
        clts(host)
    host.this_cpu.in_kernel_fpu = True


@models("arch/x86/kernel/i387.c", "kernel_fpu_begin", since="v3.4", until="v3.10")
def kernel_fpu_begin(host: Linux) -> None:
    """Give the registers to the kernel."""
    kernel_fpu_begin_rest(host, kernel_fpu_begin_save(host))


@models("arch/x86/kernel/i387.c", "__kernel_fpu_begin", since="v3.10", until="v4.0")
def kernel_fpu_begin_clear(host: Linux) -> Place:
    """The same in the other order: the registers are no longer the task's, then they are saved."""
    assert irq_fpu_usable_eagerly(host), "kernel_fpu_begin: WARN_ON_ONCE(!irq_fpu_usable())"
    task = host.running
    if task.fpu.has_fpu:
        __thread_clear_has_fpu(host, task)
        return Place.FPU_SAVED
    if not use_eager_fpu(host):
        host.this_cpu.fpu_owner_task = Owner.NOBODY
    return Place.FPU_FREE


@models("arch/x86/kernel/i387.c", "__kernel_fpu_begin", since="v3.10", until="v4.0")
def kernel_fpu_begin_save_last(host: Linux, found: Place) -> None:
    """Save the registers, or clear TS where there was nothing to save."""
    if found == Place.FPU_SAVED:
        fpu_save_init(host, host.running.fpu)
    elif not use_eager_fpu(host):
        clts(host)
    host.this_cpu.in_kernel_fpu = True


@models("arch/x86/kernel/i387.c", "__kernel_fpu_begin", since="v3.10", until="v4.0")
def __kernel_fpu_begin(host: Linux) -> None:
    """Give the registers to the kernel."""
    kernel_fpu_begin_save_last(host, kernel_fpu_begin_clear(host))


@models("arch/x86/kernel/i387.c", "kernel_fpu_end", since="v3.4", until="v4.0")
def kernel_fpu_end(host: Linux) -> None:
    """Leave the registers to nobody, or give them back at once; since v3.15 if used_math is set."""
    if use_eager_fpu(host):
        math_state_restore(host)
    else:
        stts(host)
    host.this_cpu.in_kernel_fpu = False


@models("arch/x86/kernel/i387.c", "interrupted_kernel_fpu_idle", since="v3.4", until="v3.10")
def interrupted_kernel_fpu_idle(host: Linux) -> bool:
    """Whether a kernel FPU section would change nothing that the interrupted code sees.

    TS is never set where use_eager_fpu() holds, so it is not idle there.
    """
    return (host.running.fpu.has_fpu ^ True) & host.cr0.ts


@models("arch/x86/kernel/i387.c", "irq_fpu_usable", since="v3.4", until="v3.10")
def irq_fpu_usable(host: Linux) -> bool:
    """Usable in process context, over user mode, or when the interrupted kernel has it idle."""
    return (
        (host.this_cpu.interrupt == Interrupt.NONE)
        | (host.this_cpu.interrupt == Interrupt.FROM_USER)
        | interrupted_kernel_fpu_idle(host)
    )


@models("arch/x86/kernel/i387.c", "interrupted_kernel_fpu_idle", since="v3.10", until="v4.0")
def interrupted_kernel_fpu_idle_eagerly(host: Linux) -> bool:
    """The same; an eager section saves and loads, so it may run until the task has been saved."""
    if use_eager_fpu(host):
        return host.running.fpu.has_fpu
    return interrupted_kernel_fpu_idle(host)


@models("arch/x86/kernel/i387.c", "irq_fpu_usable", since="v3.10", until="v4.0")
def irq_fpu_usable_eagerly(host: Linux) -> bool:
    """Usable in process context, over user mode, or when the interrupted kernel has it idle."""
    return (
        (host.this_cpu.interrupt == Interrupt.NONE)
        | (host.this_cpu.interrupt == Interrupt.FROM_USER)
        | interrupted_kernel_fpu_idle_eagerly(host)
    )


@models("arch/x86/kernel/i387.c", "init_fpu", since="v3.4", until="v4.2")
def foreign_write(host: Linux, target: TaskName) -> None:
    """A debugger is about to write the image of a stopped task: its registers are stale."""
    task = host.tasks[target]
    if task.used_math:
        task.fpu.last_cpu = False
    else:
        init_fpu(task)


@models("arch/x86/kernel/i387.c", "xstateregs_set", since="v3.4", until="v4.2")
def foreign_write_refused(host: Linux, target: TaskName) -> None:
    """A debugger writes an image that XRSTOR refuses, by a way that is not known.

    What xstateregs_set lets through is sound: it clears bytes 23:8 of the header.
    """
    foreign_write(host, target)
    host.tasks[target].fpu.refused = True
