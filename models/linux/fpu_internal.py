"""Lazy FPU switching by has_fpu and fpu_owner_task, with lazy restore: v3.4 to v4.1.

The text of v3.4, most of which v3.3 has in asm/i387.h; where a later version differs, the function
says so. Eager mode of v3.7 to v4.1 is not here: a processor without XSAVEOPT runs in lazy mode.
"""

from nestproof.models.linux.context import may_sleep
from nestproof.models.linux.era import Era
from nestproof.models.linux.instructions import clts, fxrstor, fxsave, stts
from nestproof.models.linux.owner import owner_named
from nestproof.models.linux.task import Fpu, Host, Interrupt, Owner, Place, Task, TaskName
from nestproof.models.x86.registers import Contents
from verifier.language import models


@models("arch/x86/include/asm/fpu-internal.h", "fpu_save_init", since="v3.4", until="v4.2")
def fpu_save_init(host: Host, fpu: Fpu) -> bool:
    """Save the registers to an image; whether they are still intact."""
    if not fxsave(host, fpu):
        do_device_not_available(host)
        fxsave(host, fpu)
    return not host.save_destroys


@models("arch/x86/include/asm/fpu-internal.h", "fpu_restore_checking", since="v3.4", until="v4.2")
def fpu_restore_checking(host: Host, fpu: Fpu) -> None:
    """Load the registers from an image, after a #NM in the kernel where TS is set."""
    if not fxrstor(host, fpu):
        do_device_not_available(host)
        fxrstor(host, fpu)


@models("arch/x86/include/asm/fpu-internal.h", "__thread_clear_has_fpu", since="v3.4", until="v4.2")
def __thread_clear_has_fpu(host: Host, task: Task) -> None:
    """A task has the registers no more; the caller sets TS."""
    task.fpu.has_fpu = False
    host.fpu_owner_task = Owner.NOBODY


@models("arch/x86/include/asm/fpu-internal.h", "__thread_set_has_fpu", since="v3.4", until="v4.2")
def __thread_set_has_fpu(host: Host, name: TaskName) -> None:
    """A task has the registers; the caller has cleared TS."""
    host.tasks[name].fpu.has_fpu = True
    host.fpu_owner_task = owner_named(name)


@models("arch/x86/include/asm/fpu-internal.h", "__thread_fpu_end", since="v3.4", until="v4.2")
def __thread_fpu_end(host: Host, task: Task) -> None:
    """Take the registers away from a task."""
    __thread_clear_has_fpu(host, task)
    stts(host)


@models("arch/x86/include/asm/fpu-internal.h", "__thread_fpu_begin", since="v3.4", until="v4.2")
def __thread_fpu_begin(host: Host, name: TaskName) -> None:
    """Give the registers to a task, whatever is in them."""
    clts(host)
    __thread_set_has_fpu(host, name)


@models("arch/x86/include/asm/fpu-internal.h", "fpu_lazy_restore", since="v3.4", until="v4.2")
def fpu_lazy_restore(host: Host, name: TaskName) -> bool:
    """Whether the registers still hold what the task left in them."""
    return (host.fpu_owner_task == owner_named(name)) & host.tasks[name].fpu.last_cpu


@models("arch/x86/include/asm/fpu-internal.h", "switch_fpu_prepare", since="v3.4", until="v4.2")
def switch_fpu_prepare(host: Host, old: Task, name: TaskName, frequent: bool) -> bool:
    """Save the old task's registers and hand them on; whether the new task's must be loaded."""
    new = host.tasks[name]
    preload = new.used_math & new.fpu_counter & frequent
    if old.fpu.has_fpu:
        old.fpu.last_cpu = fpu_save_init(host, old.fpu)
        old.fpu.has_fpu = False
        if not preload:
            stts(host)
            return False
        new.fpu_counter = True
        __thread_set_has_fpu(host, name)
        return True
    old.fpu_counter = False
    old.fpu.last_cpu = False
    if not preload:
        return False
    new.fpu_counter = True
    lazy = fpu_lazy_restore(host, name)
    __thread_fpu_begin(host, name)
    return not lazy


