"""KVM_RUN: entering the guest, what the guest does, and leaving it."""

from nestproof.models.kvm.era import HandOff
from nestproof.models.kvm.machine import Kvm, Machine
from nestproof.models.kvm.observed import exit_was_handled, guest_executed, guest_was_left
from nestproof.models.kvm.vcpu import Phase, written_bits
from nestproof.models.kvm.vmx import SPLIT
from nestproof.models.kvm.x86 import kvm_arch_vcpu_put, kvm_load_guest_fpu, kvm_put_guest_fpu
from nestproof.models.ownership.access import fpu_access, transient_access
from nestproof.models.x86.cr0 import RUNNING, Cr0, merged
from nestproof.models.x86.instructions import Instruction, Location
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import CrAccess, ExitReason, VmcsName
from verifier.language import abstracts, assume, models, snapshot, step


@abstracts("Code of the host runs, outside of all guests")
def in_host(kvm: Machine) -> None:
    """Only while no guest runs; HOST_CR0 has EM clear."""
    cpu = kvm.host.cpu
    assume(not kvm.in_guest)
    assume(kvm.runs_task)
    assert not cpu.cr0.em, "the host runs with EM clear"
    cpu.cr0.em = False  # as asserted: later merges of paths then see a constant


@abstracts("The virtual CPU's thread runs in the kernel and can be preempted")
def in_kvm_run(kvm: Machine, phase: Phase) -> None:
    """Only where the thread stands at this place."""
    in_host(kvm)
    assume(kvm.runs_thread)
    assume(kvm.vcpu.phase == phase)


@step
def kvm_run(kvm: Machine) -> None:
    """The VMM thread calls KVM_RUN."""
    in_kvm_run(kvm, Phase.USER)
    kvm.vcpu.phase = Phase.LOOP
    if kvm.vcpu.era.swaps_in_kvm_run:
        kvm_load_guest_fpu(kvm)


@step
def kvm_run_returns(kvm: Machine) -> None:
    """KVM_RUN returns to the VMM: a signal, or an exit that user space handles."""
    in_kvm_run(kvm, Phase.LOOP)
    if kvm.vcpu.era.swaps_in_kvm_run:
        kvm_put_guest_fpu(kvm)
    kvm_arch_vcpu_put(kvm)
    kvm.vcpu.phase = Phase.USER


@step
def check_requests(kvm: Machine) -> None:
    """vcpu_enter_guest looks at the requests, with preemption on."""
    in_kvm_run(kvm, Phase.LOOP)
    vcpu = kvm.vcpu
    vcpu.phase = Phase.READY
    if vcpu.request_deactivate_fpu:
        vcpu.request_deactivate_fpu = False
        vcpu.fpu_active = False
        kvm.ops.fpu_deactivate(kvm)


@models("arch/x86/kvm/vmx.c", "vmx_vcpu_run", since="v2.6.34", moved=SPLIT)
def vmx_vcpu_run(kvm: Kvm) -> None:
    """VM entry; until v2.6.35 exits get the TS that the host has now."""
    kvm.vcpu.cr0_available = False
    if kvm.vcpu.era.hand_off == HandOff.HOST_IMAGE:
        kvm.vmcs.host_cr0.ts = kvm.host.cr0.ts
    if kvm.host.vmlaunch() == Outcome.VMFAIL:
        kvm.vcpu.fail = True
        kvm.vcpu.nested_run_pending = False
        kvm.vcpu.phase = Phase.EXITED


@step
def vcpu_enter_guest(kvm: Machine, called_off: bool) -> None:
    """With preemption off: load the FPU, then enter unless there is something else to do.

    Since v5.2 the thread's registers, which are the guest's, are loaded as for user mode.
    """
    in_kvm_run(kvm, Phase.READY)
    vcpu = kvm.vcpu
    kvm.ops.prepare_guest_switch(kvm)
    if not vcpu.era.swaps_in_kvm_run and vcpu.fpu_active:
        kvm_load_guest_fpu(kvm)
    vcpu.phase = Phase.LOOP
    if not (called_off or vcpu.request_deactivate_fpu):
        kvm.host.return_to_user()
        kvm.ops.run(kvm)


