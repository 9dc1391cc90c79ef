"""Lazy FPU switching by TS_USEDFPU alone: v2.6.37 to v3.2, as 64-bit kernels have it.

What the source does with preemption or interrupts off is one function here; a function that is
split, with the places between as a task's `place`, can be preempted there.
"""

from nestproof.models.linux.context import may_sleep, sleeps_in_frames
from nestproof.models.linux.era import Era
from nestproof.models.linux.instructions import clts, force_sig, fxrstor, fxsave, stts
from nestproof.models.linux.task import Fpu, Interrupt, Linux, Place, Task, TaskName
from nestproof.models.ownership.contents import Contents
from verifier.language import models


@models("arch/x86/include/asm/i387.h", "fpu_save_init", since="v2.6.35", until="v3.3")
def fpu_save_init(host: Linux, fpu: Fpu) -> bool:
    """Save the registers to an image, after a #NM in the kernel where TS is set."""
    if not fxsave(host, fpu):
        do_device_not_available(host)
        fxsave(host, fpu)
    return not host.save_destroys


@models("arch/x86/include/asm/i387.h", "fpu_restore_checking", since="v2.6.35", until="v3.3")
def fpu_restore_checking(host: Linux, fpu: Fpu) -> bool:
    """Load the registers from an image, after a #NM where TS is set; whether it is refused."""
    if not fxrstor(host, fpu):
        do_device_not_available(host)
        fxrstor(host, fpu)
    return fpu.refused


@models("arch/x86/include/asm/i387.h", "__save_init_fpu", since="v2.6.35", until="v3.3")
def __save_init_fpu(host: Linux, task: Task) -> None:
    """Save a task's registers; it no longer uses the FPU, and TS is left for the caller."""
    fpu_save_init(host, task.fpu)
    task.fpu.has_fpu = False


@models("arch/x86/include/asm/i387.h", "__unlazy_fpu", since="v2.6.34", until="v3.3")
def __unlazy_fpu(host: Linux, task: Task) -> None:
    """Take the registers away from a task that has them."""
    if task.fpu.has_fpu:
        __save_init_fpu(host, task)
        stts(host)
    else:
        task.fpu_counter = False


@models("arch/x86/include/asm/i387.h", "unlazy_fpu", since="v2.6.37", until="v3.3")
def unlazy_fpu(host: Linux) -> None:
    """Take the registers away from the current task, preemption off."""
    __unlazy_fpu(host, host.running)


@models("arch/x86/include/asm/i387.h", "save_init_fpu", since="v2.6.37", until="v3.3")
def save_init_fpu(host: Linux) -> None:
    """Take the registers away from the current task, which is believed to have them."""
    __save_init_fpu(host, host.running)
    stts(host)


@models("arch/x86/include/asm/i387.h", "clear_fpu", since="v2.6.37", until="v3.3")
def clear_fpu(host: Linux) -> None:
    """Forget the current task's registers, preemption off."""
    task = host.running
    if task.fpu.has_fpu:
        task.fpu.has_fpu = False
        stts(host)


@models("arch/x86/kernel/i387.c", "init_fpu", since="v2.6.34", until="v3.3")
def init_fpu(task: Task) -> None:
    """Give a task that never used the FPU its initial state; the allocation has been done."""
    task.fpu.state = Contents(owner=task.context, value=False)
    task.fpu.refused = False
    task.used_math = True


@models("arch/x86/kernel/traps.c", "__math_state_restore", since="v2.6.32", until="v3.3")
def __math_state_restore(host: Linux) -> None:
    """Load the current task's registers, then mark them used; TS is clear."""
    task = host.running
    if fpu_restore_checking(host, task.fpu):
        stts(host)
        force_sig(task)
        return
    task.fpu.has_fpu = True
    task.fpu_counter = True


@models("arch/x86/kernel/traps.c", "math_state_restore", since="v2.6.34", until="v3.3")
def math_state_restore(host: Linux) -> None:
    """Clear TS, or the load would raise #NM; a first use has been prepared."""
    clts(host)
    __math_state_restore(host)


@models("arch/x86/kernel/traps.c", "do_device_not_available", since="v2.6.34", until="v3.3")
def do_device_not_available(host: Linux) -> None:
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


@models("arch/x86/kernel/traps.c", "do_device_not_available", since="v2.6.34", until="v3.3")
def finish_device_not_available(host: Linux) -> None:
    """The part of the handler after the allocation, interrupts off again."""
    host.running.place = Place.USER
    math_state_restore(host)


@models("arch/x86/kernel/process_64.c", "__switch_to", since="v2.6.34", until="v3.3")
def switch_to(host: Linux, to: TaskName, frequent: bool) -> None:
    """Save the old task lazily, preload a frequent user; interrupts off throughout."""
    upcoming = host.tasks[to]
    preload_fpu = upcoming.used_math & upcoming.fpu_counter & frequent
    __unlazy_fpu(host, host.running)
    if preload_fpu:
        clts(host)
    host.this_cpu.current = to
    if preload_fpu:
        host.did.preloaded = True
        __math_state_restore(host)


