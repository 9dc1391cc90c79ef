"""Instructions on CR0 that KVM emulates although the guest was left for something else."""

from nestproof.models.kvm.cache_regs import kvm_read_cr0
from nestproof.models.kvm.emulated_cr0 import Emulated, em_clts, em_cr_write, em_lmsw
from nestproof.models.kvm.nested_svm import svm_check_intercept
from nestproof.models.kvm.observed import guest_was_emulated
from nestproof.models.kvm.run import in_kvm_run
from nestproof.models.kvm.svm import forget_exit, leave_guest
from nestproof.models.kvm.svm_exits import take_over_cr0
from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.kvm.svm_observed import told_l1
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.x86.cr0 import RUNNING, Cr0, cr0_is_valid
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.svm import vmexit
from nestproof.models.x86.vmcb import ExitCode
from verifier.language import abstracts, assume, models, snapshot, step


@step
def guest_accesses_memory(kvm: SvmKvm) -> None:
    """The guest accesses memory that is not there for it; another processor may change the code."""
    assume(kvm.in_guest)
    vmexit(kvm.host.cpu, ExitCode.NPF)
    leave_guest(kvm, Instruction.EXEMPT, RUNNING, RUNNING)
    forget_exit(kvm)


@abstracts("The instructions that the emulator knows, among all")
def instruction_of(emulated: Emulated) -> Instruction:
    """The instruction itself."""
    match emulated:
        case Emulated.CLTS:
            return Instruction.CLTS
        case Emulated.LMSW:
            return Instruction.LMSW
        case Emulated.SMSW:
            return Instruction.SMSW
        case Emulated.MOV_TO_CR0:
            return Instruction.MOV_TO_CR0


@models("arch/x86/kvm/emulate.c", "x86_emulate_insn", since="v3.12")
def x86_emulate_insn(kvm: SvmKvm, emulated: Emulated, operand: Cr0) -> Outcome:
    """What check_cr_write refuses is refused first; then L1 is asked."""
    if emulated == Emulated.MOV_TO_CR0 and not cr0_is_valid(operand):
        return Outcome.GP
    if svm_check_intercept(kvm, instruction_of(emulated), operand):
        return Outcome.EXIT
    match emulated:
        case Emulated.CLTS:
            return em_clts(kvm)
        case Emulated.LMSW:
            return em_lmsw(kvm, operand)
        case Emulated.SMSW:
            return Outcome.DONE
        case Emulated.MOV_TO_CR0:
            return em_cr_write(kvm, operand)


@step
def emulate_cr0_instruction(
    kvm: SvmKvm, instruction: Emulated, pe: bool, mp: bool, em: bool, ts: bool, cd: bool
) -> None:
    """KVM finds an instruction on CR0 where the guest was left: the code has changed since.

    With the module's parameter force_emulation_prefix a guest can have any instruction emulated.
    """
    in_kvm_run(kvm, Phase.EXITED)
    assume(kvm.vcpu.exit.code == ExitCode.NPF)
    take_over_cr0(kvm)
    bits = Cr0(pe=pe, mp=mp, em=em, ts=ts, et=True, ne=True, wp=True, am=True, cd=cd, pg=True)
    read = snapshot(kvm_read_cr0(kvm))
    outcome = x86_emulate_insn(kvm, instruction, bits)
    guest_was_emulated(kvm, instruction_of(instruction), bits, outcome, read)
    if outcome == Outcome.EXIT:
        told_l1(kvm)
