"""Eager FPU switching: v4.10 to v4.13, where nothing sets TS any more.

`has_fpu` is fpregs_active, `used_math` is fpstate_active. v4.14 has only the latter, and saves
where it is set; what that breaks (68239654acaf) needs frames of 32-bit tasks and is not here.
An eager v4.1 has the logic of it under the names of i387.c, v4.2 to v4.9 under these.
WARN_ON_FPU is left out: it is nothing without CONFIG_X86_DEBUG_FPU, and what comes after it counts.
"""

from dataclasses import replace

from nestproof.models.linux.context import sleeps_beside_frames
from nestproof.models.linux.era import Era
from nestproof.models.linux.instructions import fxrstor, fxsave
from nestproof.models.linux.owner import owner_named
from nestproof.models.linux.task import Fpu, Interrupt, Linux, Owner, Place, Task, TaskName
from nestproof.models.ownership.contents import Contents
from verifier.language import models, observer


@models("arch/x86/include/asm/fpu/internal.h", "copy_fpregs_to_fpstate", since="v4.2", until="v5.2")
def copy_fpregs_to_fpstate(host: Linux, fpu: Fpu) -> bool:
    """Save the registers to an image; whether they are still intact."""
    if not fxsave(host, fpu):
        do_device_not_available(host)
    return not host.save_destroys


@models("arch/x86/include/asm/fpu/internal.h", "copy_kernel_to_fpregs", since="v4.2", until="v5.2")
def copy_kernel_to_fpregs(host: Linux, fpu: Fpu) -> bool:
    """Load the registers from an image; whether it is refused, at which nobody looks.

    The exception table makes the error one for WARN_ON_FPU; the registers stay as they were.
    """
    if not fxrstor(host, fpu):
        do_device_not_available(host)
    if fpu.refused and host.era.reinitialises:
        ex_handler_fprestore(host, fpu)
    return fpu.refused


@models("arch/x86/mm/extable.c", "ex_handler_fprestore", since="v4.14")
def ex_handler_fprestore(host: Linux, fpu: Fpu) -> None:
    """XRSTOR has failed: load the initial state instead."""
    initialise(host, fpu)


@observer("Whose the initial state is that takes the place of an image")
def initialise(host: Linux, fpu: Fpu) -> None:
    """It is that of the task whose image it is."""
    host.this_cpu.cpu.registers = Contents(owner=fpu.state.owner, value=False)


@models("arch/x86/include/asm/fpu/internal.h", "fpregs_state_valid", since="v4.10", until="v5.2")
def fpregs_state_valid(host: Linux, name: TaskName) -> bool:
    """Whether the registers still hold what the task left in them."""
    fpu = host.tasks[name].fpu
    owns = host.this_cpu.fpu_owner_task == owner_named(name)
    return owns & fpu.was_last_on(host.smp_processor_id)


@models("arch/x86/include/asm/fpu/internal.h", "fpregs_activate", since="v4.2", until="v4.14")
def fpregs_activate(host: Linux, name: TaskName) -> None:
    """The registers are a task's."""
    host.tasks[name].fpu.has_fpu = True
    host.this_cpu.fpu_owner_task = owner_named(name)


@models("arch/x86/include/asm/fpu/internal.h", "switch_fpu_prepare", since="v4.10", until="v4.14")
def switch_fpu_prepare(host: Linux, old: Task) -> None:
    """Save the old task's registers; the owner stays, for a restore that needs no load."""
    if old.fpu.has_fpu:
        old.fpu.set_last_cpu(host.smp_processor_id, copy_fpregs_to_fpstate(host, old.fpu))
        old.fpu.has_fpu = False
    else:
        old.fpu.last_cpu = False


@models("arch/x86/include/asm/fpu/internal.h", "switch_fpu_finish", since="v4.10", until="v4.14")
def switch_fpu_finish(host: Linux, name: TaskName) -> None:
    """Load the new task's registers, unless it has none or they are still there."""
    new = host.tasks[name]
    if not new.used_math:
        return
    if fpregs_state_valid(host, name):
        host.did.lazily_restored = True
    else:
        host.did.preloaded = True
        copy_kernel_to_fpregs(host, new.fpu)
    fpregs_activate(host, name)


