"""Eager switching by fpu->initialized: v4.14 to v5.1, as v4.19 has it, and v4.20.

Preemption is off in less of it than from v5.2 on, and softirqs nowhere but in v4.20's sigreturn.
In the model `need_fpu_load` is that fpu->initialized is 0. A signal frame that cannot be read ends
in fpu__clear here; the source loads an initial image before it sends SIGSEGV.
"""

from dataclasses import replace

from nestproof.models.linux.deferred import DeferredHost, Point, UserTask
from nestproof.models.linux.deferred_era import DeferredEra
from nestproof.models.linux.fpu_deferred_eras import flush
from nestproof.models.linux.fpu_deferred_smp import (
    __cpu_invalidate_fpregs_state,
    __fpu_invalidate_fpregs_state,
    fpregs_state_valid,
    fpstate_init,
    owns_registers,
    restore_fpregs_from_fpstate,
    restore_fpregs_from_init_fpstate,
    save_fpregs_to_fpstate,
)
from nestproof.models.linux.owner import owner_named
from nestproof.models.linux.task import TaskName
from verifier.language import abstracts, models


@models("arch/x86/kernel/process_64.c", "__switch_to", since="v4.14", until="v5.2")
def switch_to(host: DeferredHost, to: TaskName) -> None:
    """switch_fpu_prepare, switch_fpu_finish, then current changes; interrupts off."""
    old = host.running
    if old.need_fpu_load:
        __fpu_invalidate_fpregs_state(old.fpu)
    else:
        save_fpregs_to_fpstate(host, old.fpu)
        old.fpu.set_last_cpu(host.executing, True)
    host.this_cpu.current = to
    if not host.running.need_fpu_load:
        switch_fpu_finish(host)


@models("arch/x86/include/asm/fpu/internal.h", "switch_fpu_finish", since="v4.14", until="v5.2")
def switch_fpu_finish(host: DeferredHost) -> None:
    """Load the new task's registers, unless they are still there."""
    if fpregs_state_valid(host, owns_registers(host)):
        host.user_return.still_there = True
    else:
        host.user_return.loaded = True
        restore_fpregs_from_fpstate(host, host.running.fpu)
    fpregs_activate(host)


@models("arch/x86/include/asm/fpu/internal.h", "fpregs_activate", since="v4.14", until="v5.2")
def fpregs_activate(host: DeferredHost) -> None:
    """The registers are the current task's."""
    host.this_cpu.fpu_owner_task = owner_named(host.this_cpu.current)


@abstracts("Registers are loaded at switches")
def exit_to_user_mode(_host: DeferredHost) -> None:
    """Nothing is left to be done."""


@models("arch/x86/kernel/fpu/core.c", "irq_fpu_usable", since="v4.10", until="v5.18")
def irq_fpu_usable(host: DeferredHost, _hardirq: bool) -> bool:
    """Usable outside kernel FPU sections; over user mode and in process context there is none."""
    return not host.this_cpu.in_kernel_fpu


@models("arch/x86/kernel/fpu/core.c", "__kernel_fpu_begin", since="v4.14", until="v5.2")
def __kernel_fpu_begin(host: DeferredHost) -> None:
    """Give the registers to the kernel, whose first action keeps interrupts away."""
    host.this_cpu.in_kernel_fpu = True
    if host.running.need_fpu_load:
        __cpu_invalidate_fpregs_state(host)
    else:
        save_fpregs_to_fpstate(host, host.running.fpu)


@models("arch/x86/kernel/fpu/core.c", "__kernel_fpu_end", since="v4.14", until="v5.2")
def __kernel_fpu_end(host: DeferredHost) -> None:
    """Give them back."""
    if not host.running.need_fpu_load:
        restore_fpregs_from_fpstate(host, host.running.fpu)
    host.this_cpu.in_kernel_fpu = False


