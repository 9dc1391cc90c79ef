"""Switching by has_fpu and fpu_owner_task, lazily with lazy restore, or eagerly: v3.4 to v3.19.

asm/fpu-internal.h and what it calls; v3.3 has most of it in asm/i387.h. Until v3.6 everything is
lazy; since v3.7 use_eager_fpu() decides. Where else versions differ, there are two functions.
"""

from nestproof.models.linux.context import may_sleep
from nestproof.models.linux.instructions import clts, force_sig, fxrstor, fxsave, stts
from nestproof.models.linux.owner import owner_named
from nestproof.models.linux.task import Fpu, Linux, Owner, Place, Task, TaskName
from nestproof.models.ownership.contents import Contents
from verifier.language import abstracts, models


@models("arch/x86/include/asm/fpu-internal.h", "use_eager_fpu", since="v3.7", until="v4.2")
def use_eager_fpu(host: Linux) -> bool:
    """Whether tasks get their registers at every switch, as they do where there is XSAVEOPT."""
    return not host.era.lazy


@models("arch/x86/include/asm/fpu-internal.h", "fpu_save_init", since="v3.4", until="v4.2")
def fpu_save_init(host: Linux, fpu: Fpu) -> bool:
    """Save the registers to an image; whether they are still intact."""
    if not fxsave(host, fpu):
        do_device_not_available(host)
        fxsave(host, fpu)
    return not host.save_destroys


@models("arch/x86/include/asm/fpu-internal.h", "fpu_restore_checking", since="v3.4", until="v4.2")
def fpu_restore_checking(host: Linux, fpu: Fpu) -> bool:
    """Load the registers from an image, after a #NM where TS is set; whether it is refused."""
    if not fxrstor(host, fpu):
        do_device_not_available(host)
        fxrstor(host, fpu)
    return fpu.refused


@models("arch/x86/include/asm/fpu-internal.h", "__thread_clear_has_fpu", since="v3.4", until="v4.2")
def __thread_clear_has_fpu(host: Linux, task: Task) -> None:
    """A task has the registers no more; the caller sets TS."""
    task.fpu.has_fpu = False
    host.this_cpu.fpu_owner_task = Owner.NOBODY


@models("arch/x86/include/asm/fpu-internal.h", "__thread_set_has_fpu", since="v3.4", until="v4.2")
def __thread_set_has_fpu(host: Linux, name: TaskName) -> None:
    """A task has the registers; the caller has cleared TS."""
    host.tasks[name].fpu.has_fpu = True
    host.this_cpu.fpu_owner_task = owner_named(name)


@models("arch/x86/include/asm/fpu-internal.h", "__thread_fpu_end", since="v3.4", until="v4.2")
def __thread_fpu_end(host: Linux, task: Task) -> None:
    """Take the registers away from a task."""
    __thread_clear_has_fpu(host, task)
    if not use_eager_fpu(host):
        stts(host)


@models("arch/x86/include/asm/fpu-internal.h", "__thread_fpu_begin", since="v3.4", until="v4.2")
def __thread_fpu_begin(host: Linux, name: TaskName) -> None:
    """Give the registers to a task, whatever is in them."""
    if not use_eager_fpu(host):
        clts(host)
    __thread_set_has_fpu(host, name)


@models("arch/x86/include/asm/fpu-internal.h", "fpu_lazy_restore", since="v3.4", until="v4.2")
def fpu_lazy_restore(host: Linux, name: TaskName) -> bool:
    """Whether the registers still hold what the task left in them."""
    fpu = host.tasks[name].fpu
    owns = host.this_cpu.fpu_owner_task == owner_named(name)
    return owns & fpu.was_last_on(host.smp_processor_id)


@models("arch/x86/include/asm/fpu-internal.h", "switch_fpu_prepare", since="v3.4", until="v4.0")
def switch_fpu_prepare(host: Linux, old: Task, name: TaskName, frequent: bool) -> bool:
    """Save the old task's registers and hand them on; whether the new task's must be loaded."""
    new = host.tasks[name]
    preload = new.used_math & (use_eager_fpu(host) | (new.fpu_counter & frequent))
    if old.fpu.has_fpu:
        old.fpu.set_last_cpu(host.smp_processor_id, fpu_save_init(host, old.fpu))
        old.fpu.has_fpu = False
        if preload:
            new.fpu_counter = True
            __thread_set_has_fpu(host, name)
        elif not use_eager_fpu(host):
            stts(host)
        return preload
    old.fpu_counter = False
    old.fpu.last_cpu = False
    if not preload:
        return False
    new.fpu_counter = True
    still_there = (not use_eager_fpu(host)) & fpu_lazy_restore(host, name)
    __thread_fpu_begin(host, name)
    return still_there ^ True