@models("arch/x86/kernel/process_64.c", "__switch_to", since="v4.10", until="v4.14")
def switch_to(host: Linux, to: TaskName, _frequent: bool) -> None:
    """Save, load, then change current; interrupts off throughout. Counts nothing."""
    switch_fpu_prepare(host, host.running)
    switch_fpu_finish(host, to)
    host.this_cpu.current = to


@models("arch/x86/kernel/traps.c", "do_device_not_available", since="v4.10", until="v4.14")
def do_device_not_available(host: Linux) -> None:
    """#NM: nothing in the kernel asks for one."""
    host.did.device_not_available = True
    assert not host.this_cpu.cpu.cr0.ts, "CR0.TS was set"
    raise AssertionError("unexpected #NM exception")


@models("arch/x86/kernel/fpu/core.c", "__kernel_fpu_begin", since="v4.10", until="v4.14")
def kernel_fpu_begin_save(host: Linux) -> Place:
    """Mark the section first, then save; the current task keeps fpregs_active."""
    host.this_cpu.in_kernel_fpu = True
    task = host.running
    if task.fpu.has_fpu:
        copy_fpregs_to_fpstate(host, task.fpu)
        return Place.FPU_SAVED
    return Place.FPU_FREE


@models("arch/x86/kernel/fpu/core.c", "__kernel_fpu_begin", since="v4.10", until="v4.14")
def kernel_fpu_begin_rest(host: Linux, found: Place) -> None:
    """Forget whose registers these were, where there was nothing to save."""
    if found == Place.FPU_FREE:
        host.this_cpu.fpu_owner_task = Owner.NOBODY


@models("arch/x86/kernel/fpu/core.c", "__kernel_fpu_begin", since="v4.10", until="v4.14")
def __kernel_fpu_begin(host: Linux) -> None:
    """Give the registers to the kernel."""
    kernel_fpu_begin_rest(host, kernel_fpu_begin_save(host))


@models("arch/x86/kernel/fpu/core.c", "__kernel_fpu_end", since="v4.10", until="v4.14")
def __kernel_fpu_end(host: Linux) -> None:
    """Give the registers back to the current task."""
    task = host.running
    if task.fpu.has_fpu:
        copy_kernel_to_fpregs(host, task.fpu)
    host.this_cpu.in_kernel_fpu = False


@models("arch/x86/kernel/fpu/core.c", "irq_fpu_usable", since="v4.10", until="v4.14")
def irq_fpu_usable(host: Linux) -> bool:
    """Usable in process context, over user mode, or outside kernel FPU sections."""
    return (
        (host.this_cpu.interrupt == Interrupt.NONE)
        | (host.this_cpu.interrupt == Interrupt.FROM_USER)
        | (host.this_cpu.in_kernel_fpu ^ True)
    )


@models("arch/x86/kernel/fpu/core.c", "fpu__save", since="v4.5", until="v4.14")
def fpu__save(host: Linux) -> None:
    """Save the current task's registers; preemption is off, interrupts are on.

    The copy that fpu__copy makes for a child has the same window.
    """
    task = host.running
    if task.fpu.has_fpu and not copy_fpregs_to_fpstate(host, task.fpu):
        task.place = Place.SAVE_DESTROYED


@models("arch/x86/kernel/fpu/core.c", "fpu__save", since="v4.5", until="v4.14")
def fpu__save_rest(host: Linux) -> None:
    """Load them again where saving has destroyed them."""
    copy_kernel_to_fpregs(host, host.running.fpu)


@models("arch/x86/kernel/fpu/core.c", "fpu__activate_curr", since="v4.2", until="v4.14")
def fpu__activate_curr(task: Task) -> None:
    """Give a task that never used the FPU its initial state."""
    if not task.used_math:
        fpstate_init(task)
        task.used_math = True


@models("arch/x86/kernel/fpu/core.c", "fpstate_init", since="v4.2", until="v5.2")
def fpstate_init(task: Task) -> None:
    """A task's image gets the initial state and a header that XRSTOR takes."""
    task.fpu.state = Contents(owner=task.context, value=False)
    task.fpu.refused = False


@models("arch/x86/kernel/fpu/core.c", "fpu__drop", since="v4.2", until="v4.14")
def fpu__drop(host: Linux) -> None:
    """The current task has no FPU state any more."""
    task = host.running
    if task.fpu.has_fpu:
        task.fpu.has_fpu = False
        host.this_cpu.fpu_owner_task = Owner.NOBODY
    task.used_math = False


