"""KVM as the guest of KVM, and a lazy Linux with two tasks as the guest's guest.

L1's VMCS is a shadow VMCS: VMREAD and VMWRITE access memory, which L0 copies to VMCS12 when L1
enters L2 and back when L2 is left.

To keep the product of three levels small, each KVM handles an exit as it happens and looks at its
requests as it enters; no task uses the FPU often enough to be preloaded; guest kernels do not use
it themselves. The systems of one level, and of any guest, have all of these.
"""

from nestproof.models.kvm import neighbours, run
from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.exits import vmx_handle_exit
from nestproof.models.kvm.machine import OTHER, Kvm
from nestproof.models.kvm.nested import interrupt_exits_to_l1
from nestproof.models.kvm.run import forget_exit, leave_guest
from nestproof.models.kvm.vcpu import Exit, Phase
from nestproof.models.linux.task import Fpu, Image
from nestproof.models.stack.execution import (
    goes_on,
    kernel_instruction,
    switch,
    task_image,
    user_fpu_instruction,
)
from nestproof.models.stack.host import GuestHost, Issue, KvmHost
from nestproof.models.stack.kvm_linux import handled_for_guest
from nestproof.models.x86.cr0 import NO_BITS, RUNNING
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.vmcs import CrAccess, ExitReason, VmcsName
from nestproof.models.x86.vmx import vm_exit
from verifier.language import abstracts, assume, models, record, step


@record
class GuestKvm(Kvm):
    """KVM on a virtual CPU."""

    host: KvmHost


@record
class KvmKvmLinux(Kvm):
    """A host with KVM, the memory of its guest, and the memory of its guest's guest."""

    l1: GuestKvm
    l2: GuestHost


# What an exit leads to


@models("arch/x86/kvm/vmx.c", "copy_shadow_to_vmcs12", since="v3.10")
def copy_shadow_to_vmcs12(s: KvmKvmLinux) -> None:
    """L0 takes over what L1 has written."""
    s.vcpu.vmcs12 = s.l1.vmcs


@models("arch/x86/kvm/vmx.c", "copy_vmcs12_to_shadow", since="v3.10")
def copy_vmcs12_to_shadow(s: KvmKvmLinux) -> None:
    """L1 will read what L0 has written."""
    s.l1.host.cpu.vmcss[VmcsName.VMCS01] = s.vcpu.vmcs12


@abstracts("L1 handles an exit by changing its memory, which nothing reads before L1 goes on")
def l2_was_left(s: KvmKvmLinux) -> None:
    """L1 goes on behind its VM entry and handles the exit."""
    copy_vmcs12_to_shadow(s)
    leave_guest(s.l1, Instruction.EXEMPT, RUNNING)
    forget_exit(s.l1)
    handled_for_guest(s.l2, vmx_handle_exit(s.l1))
    s.l1.vcpu.exit = Exit()


@abstracts("Exit information in VMCS12 is copied once")
def forget_exit_to_l1(s: KvmKvmLinux) -> None:
    """Blank it, so that it is no state."""
    vmcs12 = s.vcpu.vmcs12
    vmcs12.exit_reason = ExitReason.NONE
    vmcs12.exit_access = CrAccess.MOV_TO
    vmcs12.exit_operand = NO_BITS


@abstracts("L0 handles an exit of L1 or L2, or gives it to L1, before anything else happens")
def handle_exit(s: KvmKvmLinux) -> None:
    """Whoever was left goes on, or L1 does instead of L2."""
    assert not s.host.cpu.non_root, "exits are handled in root operation"
    s.host.cpu.non_root = False  # as asserted: later merges of paths then see a constant
    nested = s.vcpu.guest_mode
    handled = vmx_handle_exit(s)
    if handled == Handled.TO_L1:
        l2_was_left(s)
    elif nested:
        handled_for_guest(s.l2, handled)
    else:
        handled_for_guest(s.l1.host, handled)
    forget_exit_to_l1(s)


@abstracts("What there is to do behind an instruction of a guest")
def after_instruction(s: KvmKvmLinux) -> None:
    """Handle an exit, if there was one; then its information is no state any more."""
    if s.vcpu.phase == Phase.EXITED:
        handle_exit(s)
    s.vcpu.exit = Exit()


@abstracts("vcpu_enter_guest with nothing in between")
def enter(s: KvmKvmLinux) -> None:
    """L0 loads the FPU and enters L1 or L2."""
    run.vcpu_enter_guest(s, False)
    assert s.host.cpu.non_root, "VM entry succeeds"
    forget_exit(s)


# L0


@step
def enter_guest(s: KvmKvmLinux) -> None:
    """L0 looks at its requests, loads the FPU and enters L1 or L2."""
    run.check_requests(s)
    enter(s)


