"""Who else uses the processor: another task, the VMM in user mode, the kernel itself."""

from nestproof.models.kvm.machine import OTHER, VMM, Machine, TwoGuests
from nestproof.models.kvm.run import in_host
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.kvm.x86 import kvm_arch_vcpu_put, kvm_load_guest_fpu
from nestproof.models.linux.fpu_deferred import fpregs_mark_activate
from nestproof.models.linux.task import Interrupt, TaskName
from nestproof.models.ownership.access import fpu_access, fpu_write, transient_access
from nestproof.models.ownership.contents import Context
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import VmcsName
from verifier.language import abstracts, assume, snapshot, step


@step
def preempt(kvm: Machine, frequent: bool) -> None:
    """The virtual CPU's thread is preempted, in KVM_RUN with its preempt notifier called first."""
    in_host(kvm)
    assume(kvm.host.current == VMM)
    if kvm.vcpu.phase != Phase.USER:
        kvm_arch_vcpu_put(kvm)
    kvm.host.era.switch_to(kvm.host, OTHER, frequent)


@step
def resume(kvm: Machine, frequent: bool) -> None:
    """The virtual CPU's thread runs again."""
    in_host(kvm)
    assume(kvm.host.current == OTHER)
    kvm.host.era.switch_to(kvm.host, VMM, frequent)


@step
def schedule(s: TwoGuests, to: TaskName, frequent: bool) -> None:
    """Another task runs; the processor gets the VMCS of its thread's machine, if it is a thread."""
    in_host(s)
    assume(to != s.host.current)
    if s.runs_thread and s.vcpu.phase != Phase.USER:
        kvm_arch_vcpu_put(s)
    s.host.era.switch_to(s.host, to, frequent)
    if to == TaskName.C:
        return
    vmcs = VmcsName.VMCS01 if to == VMM else VmcsName.VMCS02
    if s.host.cpu.current != vmcs:
        s.host.cpu.current = vmcs
        stopped = snapshot(s.vcpu)
        s.vcpu = s.waiting
        s.waiting = stopped


@abstracts("An FPU instruction of a task in user mode, after a #NM if it is kept from it")
def user_fpu_instruction(kvm: Machine, context: Context, value: bool) -> None:
    """Execute it, or let the host's handler run and retry later."""
    host = kvm.host
    host.return_to_user()
    transient_access(kvm.transient, host.cpu.registers, context)
    if host.execute(Instruction.SSE) == Outcome.NM:
        host.era.do_device_not_available(host)
    else:
        fpu_access(kvm.access, kvm.latest, host.cpu.registers, context, value)


@step
def vmm_fpu_instruction(kvm: Machine, value: bool) -> None:
    """The VMM executes an FPU instruction in user mode."""
    in_host(kvm)
    assume(kvm.runs_thread)
    assume(kvm.vcpu.phase == Phase.USER)
    user_fpu_instruction(kvm, kvm.host.running.context, value)


@step
def other_fpu_instruction(kvm: Machine, value: bool) -> None:
    """The other task executes an FPU instruction in user mode, unless it is a kernel thread."""
    in_host(kvm)
    assume(kvm.runs_thread ^ True)
    assume(kvm.host.running.used_math)
    user_fpu_instruction(kvm, kvm.host.running.context, value)


@abstracts("A kernel_fpu section, with nothing in between that could disturb it")
def kernel_fpu_section(kvm: Machine, value: bool) -> None:
    """The kernel loads registers of its own and computes."""
    host = kvm.host
    host.era.kernel_fpu_begin(host)
    fpu_write(kvm.latest, host.cpu.registers, Context.KERNEL, value)
    host.era.kernel_fpu_end(host)


@step
def interrupt_uses_fpu(kvm: Machine, by_local_bh_enable: bool, value: bool) -> None:
    """An interrupt or softirq uses the FPU if it may."""
    in_host(kvm)
    host = kvm.host
    in_user = (kvm.runs_thread ^ True) | (kvm.vcpu.phase == Phase.USER)
    assume(not (in_user and by_local_bh_enable))
    if in_user:
        host.interrupt = Interrupt.FROM_USER
    elif by_local_bh_enable:
        host.interrupt = Interrupt.NO_REGISTERS
    else:
        host.interrupt = Interrupt.FROM_KERNEL
    assume(host.era.irq_fpu_usable(host))
    kernel_fpu_section(kvm, value)
    host.interrupt = Interrupt.NONE


@step
def interrupt_in_fpregs_lock(kvm: Machine, value: bool) -> None:
    """KVM_RUN loads the guest's registers, and a hardware interrupt uses the FPU just behind that.

    fpregs_lock keeps softirqs off, and irq_fpu_usable asks for no more than in_kernel_fpu until
    v5.17 (59f5ede3bc0f). Then fpregs_mark_activate: what is in the registers passes for the
    guest's. The other places in fpregs_lock where an interrupt does harm are left out.
    """
    in_host(kvm)
    assume(kvm.runs_thread)
    assume(kvm.vcpu.phase == Phase.USER)
    kvm.vcpu.phase = Phase.LOOP
    kvm_load_guest_fpu(kvm)
    kvm.host.interrupt = Interrupt.FROM_KERNEL
    assume(kvm.host.era.irq_fpu_usable(kvm.host))
    kernel_fpu_section(kvm, value)
    kvm.host.interrupt = Interrupt.NONE
    fpregs_mark_activate(kvm.host)


@step
def process_uses_fpu(kvm: Machine, value: bool) -> None:
    """The kernel uses the FPU in process context, such as for a checksum in memory reclaim."""
    in_host(kvm)
    assume(kvm.host.era.irq_fpu_usable(kvm.host))
    kernel_fpu_section(kvm, value)
