"""SVM: what the VMCB must say so that L0 can keep the FPU from a guest that cannot tell.

A guest has the CR0 that it has written, or its accesses are intercepted. The processor has nested
paging, so PG and WP are as the guest has them.
"""

from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.emulated_cr0 import em_clts, em_cr_write, em_lmsw
from nestproof.models.kvm.exits import kvm_task_switch
from nestproof.models.kvm.observed import guest_was_left, something_changed
from nestproof.models.kvm.ops import X86Ops
from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.x86.cr0 import RUNNING, Cr0, merged
from nestproof.models.x86.instructions import MACHINE_STATUS_WORD, Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcb import ExitCode
from verifier.language import abstracts, models

SELECTIVE_MASK = Cr0(ts=True, mp=True)
"""SVM_CR0_SELECTIVE_MASK: what a guest may change unseen, and what makes its FPU use fault."""
ALWAYS_OFF = Cr0(nw=True, cd=True)
"""The caches of a guest are on."""


@models("arch/x86/kvm/svm.c", "update_cr0_intercept", since="v3.4", until="v5.0")
def update_cr0_intercept(kvm: SvmKvm) -> None:
    """Intercept CR0 unless the guest has the FPU and runs with what it has written."""
    vcpu, vmcb = kvm.vcpu, kvm.vmcb
    if vcpu.fpu_active:
        vmcb.cr0 = merged(SELECTIVE_MASK, vcpu.cr0, vmcb.cr0)
    else:
        vmcb.cr0 = vmcb.cr0 | SELECTIVE_MASK
    differs = (vcpu.cr0 != vmcb.cr0) | (vcpu.fpu_active ^ True)
    vmcb.intercept_cr0_read = differs
    vmcb.intercept_cr0_write = differs


@models("arch/x86/kvm/svm.c", "svm_set_cr0", since="v3.4", until="v5.0")
def svm_set_cr0(kvm: SvmKvm, cr0: Cr0) -> None:
    """Give the guest a CR0; without the FPU it runs with TS."""
    vcpu = kvm.vcpu
    vcpu.cr0 = cr0
    kvm.vmcb.cr0 = (cr0 | Cr0(ts=vcpu.fpu_active ^ True)) & ~ALWAYS_OFF
    update_cr0_intercept(kvm)


@models("arch/x86/kvm/svm.c", "svm_decache_cr0_guest_bits", since="v3.4", until="v5.0")
def svm_decache_cr0_guest_bits(kvm: SvmKvm) -> None:
    """Nothing: arch.cr0 is up to date since the last exit was handled."""


@models("arch/x86/kvm/svm.c", "svm_fpu_activate", since="v3.4", until="v4.11")
def svm_fpu_activate(kvm: SvmKvm) -> None:
    """Let the guest use the FPU, change TS and take #NM itself."""
    kvm.vmcb.intercept_nm = False
    kvm.vcpu.fpu_active = True
    update_cr0_intercept(kvm)


@models("arch/x86/kvm/svm.c", "svm_fpu_deactivate", since="v3.4", until="v4.11")
def svm_fpu_deactivate(kvm: SvmKvm) -> None:
    """Take TS and #NM back."""
    kvm.vmcb.intercept_nm = True
    update_cr0_intercept(kvm)
    something_changed(kvm)


@models("arch/x86/kvm/svm.c", "svm_prepare_guest_switch", since="v3.4", until="v5.0")
def svm_prepare_guest_switch(kvm: SvmKvm) -> None:
    """Nothing that concerns CR0 or the FPU."""


@models("arch/x86/kvm/svm.c", "svm_vcpu_put", since="v3.4", until="v5.0")
def svm_vcpu_put(kvm: SvmKvm) -> None:
    """Nothing that concerns CR0 or the FPU: #VMEXIT has restored the host's TS."""


@models("arch/x86/kvm/svm.c", "svm_vcpu_run", since="v3.4", until="v5.0")
def svm_vcpu_run(kvm: SvmKvm) -> None:
    """VMRUN, which can be refused."""
    kvm.host.runs_guest = True
    if kvm.host.vmrun() == Outcome.EXIT:
        leave_guest(kvm, Instruction.EXEMPT, RUNNING, RUNNING)