@models("arch/x86/include/asm/i387.h", "kernel_fpu_begin", since="v2.6.34", until="v3.3")
def kernel_fpu_begin_save(host: Linux) -> Place:
    """Preemption is off from here to kernel_fpu_end, interrupts are not."""
    task = host.running
    if task.fpu.has_fpu:
        fpu_save_init(host, task.fpu)
        return Place.FPU_SAVED
    return Place.FPU_FREE


@models("arch/x86/include/asm/i387.h", "kernel_fpu_begin", since="v2.6.34", until="v3.3")
def kernel_fpu_begin_rest(host: Linux, found: Place) -> None:
    """Mark the saved registers as saved, or clear TS where there was nothing to save."""
    if found == Place.FPU_SAVED:
        host.running.fpu.has_fpu = False
    else:
        clts(host)
    host.this_cpu.in_kernel_fpu = True


@models("arch/x86/include/asm/i387.h", "kernel_fpu_begin", since="v2.6.34", until="v3.3")
def kernel_fpu_begin(host: Linux) -> None:
    """Give the registers to the kernel."""
    kernel_fpu_begin_rest(host, kernel_fpu_begin_save(host))


@models("arch/x86/include/asm/i387.h", "kernel_fpu_end", since="v2.6.34", until="v3.3")
def kernel_fpu_end(host: Linux) -> None:
    """Leave the registers to nobody."""
    stts(host)
    host.this_cpu.in_kernel_fpu = False


@models("arch/x86/include/asm/i387.h", "irq_fpu_usable", since="v2.6.34", until="v3.3")
def irq_fpu_usable(host: Linux) -> bool:
    """Usable in process context, without registers of an interrupt, over user mode, or by TS."""
    return (host.this_cpu.interrupt != Interrupt.FROM_KERNEL) | host.cr0.ts


@models("arch/x86/kernel/i387.c", "xfpregs_set", since="v2.6.34", until="v3.3")
def foreign_write(host: Linux, target: TaskName) -> None:
    """A debugger is about to write the image of a task that is stopped."""
    task = host.tasks[target]
    if not task.used_math:
        init_fpu(task)


@models("arch/x86/kernel/i387.c", "xstateregs_set", since="v2.6.34", until="v3.3")
def write_refused(host: Linux, target: TaskName) -> None:
    """A debugger writes an image that XRSTOR refuses, by a way that is not known.

    What xstateregs_set lets through is sound: it clears bytes 23:8 of the header.
    """
    foreign_write(host, target)
    host.tasks[target].fpu.refused = True


@models("arch/x86/kernel/process.c", "flush_thread", since="v2.6.37", until="v3.3")
def start_afresh(host: Linux) -> None:
    """The next part of dropping the state that a signal frame has, or that exec ends."""
    task = host.running
    match task.place:
        case Place.FRAME_SAVED:
            task.fpu.has_fpu = False
            task.place = Place.FLAG_CLEARED
        case Place.FLAG_CLEARED:
            stts(host)
            task.place = Place.DROPPED
        case Place.UNWANTED:
            clear_fpu(host)
            task.place = Place.DROPPED
        case Place.DROPPED:
            task.used_math = False
            task.place = Place.FRESH


@models("arch/x86/kernel/xsave.c", "restore_i387_xstate", since="v2.6.37", until="v3.3")
def take_registers(host: Linux) -> None:
    """The next part of preparing the registers for a signal frame."""
    task = host.running
    match task.place:
        case Place.RETURN_USED:
            if task.fpu.has_fpu:
                task.place = Place.RETURN_OWNED
            else:
                clts(host)
                task.place = Place.RETURN_TS_CLEARED
        case Place.RETURN_TS_CLEARED:
            task.fpu.has_fpu = True
            task.place = Place.RETURN_OWNED


V3_2 = Era(
    version="v3.2",
    lazy=True,
    keeps_owner=False,
    cpu_up_forgets_owner=False,
    frame_copied=Place.DROPPED,
    init_fpu=init_fpu,
    do_device_not_available=do_device_not_available,
    finish_device_not_available=finish_device_not_available,
    switch_to=switch_to,
    unlazy_fpu=unlazy_fpu,
    unlazy_fpu_rest=unlazy_fpu,
    math_error=save_init_fpu,
    kernel_fpu_begin=kernel_fpu_begin,
    kernel_fpu_begin_save=kernel_fpu_begin_save,
    kernel_fpu_begin_rest=kernel_fpu_begin_rest,
    kernel_fpu_end=kernel_fpu_end,
    irq_fpu_usable=irq_fpu_usable,
    fpu_save_init=fpu_save_init,
    fpu_restore_checking=fpu_restore_checking,
    foreign_write=foreign_write,
    write_refused=write_refused,
    start_afresh=start_afresh,
    take_registers=take_registers,
    sleeps_at=sleeps_in_frames,
)
