"""What differs between v5.2, v5.17, v6.1, v6.12 and v6.19: clearing, sigreturn, fork."""

from dataclasses import replace

from nestproof.models.linux import fpu_deferred_smp
from nestproof.models.linux.deferred import DeferredHost, Point, UserTask, holds_fpregs_lock
from nestproof.models.linux.deferred_era import DeferredEra
from nestproof.models.linux.fpu_deferred_smp import (
    __cpu_invalidate_fpregs_state,
    __fpu_invalidate_fpregs_state,
    fpstate_init,
    fpu__drop,
    initial,
    owns_registers,
    restore_fpregs_from_init_fpstate,
    save_fpregs_to_fpstate,
)
from verifier.language import abstracts, models


@models("arch/x86/kernel/fpu/core.c", "fpu__clear", since="v5.2", until="v5.8")
def fpu__clear(host: DeferredHost) -> None:
    """The next part of giving the current task initial registers; most of it can be preempted."""
    task = host.running
    match task.point:
        case Point.UNWANTED:
            fpu__drop(host)
            task.point = Point.DROPPED
        case Point.DROPPED:
            task.need_fpu_load = True
            task.point = Point.NEEDS_LOAD
        case Point.NEEDS_LOAD:
            fpstate_init(task)
            task.point = Point.INITIALISED
        case Point.INITIALISED:
            restore_fpregs_from_init_fpstate(host)
            task.point = Point.CLEAR_LOADED


@abstracts("exec ends in fpu__clear until v5.8, as a signal begins with it")
def flush(host: DeferredHost) -> None:
    """fpu__clear is next."""
    host.running.point = Point.UNWANTED


@models("arch/x86/kernel/fpu/core.c", "fpu__clear_user_states", since="v5.14")
def fpu__clear_user_states(host: DeferredHost) -> None:
    """Load the initial registers; fpregs_mark_activate is the rest, under the same lock."""
    restore_fpregs_from_init_fpstate(host)
    host.running.point = Point.CLEAR_LOADED


@models("arch/x86/kernel/fpu/core.c", "fpu_reset_fpregs", since="v5.17", until="v6.2")
def fpu_reset_fpregs(host: DeferredHost) -> None:
    """The next part of exec's: the image is initial, and has to be loaded."""
    task = host.running
    if task.point == Point.FLUSHING:
        fpu__drop(host)
        task.fpu.state = initial(task)
        task.point = Point.RESET
    else:
        task.need_fpu_load = True
        task.point = Point.USER


@models("arch/x86/kernel/fpu/core.c", "fpu_reset_fpregs", since="v6.12")
def fpu_reset_fpregs_keeping_owner(host: DeferredHost) -> None:
    """The same; it is the task whose registers are invalid, not the processor."""
    task = host.running
    if task.point == Point.FLUSHING:
        __fpu_invalidate_fpregs_state(task.fpu)
        task.fpu.state = initial(task)
        task.point = Point.RESET
    else:
        task.need_fpu_load = True
        task.point = Point.USER


@models("arch/x86/kernel/fpu/signal.c", "__fpu__restore_sig", since="v5.2", until="v5.8")
def __fpu__restore_sig(host: DeferredHost) -> None:
    """Whatever is in the registers is not the task's any more, and is not saved."""
    task = host.running
    task.need_fpu_load = True
    __fpu_invalidate_fpregs_state(task.fpu)


@models("arch/x86/kernel/fpu/signal.c", "restore_fpregs_from_user", since="v5.14")
def restore_fpregs_from_user(_host: DeferredHost) -> None:
    """Nothing comes before the load."""


@models("arch/x86/kernel/fpu/signal.c", "__fpu_restore_sig", since="v5.14")
def __fpu_restore_sig(host: DeferredHost) -> None:
    """The same for a frame that is copied, under fpregs_lock."""
    task = host.running
    task.need_fpu_load = True
    __fpu_invalidate_fpregs_state(task.fpu)
    __cpu_invalidate_fpregs_state(host)


@models("arch/x86/kernel/fpu/core.c", "fpu__copy", since="v5.2", until="v5.14")
def fpu__copy(host: DeferredHost, child: UserTask) -> bool:
    """A parent whose registers are in its image has that copied; else they are saved to both."""
    parent = host.running
    if not parent.need_fpu_load:
        return False
    child.fpu.state = parent.fpu.state
    child.kernel_thread = parent.kernel_thread
    born(child)
    return True


@models("arch/x86/kernel/fpu/core.c", "fpu_clone", since="v5.17")
def fpu_clone(host: DeferredHost, child: UserTask) -> bool:
    """A kernel thread's child gets an initial image; other parents load what they do not have."""
    parent = host.running
    if not parent.kernel_thread:
        if parent.need_fpu_load:
            fpu_deferred_smp.fpregs_restore_userregs(host, owns_registers(host))
            parent.point = Point.CLONE_LOADED
        return False
    child.fpu.state = initial(child)
    child.kernel_thread = True
    born(child)
    return True


@models("arch/x86/kernel/fpu/core.c", "fpu_clone", since="v5.17")
def clone_end(host: DeferredHost, child: UserTask) -> None:
    """Save the registers, which are the parent's, to the child; so does fpu__copy."""
    save_fpregs_to_fpstate(host, child.fpu)
    child.kernel_thread = False
    born(child)


@abstracts("What fpu__copy and fpu_clone say of every child")
def born(child: UserTask) -> None:
    """No processor has the registers of a child, which has to load them."""
    __fpu_invalidate_fpregs_state(child.fpu)
    child.need_fpu_load = True
    child.point = Point.KERNEL


V5_2 = DeferredEra(
    version="v5.2",
    switch_to=fpu_deferred_smp.switch_to,
    clear=fpu__clear,
    flush=flush,
    drop=fpu__drop,
    sigreturn=__fpu__restore_sig,
    sigreturn_slowly=__fpu__restore_sig,
    clone_begin=fpu__copy,
    clone_end=clone_end,
    exit_to_user_mode=fpu_deferred_smp.exit_to_user_mode,
    kernel_fpu_begin=fpu_deferred_smp.kernel_fpu_begin,
    kernel_fpu_end=fpu_deferred_smp.kernel_fpu_end,
    irq_fpu_usable=fpu_deferred_smp.irq_fpu_usable,
    cannot_be_left=holds_fpregs_lock,
    softirqs_off=holds_fpregs_lock,
    reads_owner_once=True,
    failed_load_disowns=False,
    hardirq_asks=False,
    falls_back=True,
    loads_in_parts=True,
)
V5_2_REPAIRED = replace(
    V5_2,
    version="v5.2, repaired",
    reads_owner_once=False,
    failed_load_disowns=True,
    failed_copy_disowns=True,
    hardirq_asks=True,
)
V5_17 = replace(
    V5_2,
    version="v5.17",
    clear=fpu__clear_user_states,
    flush=fpu_reset_fpregs,
    sigreturn=restore_fpregs_from_user,
    sigreturn_slowly=__fpu_restore_sig,
    clone_begin=fpu_clone,
    reads_owner_once=False,
    failed_load_disowns=True,
    falls_back=False,
    loads_in_parts=False,
)
V6_1 = replace(V5_17, version="v6.1", hardirq_asks=True)
V6_12 = replace(V6_1, version="v6.12", flush=fpu_reset_fpregs_keeping_owner)
V6_19 = replace(
    V6_12,
    version="v6.19",
    switch_to=fpu_deferred_smp.switch_fpu,
    drop=fpu_deferred_smp.fpu__drop_owned,
)