@models("arch/x86/kvm/svm.c", "svm_vcpu_run", since="v3.4", until="v5.0")
def leave_guest(kvm: SvmKvm, instruction: Instruction, operand: Cr0, _rax: Cr0) -> None:
    """The hardware has left the guest; interrupts and preemption are on again.

    Of operands only the machine status word is kept; no guest here changes other bits.
    """
    kvm.host.runs_guest = False
    leaving = kvm.vcpu.exit
    leaving.code = kvm.vmcb.exit_code
    leaving.instruction = instruction
    leaving.operand = merged(MACHINE_STATUS_WORD, operand, RUNNING)
    kvm.vcpu.phase = Phase.EXITED
    guest_was_left(kvm, instruction)


@abstracts("Exit information is read once; what the hardware keeps of it is never read again")
def forget_exit(kvm: SvmKvm) -> None:
    """Blank it, so that it is no state."""
    vmcb = kvm.vmcb
    vmcb.exit_code = ExitCode.NONE
    vmcb.exit_is_mov = False
    vmcb.exit_operand = Cr0()


@models("arch/x86/kvm/svm.c", "nm_interception", since="v3.4", until="v4.11")
def nm_interception(kvm: SvmKvm) -> Handled:
    """The guest may use the FPU now."""
    svm_fpu_activate(kvm)
    return Handled.RESUMED


@models("arch/x86/kvm/svm.c", "emulate_on_interception", since="v3.4", until="v5.0")
def emulate_on_interception(kvm: SvmKvm) -> Handled:
    """Execute the instruction for the guest, and skip it unless it is refused.

    A MOV that decode assists describe is handled by cr_interception, with the same effect, in v4.20
    for the selective intercept, too. Nothing has changed the code since the exit.
    """
    leaving = kvm.vcpu.exit
    outcome = Outcome.DONE
    match leaving.instruction:
        case Instruction.CLTS:
            outcome = em_clts(kvm)
        case Instruction.LMSW:
            outcome = em_lmsw(kvm, leaving.operand)
        case Instruction.MOV_TO_CR0:
            outcome = em_cr_write(kvm, leaving.operand)
        case _:
            pass
    return Handled.REFUSED if outcome == Outcome.GP else Handled.EMULATED


@models("arch/x86/kvm/svm.c", "svm_exit_handlers", since="v3.4", until="v5.0")
def handle(kvm: SvmKvm) -> Handled:
    """The handler for an exit code; since v4.11 there is none for #NM, and the source warns."""
    match kvm.vcpu.exit.code:
        case ExitCode.EXCEPTION_NM:
            assert kvm.vcpu.era.lazy, "svm: unexpected exit reason"
            return nm_interception(kvm)
        case ExitCode.CR0_READ | ExitCode.CR0_WRITE | ExitCode.CR0_SEL_WRITE:
            return emulate_on_interception(kvm)
        case ExitCode.TASK_SWITCH:
            return kvm_task_switch(kvm)
        case ExitCode.INVALID:
            return Handled.KILLED
        case ExitCode.NONE | ExitCode.INTR | ExitCode.VMRUN | ExitCode.NPF:
            return Handled.NOTHING


@models("arch/x86/kvm/svm.c", "handle_exit", since="v3.4", until="v5.0")
def handle_exit(kvm: SvmKvm) -> Handled:
    """Take over the CR0 that the guest has written unseen, then handle the exit."""
    kvm.vcpu.phase = Phase.LOOP
    if not kvm.vmcb.intercept_cr0_write:
        kvm.vcpu.cr0 = kvm.vmcb.cr0
    return handle(kvm)


@abstracts("A guest without guests")
def told_l1(_kvm: SvmKvm) -> None:
    """No exit is given to L1."""


SVM_X86_OPS = X86Ops(
    set_cr0=svm_set_cr0,
    decache_cr0_guest_bits=svm_decache_cr0_guest_bits,
    fpu_deactivate=svm_fpu_deactivate,
    prepare_guest_switch=svm_prepare_guest_switch,
    vcpu_put=svm_vcpu_put,
    run=svm_vcpu_run,
    handle_exit=handle_exit,
    leave_guest=leave_guest,
    forget_exit=forget_exit,
    told_l1=told_l1,
)
"""svm_x86_ops."""