@models("arch/x86/kernel/fpu/core.c", "fpu__drop", since="v4.14", until="v5.2")
def fpu__drop(host: DeferredHost) -> None:
    """The current task has no FPU state any more."""
    if not host.running.need_fpu_load:
        __cpu_invalidate_fpregs_state(host)
    host.running.need_fpu_load = True


@models("arch/x86/kernel/fpu/core.c", "fpu__clear", since="v4.14", until="v5.2")
def fpu__clear(host: DeferredHost) -> None:
    """The next part of giving the current task initial registers."""
    task = host.running
    match task.point:
        case Point.UNWANTED:
            fpu__drop(host)
            task.point = Point.DROPPED
        case Point.DROPPED:
            fpstate_init(task)
            task.need_fpu_load = False
            task.point = Point.INITIALISED
        case Point.INITIALISED:
            restore_fpregs_from_init_fpstate(host)
            task.point = Point.CLEAR_LOADED


@models("arch/x86/kernel/fpu/signal.c", "__fpu__restore_sig", since="v4.14", until="v5.2")
def user_fpu_begin(host: DeferredHost) -> None:
    """The registers are the current task's; XRSTOR is next."""
    fpregs_activate(host)


@models("arch/x86/kernel/fpu/core.c", "fpu__copy", since="v4.14", until="v5.2")
def fpu__copy(host: DeferredHost, child: UserTask) -> bool:
    """A child without FPU state has nothing to copy; any other gets the registers."""
    if not host.running.need_fpu_load:
        return False
    child.kernel_thread = True
    child.need_fpu_load = True
    __fpu_invalidate_fpregs_state(child.fpu)
    child.point = Point.KERNEL
    return True


@models("arch/x86/kernel/fpu/core.c", "fpu__copy", since="v4.14", until="v5.2")
def fpu__copy_end(host: DeferredHost, child: UserTask) -> None:
    """Save the registers to the child."""
    save_fpregs_to_fpstate(host, child.fpu)
    child.kernel_thread = False
    child.need_fpu_load = False
    __fpu_invalidate_fpregs_state(child.fpu)
    child.point = Point.KERNEL


@abstracts("fpu__clear and fpu__save switch preemption off, and so do the two ends of sigreturn")
def cannot_be_left(point: Point) -> bool:
    """Whether preemption is off where a task stands."""
    clearing = (point == Point.INITIALISED) | (point == Point.CLEAR_LOADED)
    return clearing | (point == Point.SAVING) | (point == Point.RETURN_LOADED)


@abstracts(
    "68239654acaf switches softirqs off, and with them preemption, before it marks the image"
)
def cannot_be_left_marked(point: Point) -> bool:
    """The same, with the middle of sigreturn."""
    return cannot_be_left(point) | (point == Point.MARKED)


@abstracts("Softirqs run wherever interrupts do")
def softirqs_on(_point: Point) -> bool:
    """Nowhere are they off."""
    return False


@abstracts("68239654acaf: local_bh_disable around the end of sigreturn")
def softirqs_off_marked(point: Point) -> bool:
    """Only there are they off."""
    return (point == Point.MARKED) | (point == Point.RETURN_LOADED)


V4_19 = DeferredEra(
    version="v4.19",
    switch_to=switch_to,
    clear=fpu__clear,
    flush=flush,
    drop=fpu__drop,
    sigreturn=user_fpu_begin,
    sigreturn_slowly=fpu__drop,
    clone_begin=fpu__copy,
    clone_end=fpu__copy_end,
    exit_to_user_mode=exit_to_user_mode,
    kernel_fpu_begin=__kernel_fpu_begin,
    kernel_fpu_end=__kernel_fpu_end,
    irq_fpu_usable=irq_fpu_usable,
    cannot_be_left=cannot_be_left,
    softirqs_off=softirqs_on,
    marks_first=True,
)
V4_20 = replace(
    V4_19,
    version="v4.20",
    cannot_be_left=cannot_be_left_marked,
    softirqs_off=softirqs_off_marked,
)
