"""How seL4 hands the FPU on: lazily, by a pointer to the registers' owner on each core.

The pointer is to the save area in a thread control block (TCB), which is an object in memory that
is used again: whoever finds the pointer equal to its own area takes the registers for its own.
src/machine/fpu.c and include/machine/fpu.h of 12.0 and 12.1, as Arm and RISC-V have them.
"""

from dataclasses import dataclass
from enum import Enum

from nestproof.models.ownership.access import FpuAccess, Latest
from nestproof.models.ownership.contents import Contents, Context
from verifier.language import Family, models, record


class Tcb(Enum):
    """The memory of a TCB, of one thread after another."""

    FIRST = "the first TCB"
    SECOND = "the second TCB"


class CoreName(Enum):
    """The cores."""

    CORE0 = "core 0"
    CORE1 = "core 1"


@dataclass(frozen=True)
class Era:
    """What a version does about the owner; both are done in one function of each architecture.

    `deletes_owner`: a thread that is deleted gives the FPU away. `migrates_owner`: so does one that
    gets another core.
    """

    version: str
    deletes_owner: bool = True
    migrates_owner: bool = True


@record
class Thread:
    """tcb_t as far as the FPU goes: `area` is tcbArch.tcbContext.fpuState."""

    context: Context = Context.TASK_A
    exists: bool = True
    affinity: CoreName = CoreName.CORE0
    area: Contents = Contents()


@record
class Core:
    """A core: its registers, whether user mode may use them, and its part of the kernel's state.

    `active` is ksActiveFPUState, `thread` ksCurThread; without a thread it idles.
    """

    registers: Contents = Contents()
    enabled: bool = False
    active: Tcb | None = None
    thread: Tcb | None = None


@record
class Kernel:
    """Two cores and the memory of two threads."""

    era: Era
    cores: Family[CoreName, Core] = Family()
    threads: Family[Tcb, Thread] = Family()
    access: FpuAccess = FpuAccess()
    latest: Latest = Latest()


@models("seL4: src/machine/fpu.c", "switchLocalFpuOwner", since="11.0.0", until="14.0.0")
def switch_local_fpu_owner(kernel: Kernel, name: CoreName, new_owner: Tcb | None) -> None:
    """Save the registers for whom they are, and load those of the new owner, if there is one."""
    core = kernel.cores[name]
    core.enabled = True
    if core.active is not None:
        kernel.threads[core.active].area = core.registers
    if new_owner is not None:
        core.registers = kernel.threads[new_owner].area
    else:
        core.enabled = False
    core.active = new_owner


@models("seL4: include/machine/fpu.h", "nativeThreadUsingFPU", since="11.0.0", until="14.0.0")
def native_thread_using_fpu(kernel: Kernel, tcb: Tcb) -> bool:
    """Whether the core on which a thread runs has that thread's registers."""
    return kernel.cores[kernel.threads[tcb].affinity].active == tcb


@models("seL4: src/machine/fpu.c", "handleFPUFault", since="11.0.0", until="14.0.0")
def handle_fpu_fault(kernel: Kernel, name: CoreName, tcb: Tcb) -> None:
    """User mode has used the FPU while that was not allowed: give it the FPU."""
    assert not native_thread_using_fpu(kernel, tcb), "handleFPUFault: !nativeThreadUsingFPU()"
    switch_local_fpu_owner(kernel, name, tcb)


@models("seL4: include/machine/fpu.h", "lazyFPURestore", since="11.0.0", until="14.0.0")
def lazy_fpu_restore(kernel: Kernel, name: CoreName, tcb: Tcb, often: bool) -> None:
    """On the way to user mode; `often`: the FPU was let be so often that nobody seems to use it."""
    core = kernel.cores[name]
    if core.active is not None:
        if often:
            switch_local_fpu_owner(kernel, name, None)
        else:
            core.enabled = native_thread_using_fpu(kernel, tcb)


@models("seL4: src/machine/fpu.c", "fpuThreadDelete", since="11.0.0", until="14.0.0")
def fpu_thread_delete(kernel: Kernel, tcb: Tcb) -> None:
    """Take the registers away from a thread that is about to be deleted, on whatever core."""
    if native_thread_using_fpu(kernel, tcb):
        switch_local_fpu_owner(kernel, kernel.threads[tcb].affinity, None)


@models("seL4: src/arch/*/object/objecttype.c", "Arch_prepareThreadDelete", since="11.0.0")
def arch_prepare_thread_delete(kernel: Kernel, tcb: Tcb) -> None:
    """Nothing on RISC-V until 04061e113 (12.0.0), on Arm until 7d91ce8e8 (12.1.0)."""
    if kernel.era.deletes_owner:
        fpu_thread_delete(kernel, tcb)


@models("seL4: src/arch/riscv/object/tcb.c", "Arch_migrateTCB", since="11.0.0")
def arch_migrate_tcb(kernel: Kernel, tcb: Tcb) -> None:
    """Nothing on RISC-V until 57ce0a9cb (12.0.0)."""
    if kernel.era.migrates_owner and native_thread_using_fpu(kernel, tcb):
        switch_local_fpu_owner(kernel, kernel.threads[tcb].affinity, None)