@models("arch/x86/include/asm/fpu-internal.h", "switch_fpu_finish", since="v3.4", until="v4.2")
def switch_fpu_finish(host: Host, new: Task, preload: bool) -> None:
    """Load the new task's registers."""
    if preload:
        host.did.preloaded = True
        fpu_restore_checking(host, new.fpu)


@models("arch/x86/kernel/process_64.c", "__switch_to", since="v3.4", until="v4.2")
def switch_to(host: Host, to: TaskName, frequent: bool) -> None:
    """Prepare, then finish, then change current; interrupts off throughout."""
    upcoming = host.tasks[to]
    preload = switch_fpu_prepare(host, host.running, to, frequent)
    host.did.lazily_restored = upcoming.fpu.has_fpu & (preload ^ True)
    switch_fpu_finish(host, upcoming, preload)
    host.current = to


@models("arch/x86/kernel/i387.c", "init_fpu", since="v3.4", until="v4.2")
def init_fpu(task: Task) -> None:
    """Give a task that never used the FPU its initial state; the allocation has been done."""
    task.fpu.state = Contents(owner=task.context, value=False)
    task.used_math = True


@models("arch/x86/kernel/traps.c", "math_state_restore", since="v3.4", until="v4.1")
def math_state_restore(host: Host) -> None:
    """Mark the registers as the current task's, then load them."""
    task = host.running
    __thread_fpu_begin(host, host.current)
    fpu_restore_checking(host, task.fpu)
    task.fpu_counter = True


@models("arch/x86/kernel/traps.c", "do_device_not_available", since="v3.4", until="v4.2")
def do_device_not_available(host: Host) -> None:
    """#NM, interrupts off: a first use allocates with interrupts on, any other restores."""
    host.did.device_not_available = True
    task = host.running
    if task.place == Place.USER and not task.used_math:
        task.place = Place.ALLOCATING
        return
    if not task.used_math:
        assert may_sleep(host), "sleeping function called from invalid context"
        init_fpu(task)
    math_state_restore(host)


@models("arch/x86/kernel/traps.c", "do_device_not_available", since="v3.4", until="v4.2")
def finish_device_not_available(host: Host) -> None:
    """The part of the handler after the allocation, interrupts off again."""
    math_state_restore(host)
    host.running.place = Place.USER


@models("arch/x86/kernel/i387.c", "unlazy_fpu", since="v3.4", until="v4.1")
def unlazy_fpu(host: Host) -> None:
    """Take the registers away from the current task, preemption off."""
    task = host.running
    if task.fpu.has_fpu:
        fpu_save_init(host, task.fpu)
        __thread_fpu_end(host, task)
    else:
        task.fpu_counter = False


@models("arch/x86/include/asm/fpu-internal.h", "save_init_fpu", since="v3.4", until="v4.1")
def save_init_fpu(host: Host) -> None:
    """Take the registers away from the current task, which is believed to have them."""
    task = host.running
    assert task.fpu.has_fpu, "save_init_fpu: WARN_ON_ONCE(!__thread_has_fpu())"
    fpu_save_init(host, task.fpu)
    __thread_fpu_end(host, task)


@models("arch/x86/kernel/i387.c", "kernel_fpu_begin", since="v3.4", until="v3.7")
def kernel_fpu_begin_save(host: Host) -> Place:
    """Preemption is off from here to kernel_fpu_end, interrupts are not."""
    assert irq_fpu_usable(host), "kernel_fpu_begin: WARN_ON_ONCE(!irq_fpu_usable())"
    task = host.running
    if task.fpu.has_fpu:
        fpu_save_init(host, task.fpu)
        return Place.FPU_SAVED
    host.fpu_owner_task = Owner.NOBODY
    return Place.FPU_FREE


@models("arch/x86/kernel/i387.c", "kernel_fpu_begin", since="v3.4", until="v3.7")
def kernel_fpu_begin_rest(host: Host, found: Place) -> None:
    """Mark the saved registers as saved, or clear TS where there was nothing to save."""
    if found == Place.FPU_SAVED:
        __thread_clear_has_fpu(host, host.running)
    else:
        clts(host)
    host.in_kernel_fpu = True


