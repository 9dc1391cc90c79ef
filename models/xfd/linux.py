"""arch/x86/kernel/fpu, as far as it saves and loads tile data, and the #NM handler."""

from nestproof.models.x86.outcome import Outcome
from nestproof.models.xfd.processor import initialise_tiles, xrstors, xsaves
from nestproof.models.xfd.task import Fpstate, Host, TaskName
from verifier.language import models

CORE = "arch/x86/kernel/fpu/core.c"
XSTATE_C = "arch/x86/kernel/fpu/xstate.c"
XSTATE_H = "arch/x86/kernel/fpu/xstate.h"
CONTEXT = "arch/x86/kernel/fpu/context.h"


@models(XSTATE_H, "xfd_update_state", since="v5.16")
def xfd_update_state(host: Host, fpstate: Fpstate) -> None:
    """Write IA32_XFD where xfd_state says that it has another value."""
    if host.xfd_state != fpstate.xfd:
        host.cpu.xfd = fpstate.xfd
        host.xfd_state = fpstate.xfd


@models("arch/x86/kernel/traps.c", "exc_device_not_available", since="v5.16")
def exc_device_not_available_in_kernel(host: Host) -> None:
    """handle_xfd_event warns and gives up outside user mode, and CR0.TS is never set."""
    host.cpu.xfd_err = False
    assert host.cpu.ts, "die: unexpected #NM exception"


@models(CORE, "save_fpregs_to_fpstate", since="v5.16")
def save_fpregs_to_fpstate(host: Host) -> None:
    """XSAVES of what the current fpstate has room for; the registers stay as they are."""
    if host.fpstate.has_tiles:
        xsaves(host.cpu, host.fpstate.regs)


@models(CORE, "restore_fpregs_from_fpstate", since="v5.16")
def restore_fpregs_from_fpstate(host: Host) -> None:
    """IA32_XFD first, then XRSTORS of all features, whatever the fpstate has room for."""
    xfd_update_state(host, host.fpstate)
    if xrstors(host.cpu, host.fpstate.regs) == Outcome.NM:
        exc_device_not_available_in_kernel(host)


@models(CONTEXT, "fpregs_state_valid", since="v5.16")
def fpregs_state_valid(host: Host) -> bool:
    """Whether the registers hold the current task's state."""
    return host.fpu_fpregs_owner_ctx == host.current and host.running.last_cpu


@models(CONTEXT, "fpregs_restore_userregs", since="v5.16")
def fpregs_restore_userregs(host: Host) -> None:
    """Load the current task's registers unless they still hold its state."""
    if not fpregs_state_valid(host):
        restore_fpregs_from_fpstate(host)
        host.fpu_fpregs_owner_ctx = host.current
        host.running.last_cpu = True
    host.running.need_fpu_load = False


@models(CORE, "switch_fpu_return", since="v5.2")
def switch_fpu_return(host: Host) -> None:
    """Before user mode or a guest, where TIF_NEED_FPU_LOAD is set."""
    fpregs_restore_userregs(host)


@models(CORE, "fpregs_mark_activate", since="v5.2")
def fpregs_mark_activate(host: Host) -> None:
    """The registers hold the current task's state."""
    host.fpu_fpregs_owner_ctx = host.current
    host.running.last_cpu = True
    host.running.need_fpu_load = False


@models("arch/x86/include/asm/fpu/sched.h", "switch_fpu_prepare", since="v5.16", until="v6.19")
def switch_fpu_prepare(host: Host) -> None:
    """Save the registers of the task that is left; they may still be there when it comes back."""
    save_fpregs_to_fpstate(host)
    host.running.last_cpu = True


@models("arch/x86/include/asm/fpu/sched.h", "switch_fpu", since="v6.19")
def switch_fpu(host: Host) -> None:
    """The same, and the task that is left has to load them before it goes on."""
    host.running.need_fpu_load = True
    save_fpregs_to_fpstate(host)
    host.running.last_cpu = True


@models("arch/x86/kernel/process_64.c", "__switch_to", since="v5.16")
def __switch_to(host: Host, next: TaskName) -> None:
    """A kernel thread has nothing to save; switch_fpu_finish has the next task load its own."""
    if host.current != TaskName.KTHREAD and not host.running.need_fpu_load:
        if host.era.marks_old_task:
            switch_fpu(host)
        else:
            switch_fpu_prepare(host)
    host.current = next
    if next != TaskName.KTHREAD and not host.era.marks_old_task:
        host.running.need_fpu_load = True


@models(CORE, "kernel_fpu_begin_mask", since="v5.16")
def kernel_fpu_begin_mask(host: Host) -> None:
    """Save the current task's registers, then they are nobody's."""
    if host.current != TaskName.KTHREAD and not host.running.need_fpu_load:
        host.running.need_fpu_load = True
        save_fpregs_to_fpstate(host)
    host.fpu_fpregs_owner_ctx = None


@models(XSTATE_C, "fpstate_realloc", since="v5.16")
def fpstate_realloc(host: Host) -> None:
    """A larger fpstate in the place of the current one, whose contents are in the registers."""
    if host.running.need_fpu_load:
        fpregs_restore_userregs(host)
    host.fpstate.has_tiles = True
    host.fpstate.xfd = False
    host.fpstate.regs.xstate_bv = False
    xfd_update_state(host, host.fpstate)


@models(XSTATE_C, "fpu__init_cpu_xstate", since="v5.16")
def fpu__init_cpu_xstate(host: Host) -> None:
    """A processor that starts has init_fpstate.xfd in IA32_XFD; since v6.9 xfd_state, too."""
    host.cpu.xfd = True
    if host.era.cpu_up_resets_cache:
        host.xfd_state = True


@models(
    "arch/x86/kernel/smpboot.c",
    "native_cpu_up",
    since="v5.16",
    moved=(("v6.5", "arch/x86/kernel/smpboot.c", "native_kick_ap"),),
)
def native_cpu_up(host: Host) -> None:
    """The registers are blank, and nobody's."""
    initialise_tiles(host.cpu)
    host.cpu.xfd_err = False
    host.fpu_fpregs_owner_ctx = None
    fpu__init_cpu_xstate(host)
