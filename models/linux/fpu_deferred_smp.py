"""FPU switching with loads deferred to the return to user mode: v5.2 to v6.19.

Functions have the names of the latest version that has them. What the source does with interrupts
off is one function here; what it does under fpregs_lock is split where an interrupt can come.
WARN_ON_FPU counts as an assertion: it is one with CONFIG_X86_DEBUG_FPU.
"""

from nestproof.models.linux.deferred import DeferredHost, UserTask, holds_fpregs_lock
from nestproof.models.linux.owner import owner_named
from nestproof.models.linux.task import Fpu, Interrupt, Owner, TaskName
from nestproof.models.ownership.contents import Contents
from verifier.language import abstracts, models


@models("arch/x86/kernel/fpu/core.c", "save_fpregs_to_fpstate", since="v5.14")
def save_fpregs_to_fpstate(host: DeferredHost, fpu: Fpu) -> None:
    """Save the registers to an image; copy_fpregs_to_fpstate before v5.14."""
    fpu.state = host.this_cpu.cpu.registers


@models("arch/x86/kernel/fpu/core.c", "restore_fpregs_from_fpstate", since="v5.14")
def restore_fpregs_from_fpstate(host: DeferredHost, fpu: Fpu) -> None:
    """Load the registers from an image; copy_kernel_to_fpregs before v5.14."""
    host.this_cpu.cpu.registers = fpu.state


@models("arch/x86/kernel/fpu/context.h", "__cpu_invalidate_fpregs_state", since="v5.16")
def __cpu_invalidate_fpregs_state(host: DeferredHost) -> None:
    """The registers are nobody's; also fpregs_deactivate. In asm/fpu/internal.h before v5.16."""
    host.this_cpu.fpu_owner_task = Owner.NOBODY


@models("arch/x86/kernel/fpu/context.h", "__fpu_invalidate_fpregs_state", since="v5.16")
def __fpu_invalidate_fpregs_state(fpu: Fpu) -> None:
    """No processor has a task's registers; in asm/fpu/internal.h before v5.16."""
    fpu.last_cpu = False


@models("arch/x86/kernel/fpu/context.h", "fpregs_state_valid", since="v5.16")
def fpregs_state_valid(host: DeferredHost, owned: bool) -> bool:
    """Whether the registers are the current task's, given whether the owner read was it."""
    return owned & host.running.fpu.was_last_on(host.executing)


@models("arch/x86/kernel/fpu/context.h", "fpregs_state_valid", since="v5.16")
def owns_registers(host: DeferredHost) -> bool:
    """The half of it that reads fpu_fpregs_owner_ctx."""
    return host.this_cpu.fpu_owner_task == owner_named(host.this_cpu.current)


@models("arch/x86/kernel/fpu/context.h", "fpregs_restore_userregs", since="v5.16")
def fpregs_restore_userregs(host: DeferredHost, owned: bool) -> None:
    """Load the current task's registers where they are not valid; fpregs_mark_activate is the rest.

    __fpregs_load_activate before v5.16. Where they are valid the source only clears
    TIF_NEED_FPU_LOAD, and the rest of what fpregs_mark_activate sets is so already.
    """
    assert not host.running.kernel_thread, "WARN_ON_ONCE(current->flags & PF_KTHREAD)"
    if fpregs_state_valid(host, owned):
        host.user_return.still_there = True
    else:
        host.user_return.loaded = True
        restore_fpregs_from_fpstate(host, host.running.fpu)


@models("arch/x86/kernel/fpu/core.c", "fpregs_mark_activate", since="v5.2")
def fpregs_mark_activate(host: DeferredHost) -> None:
    """The registers are the current task's."""
    host.this_cpu.fpu_owner_task = owner_named(host.this_cpu.current)
    host.running.fpu.set_last_cpu(host.executing, True)
    host.running.need_fpu_load = False


@models("arch/x86/kernel/fpu/core.c", "switch_fpu_return", since="v5.2")
def switch_fpu_return(host: DeferredHost) -> None:
    """Load the current task's registers before it is in user mode, interrupts off."""
    fpregs_restore_userregs(host, owns_registers(host))
    fpregs_mark_activate(host)


@models("arch/x86/kernel/fpu/core.c", "fpregs_assert_state_consistent", since="v5.2")
def fpregs_assert_state_consistent(host: DeferredHost) -> None:
    """Registers that need no load are there."""
    consistent = host.running.need_fpu_load | fpregs_state_valid(host, owns_registers(host))
    assert consistent, "WARN_ON_FPU(!fpregs_state_valid())"


