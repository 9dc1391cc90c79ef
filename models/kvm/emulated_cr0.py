"""CR0 as the instruction emulator and user space change it, which know nothing of L1's bits."""

from enum import Enum

from nestproof.models.kvm.cache_regs import kvm_read_cr0
from nestproof.models.kvm.machine import Kvm, Machine
from nestproof.models.kvm.observed import guest_was_emulated
from nestproof.models.kvm.run import in_kvm_run
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.kvm.vmx import TS, vmx_set_cr0
from nestproof.models.kvm.x86 import LMSW_BITS, PE, kvm_set_cr0
from nestproof.models.x86.cr0 import NO_BITS, Cr0, merged
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason
from verifier.language import assume, models, snapshot, step


class Emulated(Enum):
    """The instructions on CR0 that the emulator knows."""

    CLTS = "CLTS"
    LMSW = "LMSW"
    SMSW = "SMSW"
    MOV_TO_CR0 = "MOV to CR0"


@models("arch/x86/kvm/emulate.c", "em_clts", since="v3.12")
def em_clts(kvm: Machine) -> Outcome:
    """Clear TS in the CR0 that the guest runs with."""
    kvm_set_cr0(kvm, merged(TS, NO_BITS, kvm_read_cr0(kvm)))
    return Outcome.DONE


@models("arch/x86/kvm/emulate.c", "em_lmsw", since="v3.12")
def em_lmsw(kvm: Machine, msw: Cr0) -> Outcome:
    """Load the machine status word; nobody looks whether that is refused."""
    before = kvm_read_cr0(kvm)
    kvm_set_cr0(kvm, merged(LMSW_BITS, msw, before | (msw & PE)))
    return Outcome.DONE


@models("arch/x86/kvm/emulate.c", "em_cr_write", since="v3.12")
def em_cr_write(kvm: Machine, value: Cr0) -> Outcome:
    """Load all of CR0, or inject #GP."""
    return Outcome.GP if kvm_set_cr0(kvm, value) else Outcome.DONE


@models("arch/x86/kvm/vmx.c", "vmx_check_intercept", since="v3.12", until="v5.6")
def emulate(kvm: Kvm, instruction: Emulated, operand: Cr0) -> None:
    """Execute an instruction for the guest; of L1's intercepts of CR0 none is looked at.

    em_smsw stores the CR0 that the guest runs with.
    """
    read = snapshot(kvm_read_cr0(kvm))
    match instruction:
        case Emulated.CLTS:
            outcome = em_clts(kvm)
            guest_was_emulated(kvm, Instruction.CLTS, operand, outcome, read)
        case Emulated.LMSW:
            outcome = em_lmsw(kvm, operand)
            guest_was_emulated(kvm, Instruction.LMSW, operand, outcome, read)
        case Emulated.SMSW:
            guest_was_emulated(kvm, Instruction.SMSW, operand, Outcome.DONE, read)
        case Emulated.MOV_TO_CR0:
            outcome = em_cr_write(kvm, operand)
            guest_was_emulated(kvm, Instruction.MOV_TO_CR0, operand, outcome, read)


@step
def emulate_cr0_instruction(
    kvm: Kvm, instruction: Emulated, pe: bool, mp: bool, em: bool, ts: bool
) -> None:
    """KVM emulates an instruction on CR0, in memory of a device or put there by another processor.

    LMSW and SMSW may have an operand there; for the others the code has changed since the exit.
    """
    in_kvm_run(kvm, Phase.EXITED)
    assume(kvm.vcpu.exit.reason == ExitReason.EPT_VIOLATION)
    kvm.vcpu.phase = Phase.LOOP
    operand = Cr0(pe=pe, mp=mp, em=em, ts=ts, et=True, ne=True, wp=True, am=True, pg=True)
    emulate(kvm, instruction, operand)


@models("arch/x86/kvm/x86.c", "__set_sregs", since="v4.19")
def __set_sregs(kvm: Kvm, cr0: Cr0) -> None:
    """Give the guest, L1 or L2, a CR0."""
    vmx_set_cr0(kvm, cr0)
    kvm.vcpu.cr0 = cr0


@step
def set_unchanged_sregs(kvm: Kvm) -> None:
    """The VMM gives KVM_SET_SREGS what it has got from KVM_GET_SREGS."""
    in_kvm_run(kvm, Phase.USER)
    __set_sregs(kvm, snapshot(kvm_read_cr0(kvm)))
