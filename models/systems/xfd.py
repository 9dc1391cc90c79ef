"""Tile data and XFD: Linux alone, and KVM with a guest that uses AMX."""

from collections.abc import Callable

from nestproof.models.xfd import guest, machine, signals
from nestproof.models.xfd.era import (
    ONLY_CPU_UP,
    ONLY_FOREIGN_XFD,
    ONLY_SIGNAL,
    ONLY_XFD_ERR,
    V5_17,
    V6_12,
    V6_19,
    V6_19_REPAIRED,
    Era,
)
from nestproof.models.xfd.machine import TileTasks
from nestproof.models.xfd.presentation import TILE_GUEST, TILE_TASKS
from nestproof.models.xfd.task import Host
from nestproof.models.xfd.vcpu import TileGuest
from verifier.language import System

Steps = tuple[Callable[..., None], ...]

TASKS: Steps = (
    machine.task_uses_tiles,
    machine.xfd_enable_feature,
    machine.enter_kernel,
    machine.leave_kernel,
    machine.schedule,
    machine.kernel_fpu_section,
    machine.cpu_off_and_on,
    signals.signal,
    signals.handle_signal,
    signals.sigreturn,
)
GUEST: Steps = (
    guest.kvm_run,
    guest.kvm_run_returns,
    guest.vcpu_enter_guest,
    guest.handle_exit,
    guest.interrupt,
    guest.guest_uses_tiles,
    guest.guest_uses_sse,
    guest.guest_sets_ts,
    guest.guest_writes_xfd,
    guest.guest_writes_xfd_err,
    guest.guest_reads_xfd_err,
    guest.guest_reads_xfd,
)
PERMISSIONS = ("host.tasks[A].permitted", "host.tasks[B].permitted")


def linux(name: str, era: Era, summary: str) -> System:
    """Two tasks, each of which may have asked for AMX."""
    return System(
        f"linux-xfd/{name}",
        TileTasks(host=Host(era=era)),
        TASKS,
        summary,
        arbitrary=PERMISSIONS,
        presentation=TILE_TASKS,
    )


def kvm(name: str, era: Era, summary: str) -> System:
    """A VMM and its guest, beside another task."""
    return System(
        f"kvm-xfd/{name}",
        TileGuest(host=Host(era=era)),
        (*TASKS, *GUEST),
        summary,
        arbitrary=(*PERMISSIONS, "host.cpu.ts_gates_tiles"),
        presentation=TILE_GUEST,
    )


LINUX_V5_17 = linux("v5.17", V5_17, "Linux v5.17 on a processor with AMX: state grows at first use")
LINUX_V5_17_CPU_UP = linux(
    "v5.17+cpu-up", ONLY_CPU_UP, "v5.17 in which only bringing a processor up is wrong"
)
LINUX_V6_12 = linux("v6.12", V6_12, "Linux v6.12: bringing a processor up resets xfd_state, too")
LINUX_V6_12_SIGNAL = linux(
    "v6.12+signal", ONLY_SIGNAL, "v6.12 in which only the delivery of a signal is wrong"
)
LINUX_V6_19 = linux("v6.19", V6_19, "Linux v6.19.9: signals bring IA32_XFD up to date")
LINUX_V6_19_REPAIRED = linux(
    "v6.19-repaired", V6_19_REPAIRED, "v6.19.9 in which sigreturn leaves nobody else's tiles"
)
KVM_V5_17 = kvm("v5.17", V5_17, "KVM v5.17: #NM is intercepted once the guest has written IA32_XFD")
KVM_V6_12 = kvm("v6.12", V6_12, "KVM v6.12, with Linux v6.12 below")
KVM_V6_19 = kvm("v6.19", V6_19, "KVM v6.19.9: what the guest disables leaves its image")
KVM_V6_19_FOREIGN_XFD = kvm(
    "v6.19+foreign-xfd",
    ONLY_FOREIGN_XFD,
    "v6.19.9 in which only IA32_XFD is written while another task has the registers",
)
KVM_V6_19_XFD_ERR = kvm(
    "v6.19+xfd-err",
    ONLY_XFD_ERR,
    "v6.19.9 in which only an XFD #NM of a guest with CR0.TS set leaves XFD_ERR behind",
)
KVM_V6_19_REPAIRED = kvm("v6.19-repaired", V6_19_REPAIRED, "v6.19.9 with its findings repaired")