@step
def external_interrupt(s: KvmKvmLinux) -> None:
    """A hardware interrupt ends the turn of L1 or L2."""
    run.external_interrupt(s)
    after_instruction(s)


@step
def interrupt_for_l1(s: KvmKvmLinux) -> None:
    """An interrupt for L1 ends the turn of L2, if L2 has had one, and L1 is entered."""
    run.check_requests(s)
    assume(s.vcpu.guest_mode & (s.vcpu.nested_run_pending ^ True))
    interrupt_exits_to_l1(s)
    l2_was_left(s)
    forget_exit_to_l1(s)
    enter(s)


@step
def preempt(s: KvmKvmLinux) -> None:
    """L0 preempts the thread of its virtual CPU."""
    neighbours.preempt(s, False)


@step
def resume(s: KvmKvmLinux) -> None:
    """L0 runs the thread of its virtual CPU again."""
    neighbours.resume(s, False)


# L1


@abstracts("VMX non-root operation on VMCS01")
def l1_runs(s: KvmKvmLinux) -> None:
    """Only while the physical CPU runs L1."""
    assume(s.host.cpu.non_root & (s.vcpu.guest_mode ^ True))


@abstracts("VMX non-root operation on VMCS01, nothing is left of the last function")
def l1_goes_on(s: KvmKvmLinux) -> None:
    """Only while L1 can begin something."""
    l1_runs(s)
    goes_on(s.l1.host)


@step
def l1_kvm_run(s: KvmKvmLinux) -> None:
    """L1's VMM thread calls KVM_RUN."""
    l1_goes_on(s)
    run.kvm_run(s.l1)


@step
def l1_kvm_run_returns(s: KvmKvmLinux) -> None:
    """L1's KVM_RUN returns to its VMM."""
    l1_goes_on(s)
    run.kvm_run_returns(s.l1)


@step
def l1_enter_guest(s: KvmKvmLinux) -> None:
    """L1 looks at its requests, loads L2's FPU registers and is about to enter L2."""
    l1_goes_on(s)
    run.check_requests(s.l1)
    run.vcpu_enter_guest(s.l1, False)


@step
def l1_vmlaunch(s: KvmKvmLinux) -> None:
    """L1 executes VMLAUNCH or VMRESUME, which exits."""
    l1_runs(s)
    assume(s.l1.host.first.kind == Issue.VMLAUNCH)
    copy_shadow_to_vmcs12(s)
    vm_exit(s.host.cpu, ExitReason.VMX_INSTRUCTION)
    leave_guest(s, Instruction.EXEMPT, RUNNING)
    forget_exit(s)
    s.l1.host.complete()
    after_instruction(s)


@step
def l1_preempt(s: KvmKvmLinux) -> None:
    """L1 preempts the thread of its virtual CPU."""
    l1_goes_on(s)
    neighbours.preempt(s.l1, False)


@step
def l1_resume(s: KvmKvmLinux) -> None:
    """L1 runs the thread of its virtual CPU again."""
    l1_goes_on(s)
    neighbours.resume(s.l1, False)


@step
def l1_fpu_instruction(s: KvmKvmLinux, value: bool) -> None:
    """L1's running task, its VMM or another, executes an FPU instruction in user mode."""
    l1_runs(s)
    assume((s.l1.host.current == OTHER) | (s.l1.vcpu.phase == Phase.USER))
    user_fpu_instruction(s, s.l1.host, value)
    after_instruction(s)


@abstracts("Which images a Linux with KVM has")
def l1_image(s: KvmKvmLinux) -> Fpu:
    """The image that L1's next instruction names."""
    if s.l1.host.first.image == Image.GUEST:
        return s.l1.vcpu.guest_fpu
    return task_image(s.l1.host)


@step
def l1_kernel_instruction(s: KvmKvmLinux) -> None:
    """L1's kernel executes its next instruction."""
    l1_runs(s)
    kernel_instruction(s, s.l1.host, l1_image(s))
    after_instruction(s)


# L2


@abstracts("VMX non-root operation on VMCS02")
def l2_runs(s: KvmKvmLinux) -> None:
    """Only while the physical CPU runs L2."""
    assume(s.host.cpu.non_root & s.vcpu.guest_mode)


@step
def l2_fpu_instruction(s: KvmKvmLinux, value: bool) -> None:
    """L2's running task executes an FPU instruction."""
    l2_runs(s)
    user_fpu_instruction(s, s.l2, value)
    after_instruction(s)


@step
def l2_schedule(s: KvmKvmLinux) -> None:
    """L2's kernel switches to its other task."""
    l2_runs(s)
    switch(s.l2, False)


@step
def l2_kernel_instruction(s: KvmKvmLinux) -> None:
    """L2's kernel executes its next instruction."""
    l2_runs(s)
    kernel_instruction(s, s.l2, task_image(s.l2))
    after_instruction(s)
