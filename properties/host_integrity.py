"""The host's own belief about its FPU is right."""

from nestproof.models.linux.context import can_be_left
from nestproof.models.linux.task import HostFpu, Linux
from verifier.language import always, sometimes


@always("host_integrity")
def the_kernel_takes_no_nm_in_its_own_save_or_restore(did: HostFpu) -> bool:
    """No instruction by which the kernel saves or restores registers raises #NM."""
    return did.trapped ^ True


@always("host_integrity")
def ts_is_clear_exactly_while_the_running_task_has_the_registers(host: Linux) -> bool:
    """Where another task can run next, a lazy kernel's TS says who has the registers.

    An eager kernel's is clear at all times. In kernel FPU sections TS says nothing, and while KVM
    runs a guest TS is the guest's, or what VM exits load.
    """
    ts = host.this_cpu.cpu.cr0.ts
    if host.era.lazy:
        elsewhere = (
            host.this_cpu.in_kernel_fpu | host.this_cpu.runs_guest | (can_be_left(host) ^ True)
        )
        return elsewhere | (host.running.fpu.has_fpu == (ts ^ True))
    return host.this_cpu.runs_guest | (ts ^ True)


@always("host_integrity")
def only_the_running_task_has_the_registers(host: Linux) -> bool:
    """No task that is switched out is believed to have its state in the registers."""
    owners = False
    for name, task in host.tasks.items():
        owners = owners | (task.fpu.has_fpu & (host.is_running(name) ^ True))
    return owners ^ True


@sometimes("host_integrity")
def the_kernel_saves_or_restores(did: HostFpu) -> bool:
    """The kernel executes an instruction that saves or restores registers."""
    return did.executed
