"""Deferred FPU switching, v5.2 to v6.19, as far as a host of KVM has it.

A switch saves registers and loads none; the way back to user mode does, and so does KVM before a VM
entry. `has_fpu` says that TIF_NEED_FPU_LOAD is clear, of the current task alone: that of another is
never read, as switch_fpu_finish sets it, so it is set as soon as a task is left, as v6.19 does it.
A task without used_math is a kernel thread. Signal frames, exec and debuggers are not here.
"""

from dataclasses import replace

from nestproof.models.linux.fpu_core import (
    V4_10,
    copy_fpregs_to_fpstate,
    copy_kernel_to_fpregs,
    fpregs_state_valid,
)
from nestproof.models.linux.owner import owner_named
from nestproof.models.linux.task import Fpu, Linux, Owner, Task, TaskName
from verifier.language import models

CORE = "arch/x86/kernel/fpu/core.c"


@models("arch/x86/kernel/fpu/core.c", "fpregs_mark_activate", since="v5.2")
def fpregs_mark_activate(host: Linux) -> None:
    """What is in the registers is the current task's."""
    fpu = host.running.fpu
    host.this_cpu.fpu_owner_task = owner_named(host.this_cpu.current)
    fpu.last_cpu = True
    fpu.has_fpu = True


@models(
    "arch/x86/include/asm/fpu/internal.h",
    "switch_fpu_prepare",
    since="v5.2",
    moved=(
        ("v5.16", "arch/x86/include/asm/fpu/sched.h"),
        ("v6.19", "arch/x86/include/asm/fpu/sched.h", "switch_fpu"),
    ),
)
def switch_fpu_prepare(host: Linux, old: Task) -> None:
    """Save the registers if they are the old task's; the owner stays, in case it comes back."""
    if old.used_math and old.fpu.has_fpu:
        old.fpu.last_cpu = copy_fpregs_to_fpstate(host, old.fpu)


@models("arch/x86/kernel/process_64.c", "__switch_to", since="v5.2")
def switch_to(host: Linux, to: TaskName, _frequent: bool) -> None:
    """Save, then change current, whose registers are loaded on its way to user mode."""
    old = host.running
    switch_fpu_prepare(host, old)
    old.fpu.has_fpu = False
    host.this_cpu.current = to


@models("arch/x86/kernel/fpu/core.c", "switch_fpu_return", since="v5.2")
def switch_fpu_return(host: Linux) -> None:
    """Load the current task's registers, unless it has them or they are still there."""
    fpu = host.running.fpu
    if fpu.has_fpu:
        return
    if fpregs_state_valid(host, host.this_cpu.current):
        host.did.lazily_restored = True
    else:
        host.did.preloaded = True
        copy_kernel_to_fpregs(host, fpu)
    fpregs_mark_activate(host)


@models(
    "arch/x86/kernel/fpu/core.c",
    "__kernel_fpu_begin",
    since="v5.2",
    moved=(("v5.10", CORE, "kernel_fpu_begin_mask"),),
)
def kernel_fpu_begin(host: Linux) -> None:
    """Save what is the current task's, which loads it again on its way to user mode."""
    host.this_cpu.in_kernel_fpu = True
    task = host.running
    if task.used_math and task.fpu.has_fpu:
        task.fpu.has_fpu = False
        copy_fpregs_to_fpstate(host, task.fpu)
    host.this_cpu.fpu_owner_task = Owner.NOBODY


@models("arch/x86/kernel/fpu/core.c", "kernel_fpu_end", since="v5.2")
def kernel_fpu_end(host: Linux) -> None:
    """Nothing is loaded."""
    host.this_cpu.in_kernel_fpu = False


@models("arch/x86/kernel/fpu/core.c", "irq_fpu_usable", since="v5.18")
def irq_fpu_usable(host: Linux) -> bool:
    """Usable outside kernel FPU sections, but not in an interrupt of a part with softirqs off.

    No step here is such a part and can be interrupted.
    """
    return host.this_cpu.in_kernel_fpu ^ True


@models("arch/x86/kernel/fpu/core.c", "fpu_swap_kvm_fpstate", since="v5.16")
def fpu_swap_kvm_fpstate(host: Linux, guest: Fpu, task: Fpu, enter_guest: bool) -> None:
    """Give the current task the guest's image and registers, or its own back.

    The source swaps a pointer to the image; here the image is copied, `guest` and `task` store the
    one that the pointer does not point to, and what is in the other of them is never read.
    """
    fpu = host.running.fpu
    if fpu.has_fpu:
        copy_fpregs_to_fpstate(host, fpu)
    if enter_guest:
        task.state = fpu.state
        fpu.state = guest.state
    else:
        guest.state = fpu.state
        fpu.state = task.state
    copy_kernel_to_fpregs(host, fpu)
    fpregs_mark_activate(host)


V5_2 = replace(
    V4_10,
    version="v5.2",
    switch_to=switch_to,
    kernel_fpu_begin=kernel_fpu_begin,
    kernel_fpu_end=kernel_fpu_end,
    switch_fpu_return=switch_fpu_return,
)
"""The rest, which no host of KVM here uses, is that of v4.10."""
V5_18 = replace(V5_2, version="v5.18", irq_fpu_usable=irq_fpu_usable)