@abstracts("Exit information is read once; what the hardware keeps of it is never read again")
def forget_exit(kvm: Kvm) -> None:
    """Blank it, so that it is no state."""
    for name in VmcsName:
        vmcs = kvm.host.cpu.vmcss[name]
        vmcs.exit_reason = ExitReason.NONE
        vmcs.exit_access = CrAccess.MOV_TO
        vmcs.exit_operand = Cr0()
        vmcs.exit_location = Location.RAX


@models("arch/x86/kvm/vmx.c", "vmx_vcpu_run", since="v2.6.34", moved=SPLIT)
def leave_guest(kvm: Kvm, instruction: Instruction, rax: Cr0) -> None:
    """The hardware has left the guest; interrupts and preemption are on again."""
    vcpu, vmcs = kvm.vcpu, kvm.vmcs
    vcpu.exit.reason = vmcs.exit_reason
    vcpu.exit.access = vmcs.exit_access
    vcpu.exit.operand = merged(written_bits(vcpu), vmcs.exit_operand, RUNNING)
    vcpu.exit.location = vmcs.exit_location
    vcpu.exit.rax = rax
    vcpu.nested_run_pending = False
    vcpu.phase = Phase.EXITED
    guest_was_left(kvm, instruction)


@abstracts("Which FPU instructions touch state that TS protects")
def touches_lazy_state(instruction: Instruction) -> bool:
    """Not those on protection keys, bounds or tiles, and not those without FPU state."""
    match instruction:
        case (
            Instruction.X87
            | Instruction.WAIT
            | Instruction.MMX
            | Instruction.SSE
            | Instruction.AVX
            | Instruction.FXSAVE
            | Instruction.XSAVE
            | Instruction.XSAVES
        ):
            return True
        case (
            Instruction.NONLAZY
            | Instruction.EXEMPT
            | Instruction.CLTS
            | Instruction.LMSW
            | Instruction.SMSW
            | Instruction.MOV_TO_CR0
            | Instruction.MOV_FROM_CR0
            | Instruction.TASK_SWITCH
        ):
            return False


@abstracts("The guest executes one instruction on the processor")
def execute_in_guest(
    kvm: Machine, instruction: Instruction, operand: Cr0, rax: Cr0, value: bool
) -> None:
    """It completes or faults unseen, or it exits."""
    cpu = kvm.host.cpu
    assume(kvm.in_guest)
    read = snapshot(kvm.read_cr0())
    if touches_lazy_state(instruction):
        transient_access(kvm.transient, cpu.registers, kvm.vcpu.context)
    outcome = kvm.execute(instruction, operand)
    if outcome == Outcome.EXIT:
        kvm.ops.leave_guest(kvm, instruction, operand, rax)
    else:
        if outcome == Outcome.DONE and touches_lazy_state(instruction):
            fpu_access(kvm.access, kvm.latest, cpu.registers, kvm.vcpu.context, value)
        guest_executed(kvm, instruction, operand, outcome, read)
    kvm.ops.forget_exit(kvm)


@step
def external_interrupt(kvm: Machine) -> None:
    """A hardware interrupt ends the guest's turn."""
    assume(kvm.in_guest)
    kvm.interrupt()
    kvm.ops.leave_guest(kvm, Instruction.EXEMPT, RUNNING, RUNNING)
    kvm.ops.forget_exit(kvm)


@step
def handle_exit(kvm: Machine) -> None:
    """KVM handles the exit."""
    in_kvm_run(kvm, Phase.EXITED)
    exit_was_handled(kvm, kvm.ops.handle_exit(kvm))