@models("arch/x86/kernel/i387.c", "kernel_fpu_begin", since="v3.4", until="v3.7")
def kernel_fpu_begin(host: Host) -> None:
    """Give the registers to the kernel; __kernel_fpu_begin of v3.10 clears has_fpu, then saves."""
    kernel_fpu_begin_rest(host, kernel_fpu_begin_save(host))


@models("arch/x86/kernel/i387.c", "kernel_fpu_end", since="v3.4", until="v3.7")
def kernel_fpu_end(host: Host) -> None:
    """Leave the registers to nobody."""
    stts(host)
    host.in_kernel_fpu = False


@models("arch/x86/kernel/i387.c", "interrupted_kernel_fpu_idle", since="v3.4", until="v4.1")
def interrupted_kernel_fpu_idle(host: Host) -> bool:
    """Whether a kernel FPU section would change nothing that the interrupted code sees."""
    return (host.running.fpu.has_fpu ^ True) & host.cr0.ts


@models("arch/x86/kernel/i387.c", "irq_fpu_usable", since="v3.4", until="v4.1")
def irq_fpu_usable(host: Host) -> bool:
    """Usable in process context, over user mode, or when the interrupted kernel has it idle."""
    return (
        (host.interrupt == Interrupt.NONE)
        | (host.interrupt == Interrupt.FROM_USER)
        | interrupted_kernel_fpu_idle(host)
    )


@models("arch/x86/kernel/i387.c", "init_fpu", since="v3.4", until="v4.2")
def foreign_write(host: Host, target: TaskName) -> None:
    """A debugger is about to write the image of a stopped task: its registers are stale."""
    task = host.tasks[target]
    if task.used_math:
        task.fpu.last_cpu = False
    else:
        init_fpu(task)


@models("arch/x86/include/asm/fpu-internal.h", "clear_fpu", since="v3.4", until="v3.7")
def clear_fpu(host: Host) -> None:
    """Forget the current task's registers, preemption off."""
    if host.running.fpu.has_fpu:
        __thread_fpu_end(host, host.running)


@models("arch/x86/include/asm/fpu-internal.h", "user_fpu_end", since="v3.4", until="v3.7")
def user_fpu_end(host: Host) -> None:
    """Take the registers away from the current task, which has saved them; preemption off."""
    __thread_fpu_end(host, host.running)


@models("arch/x86/include/asm/fpu-internal.h", "user_fpu_begin", since="v3.4", until="v4.2")
def user_fpu_begin(host: Host) -> None:
    """Give the registers to the current task, whatever is in them; preemption off."""
    if not host.running.fpu.has_fpu:
        __thread_fpu_begin(host, host.current)


@models("arch/x86/kernel/process.c", "flush_thread", since="v3.3", until="v3.7")
def start_afresh(host: Host) -> None:
    """The next part of dropping the state that a signal frame has, or that exec ends."""
    task = host.running
    match task.place:
        case Place.FRAME_SAVED:
            user_fpu_end(host)
            task.place = Place.DROPPED
        case Place.UNWANTED:
            clear_fpu(host)
            task.place = Place.DROPPED
        case Place.DROPPED:
            task.used_math = False
            task.place = Place.FRESH


@models("arch/x86/kernel/xsave.c", "restore_i387_xstate", since="v3.4", until="v3.7")
def take_registers(host: Host) -> None:
    """The next part of preparing the registers for a signal frame."""
    user_fpu_begin(host)
    host.running.place = Place.RETURN_OWNED


V3_4 = Era(
    version="v3.4",
    lazy=True,
    keeps_owner=True,
    init_fpu=init_fpu,
    do_device_not_available=do_device_not_available,
    finish_device_not_available=finish_device_not_available,
    switch_to=switch_to,
    unlazy_fpu=unlazy_fpu,
    math_error=save_init_fpu,
    kernel_fpu_begin=kernel_fpu_begin,
    kernel_fpu_begin_save=kernel_fpu_begin_save,
    kernel_fpu_begin_rest=kernel_fpu_begin_rest,
    kernel_fpu_end=kernel_fpu_end,
    irq_fpu_usable=irq_fpu_usable,
    fpu_save_init=fpu_save_init,
    fpu_restore_checking=fpu_restore_checking,
    foreign_write=foreign_write,
    start_afresh=start_afresh,
    take_registers=take_registers,
)