@models("arch/x86/include/asm/fpu/internal.h", "user_fpu_begin", since="v4.2", until="v4.14")
def user_fpu_begin(host: Linux) -> None:
    """Give the registers to the current task, whatever is in them; preemption off."""
    if not host.running.fpu.has_fpu:
        fpregs_activate(host, host.this_cpu.current)


@models("arch/x86/kernel/fpu/core.c", "copy_init_fpstate_to_fpregs", since="v4.2", until="v4.14")
def copy_init_fpstate_to_fpregs(host: Linux) -> None:
    """Load the initial state into the registers, which are the current task's."""
    host.this_cpu.cpu.registers = Contents(owner=host.running.context, value=False)


@models("arch/x86/kernel/fpu/core.c", "fpu__clear", since="v4.10", until="v4.14")
def start_afresh(host: Linux) -> None:
    """The next part of giving the current task its initial state."""
    task = host.running
    match task.place:
        case Place.FRAME_SAVED | Place.UNWANTED:
            fpu__drop(host)
            task.place = Place.DROPPED
        case Place.DROPPED:
            fpu__activate_curr(task)
            task.place = Place.INITIALISED
        case Place.INITIALISED:
            user_fpu_begin(host)
            task.place = Place.OWNED
        case Place.OWNED:
            copy_init_fpstate_to_fpregs(host)
            task.place = Place.FRESH


@models("arch/x86/kernel/fpu/signal.c", "__fpu__restore_sig", since="v4.10", until="v4.14")
def take_registers(host: Linux) -> None:
    """The next part of preparing the registers for a signal frame."""
    user_fpu_begin(host)
    host.running.place = Place.RETURN_OWNED


@models("arch/x86/kernel/fpu/core.c", "fpu__activate_fpstate_write", since="v4.2", until="v4.14")
def foreign_write(host: Linux, target: TaskName) -> None:
    """A debugger is about to write the image of a stopped task: its registers are stale."""
    task = host.tasks[target]
    if task.used_math:
        task.fpu.last_cpu = False
    else:
        fpu__activate_curr(task)


@models("arch/x86/kernel/fpu/regset.c", "xstateregs_set", since="v4.2", until="v4.14")
def xstateregs_set_refused(host: Linux, target: TaskName) -> None:
    """A debugger sets xcomp_bv in the header, which must be 0 in the format without compaction."""
    foreign_write(host, target)
    host.tasks[target].fpu.refused = True


@models("arch/x86/kernel/fpu/regset.c", "xstateregs_set", since="v4.14", until="v5.2")
def xstateregs_set_checked(host: Linux, target: TaskName) -> None:
    """The same is an error since 814fb7bb7db5, and the task gets the initial state."""
    foreign_write(host, target)
    fpstate_init(host.tasks[target])


V4_10 = Era(
    version="v4.10",
    lazy=False,
    keeps_owner=True,
    cpu_up_forgets_owner=True,
    frame_copied=Place.FRAME_SAVED,
    init_fpu=fpu__activate_curr,
    do_device_not_available=do_device_not_available,
    finish_device_not_available=do_device_not_available,
    switch_to=switch_to,
    unlazy_fpu=fpu__save,
    unlazy_fpu_rest=fpu__save_rest,
    math_error=fpu__save,
    kernel_fpu_begin=__kernel_fpu_begin,
    kernel_fpu_begin_save=kernel_fpu_begin_save,
    kernel_fpu_begin_rest=kernel_fpu_begin_rest,
    kernel_fpu_end=__kernel_fpu_end,
    irq_fpu_usable=irq_fpu_usable,
    fpu_save_init=copy_fpregs_to_fpstate,
    fpu_restore_checking=copy_kernel_to_fpregs,
    foreign_write=foreign_write,
    write_refused=xstateregs_set_refused,
    start_afresh=start_afresh,
    take_registers=take_registers,
    sleeps_at=sleeps_beside_frames,
)
REINITIALISES = replace(V4_10, version="v4.10 with d5c8028b4788", reinitialises=True)
CHECKS = replace(
    REINITIALISES,
    version="v4.10 with d5c8028b4788 and 814fb7bb7db5",
    write_refused=xstateregs_set_checked,
)
