"""How tasks begin and end, as far as the FPU goes: arch/x86/kernel/process.c."""

from collections.abc import Callable
from dataclasses import dataclass

from nestproof.models.linux.fpu_internal import drop_fpu, fpu_save_init
from nestproof.models.linux.kernel_fpu import unlazy_fpu
from nestproof.models.linux.task import CpuName, Linux, Task
from verifier.language import models


@dataclass(frozen=True)
class Lifecycle:
    """One version's functions: `arch_dup_task_struct(host, child, allocated)` is of `current`."""

    exit_thread: Callable[[Linux], None]
    arch_dup_task_struct: Callable[[Linux, Task, bool], None]


@models("arch/x86/kernel/process.c", "exit_thread", since="v2.6.34", until="v3.5")
def exit_thread_keeping_registers(host: Linux) -> None:
    """The registers stay the task's, which saves them when it is switched out for good."""


@models("arch/x86/kernel/process.c", "exit_thread", since="v3.6", until="v4.2")
def exit_thread(host: Linux) -> None:
    """The task has no FPU state any more."""
    drop_fpu(host, host.running)


@models("arch/x86/kernel/process.c", "arch_dup_task_struct", since="v3.4", until="v3.18")
def arch_dup_task_struct(host: Linux, child: Task, allocated: bool) -> None:
    """Copy the parent once its registers are saved; struct fpu is zeroed where it has an image.

    So last_cpu becomes 0, which is a processor's number. Until v3.4 prepare_to_copy saves them,
    since v3.7 fpu_copy; copy_thread clears fpu_counter.
    """
    parent = host.running
    unlazy_fpu(host)
    child.used_math = parent.used_math
    child.fpu = parent.fpu
    if allocated:
        child.fpu.set_last_cpu(CpuName.CPU0, True)
    child.fpu_counter = False


@models("arch/x86/include/asm/fpu-internal.h", "fpu_copy", since="v3.7", until="v4.2")
def arch_dup_task_struct_eagerly(host: Linux, child: Task, _allocated: bool) -> None:
    """Save the registers to the child at once; the parent keeps them."""
    parent = host.running
    child.used_math = parent.used_math
    child.fpu = parent.fpu
    fpu_save_init(host, child.fpu)
    child.fpu.has_fpu = False
    child.fpu.set_last_cpu(CpuName.CPU0, True)
    child.fpu_counter = False


V3_4 = Lifecycle(exit_thread_keeping_registers, arch_dup_task_struct)
V3_7 = Lifecycle(exit_thread, arch_dup_task_struct)
V3_12_EAGER = Lifecycle(exit_thread, arch_dup_task_struct_eagerly)