@models("arch/x86/entry/common.c", "prepare_exit_to_usermode", since="v5.2", until="v5.8")
def exit_to_user_mode(host: DeferredHost) -> None:
    """The FPU part of it, interrupts off; arch_exit_to_user_mode_prepare later."""
    fpregs_assert_state_consistent(host)
    if host.running.need_fpu_load:
        switch_fpu_return(host)


@models("arch/x86/kernel/fpu/core.c", "irq_fpu_usable", since="v5.2")
def irq_fpu_usable(host: DeferredHost, hardirq: bool) -> bool:
    """Usable outside kernel FPU sections; since v5.18 in hard interrupts only with softirqs on.

    Until v5.17 also over user mode, where no section can be, and in process context.
    """
    if host.this_cpu.in_kernel_fpu:
        return False
    softirqs_off = holds_fpregs_lock(host.running.point)
    softirqs_off = softirqs_off | (host.this_cpu.interrupt != Interrupt.NONE)
    return not (host.era.hardirq_asks & hardirq & softirqs_off)


@models("arch/x86/kernel/fpu/core.c", "kernel_fpu_begin_mask", since="v5.7")
def kernel_fpu_begin(host: DeferredHost) -> None:
    """Give the registers to the kernel, whose first action keeps interrupts away.

    __kernel_fpu_begin until v5.6.
    """
    assert not host.this_cpu.in_kernel_fpu, "WARN_ON_FPU(this_cpu_read(in_kernel_fpu))"
    host.this_cpu.in_kernel_fpu = True
    task = host.running
    if not (task.kernel_thread | task.need_fpu_load):
        task.need_fpu_load = True
        save_fpregs_to_fpstate(host, task.fpu)
    __cpu_invalidate_fpregs_state(host)


@models("arch/x86/kernel/fpu/core.c", "kernel_fpu_end", since="v5.2")
def kernel_fpu_end(host: DeferredHost) -> None:
    """Load nothing."""
    host.this_cpu.in_kernel_fpu = False


@models("arch/x86/kernel/process_64.c", "__switch_to", since="v5.2", until="v6.13")
def switch_to(host: DeferredHost, to: TaskName) -> None:
    """switch_fpu_prepare, and switch_fpu_finish once current has changed; interrupts off."""
    old = host.running
    if not (old.need_fpu_load | old.kernel_thread):
        save_fpregs_to_fpstate(host, old.fpu)
        old.fpu.set_last_cpu(host.executing, True)
    host.this_cpu.current = to
    host.tasks[to].need_fpu_load = True


@models("arch/x86/include/asm/fpu/sched.h", "switch_fpu", since="v6.19")
def switch_fpu(host: DeferredHost, to: TaskName) -> None:
    """Mark the task that is switched out, instead of the next."""
    old = host.running
    if not (old.need_fpu_load | old.kernel_thread):
        old.need_fpu_load = True
        save_fpregs_to_fpstate(host, old.fpu)
        old.fpu.set_last_cpu(host.executing, True)
    host.this_cpu.current = to


@models("arch/x86/kernel/fpu/core.c", "fpu__drop", since="v5.2", until="v6.13")
def fpu__drop(host: DeferredHost) -> None:
    """The registers are nobody's, preemption off."""
    __cpu_invalidate_fpregs_state(host)


@models("arch/x86/kernel/fpu/core.c", "fpu__drop", since="v6.19")
def fpu__drop_owned(host: DeferredHost) -> None:
    """The same, where the registers are the current task's."""
    if not host.running.need_fpu_load:
        __cpu_invalidate_fpregs_state(host)


@models("arch/x86/kernel/fpu/core.c", "restore_fpregs_from_init_fpstate", since="v5.14")
def restore_fpregs_from_init_fpstate(host: DeferredHost) -> None:
    """Load the initial state; copy_init_fpstate_to_fpregs before v5.14."""
    host.this_cpu.cpu.registers = initial(host.running)


@models("arch/x86/kernel/fpu/core.c", "fpstate_init", since="v5.2", until="v5.14")
def fpstate_init(task: UserTask) -> None:
    """A task's image gets the initial state."""
    task.fpu.state = initial(task)


@abstracts("init_fpstate, of which a task gets a copy")
def initial(task: UserTask) -> Contents:
    """The initial state as a task's own."""
    return Contents(owner=task.context, value=False)