@abstracts("What follows a failing restore_fpu_checking, here and in math_state_restore")
def give_up(host: Linux, task: Task) -> None:
    """Take the registers away again; since v3.7 drop_init_fpu does that, and more."""
    if host.era.drops_fpu:
        drop_init_fpu(host, task)
    else:
        __thread_fpu_end(host, task)


@models("arch/x86/include/asm/fpu-internal.h", "switch_fpu_finish", since="v3.4", until="v4.2")
def switch_fpu_finish(host: Linux, new: Task, preload: bool) -> None:
    """Load the new task's registers."""
    if preload:
        host.did.preloaded = True
        if fpu_restore_checking(host, new.fpu):
            give_up(host, new)


@models("arch/x86/kernel/process_64.c", "__switch_to", since="v3.4", until="v4.2")
def switch_to(host: Linux, to: TaskName, frequent: bool) -> None:
    """Prepare, then finish, then change current; interrupts off throughout."""
    upcoming = host.tasks[to]
    preload = switch_fpu_prepare(host, host.running, to, frequent)
    host.did.lazily_restored = upcoming.fpu.has_fpu & (preload ^ True)
    switch_fpu_finish(host, upcoming, preload)
    host.this_cpu.current = to


@models("arch/x86/kernel/i387.c", "init_fpu", since="v3.4", until="v4.2")
def init_fpu(task: Task) -> None:
    """Give a task that never used the FPU its initial state; the allocation has been done."""
    task.fpu.state = Contents(owner=task.context, value=False)
    task.fpu.refused = False
    task.used_math = True


@models("arch/x86/kernel/traps.c", "math_state_restore", since="v3.4", until="v4.0")
def math_state_restore(host: Linux) -> None:
    """Mark the registers as the current task's, then load them."""
    task = host.running
    __thread_fpu_begin(host, host.this_cpu.current)
    if fpu_restore_checking(host, task.fpu):
        give_up(host, task)
        force_sig(task)
        return
    task.fpu_counter = True


@models("arch/x86/kernel/traps.c", "do_device_not_available", since="v3.4", until="v4.2")
def do_device_not_available(host: Linux) -> None:
    """#NM, interrupts off: a first use allocates with interrupts on, any other restores."""
    assert not use_eager_fpu(host), "do_device_not_available: BUG_ON(use_eager_fpu())"
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
def finish_device_not_available(host: Linux) -> None:
    """The part of the handler after the allocation, interrupts off again."""
    host.running.place = Place.USER
    math_state_restore(host)


@models("arch/x86/include/asm/fpu-internal.h", "save_init_fpu", since="v3.4", until="v4.1")
def save_init_fpu(host: Linux) -> None:
    """Take the registers away from the current task, which is believed to have them."""
    task = host.running
    assert task.fpu.has_fpu, "save_init_fpu: WARN_ON_ONCE(!__thread_has_fpu())"
    fpu_save_init(host, task.fpu)
    if use_eager_fpu(host):
        return
    __thread_fpu_end(host, task)


@models("arch/x86/include/asm/fpu-internal.h", "clear_fpu", since="v3.4", until="v3.7")
def clear_fpu(host: Linux) -> None:
    """Forget the current task's registers, preemption off."""
    if host.running.fpu.has_fpu:
        __thread_fpu_end(host, host.running)


@models("arch/x86/include/asm/fpu-internal.h", "user_fpu_end", since="v3.4", until="v3.7")
def user_fpu_end(host: Linux) -> None:
    """Take the registers away from the current task, which has saved them; preemption off."""
    __thread_fpu_end(host, host.running)


@models("arch/x86/include/asm/fpu-internal.h", "drop_fpu", since="v3.7", until="v4.0")
def drop_fpu(host: Linux, task: Task) -> None:
    """A task has no FPU state any more, preemption off; used_math is that of the current task."""
    task.fpu_counter = False
    if task.fpu.has_fpu:
        __thread_fpu_end(host, task)
    host.running.used_math = False


@models("arch/x86/include/asm/fpu-internal.h", "drop_init_fpu", since="v3.7", until="v4.2")
def drop_init_fpu(host: Linux, task: Task) -> None:
    """Start a task afresh: at its next use, or at once where switching is eager."""
    if not use_eager_fpu(host):
        drop_fpu(host, task)
    else:
        host.this_cpu.cpu.registers = Contents(owner=task.context, value=False)


@models("arch/x86/include/asm/fpu-internal.h", "user_fpu_begin", since="v3.4", until="v4.2")
def user_fpu_begin(host: Linux) -> None:
    """Give the registers to the current task, whatever is in them; preemption off."""
    if not host.running.fpu.has_fpu:
        __thread_fpu_begin(host, host.this_cpu.current)
