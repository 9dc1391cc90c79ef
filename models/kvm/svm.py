"""SVM: what the VMCB must say so that L0 can keep the FPU from a guest that cannot tell.

A guest has the CR0 that it has written, or its accesses are intercepted. The processor has nested
paging, so PG and WP are as the guest has them.
"""

from nestproof.models.kvm.observed import guest_was_left, something_changed
from nestproof.models.kvm.svm_intercepts import SPLIT, set_cr_intercept, set_exception_intercept
from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.x86.cr0 import RUNNING, Cr0, merged
from nestproof.models.x86.instructions import MACHINE_STATUS_WORD, Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcb import ExitCode, VmcbName
from verifier.language import abstracts, models

SELECTIVE_MASK = Cr0(ts=True, mp=True)
"""SVM_CR0_SELECTIVE_MASK: what a guest may change unseen, and what makes its FPU use fault."""
ALWAYS_OFF = Cr0(nw=True, cd=True)
"""The caches of a guest are on, with KVM_X86_QUIRK_CD_NW_CLEARED."""
IN_SET_CR0 = (*SPLIT, ("v5.17", "arch/x86/kvm/svm/svm.c", "svm_set_cr0"))


@models("arch/x86/kvm/svm.c", "update_cr0_intercept", since="v3.4", moved=IN_SET_CR0)
def update_cr0_intercept(kvm: SvmKvm) -> None:
    """Intercept CR0 unless the guest has the FPU and runs with what it has written."""
    vcpu, vmcb = kvm.vcpu, kvm.vmcb
    if vcpu.fpu_active:
        vmcb.cr0 = merged(SELECTIVE_MASK, vcpu.cr0, vmcb.cr0)
    else:
        vmcb.cr0 = vmcb.cr0 | SELECTIVE_MASK
    differs = (vcpu.cr0 != vmcb.cr0) | (vcpu.fpu_active ^ True)
    set_cr_intercept(kvm, differs)


@models("arch/x86/kvm/svm.c", "svm_set_cr0", since="v3.4", moved=SPLIT)
def svm_set_cr0(kvm: SvmKvm, cr0: Cr0) -> None:
    """Give the guest a CR0; without the FPU it runs with TS."""
    vcpu = kvm.vcpu
    vcpu.cr0 = cr0
    kvm.vmcb.cr0 = (cr0 | Cr0(ts=vcpu.fpu_active ^ True)) & ~ALWAYS_OFF
    update_cr0_intercept(kvm)


@models("arch/x86/kvm/svm.c", "svm_decache_cr0_guest_bits", since="v3.4", until="v5.10")
def svm_decache_cr0_guest_bits(kvm: SvmKvm) -> None:
    """Nothing: arch.cr0 is up to date since the last exit was handled."""


@models("arch/x86/kvm/svm.c", "svm_fpu_activate", since="v3.4", until="v4.11")
def svm_fpu_activate(kvm: SvmKvm) -> None:
    """Let the guest use the FPU, change TS and take #NM itself."""
    set_exception_intercept(kvm, False)
    kvm.vcpu.fpu_active = True
    update_cr0_intercept(kvm)


@models("arch/x86/kvm/svm.c", "svm_fpu_deactivate", since="v3.4", until="v4.11")
def svm_fpu_deactivate(kvm: SvmKvm) -> None:
    """Take TS and #NM back."""
    set_exception_intercept(kvm, True)
    update_cr0_intercept(kvm)
    something_changed(kvm)


@models(
    "arch/x86/kvm/svm.c",
    "svm_prepare_guest_switch",
    since="v3.4",
    moved=(*SPLIT, ("v6.1", "arch/x86/kvm/svm/svm.c", "svm_prepare_switch_to_guest")),
)
def svm_prepare_guest_switch(kvm: SvmKvm) -> None:
    """Nothing that concerns CR0 or the FPU."""


@models("arch/x86/kvm/svm.c", "svm_vcpu_put", since="v3.4", moved=SPLIT)
def svm_vcpu_put(kvm: SvmKvm) -> None:
    """Nothing that concerns CR0 or the FPU: #VMEXIT has restored the host's TS."""


@models("arch/x86/kvm/svm.c", "svm_vcpu_run", since="v3.4", moved=SPLIT)
def svm_vcpu_run(kvm: SvmKvm) -> None:
    """VMRUN, which can be refused."""
    kvm.host.runs_guest = True
    if kvm.host.vmrun() == Outcome.EXIT:
        leave_guest(kvm, Instruction.EXEMPT, RUNNING, RUNNING)


@models("arch/x86/kvm/svm.c", "svm_vcpu_run", since="v3.4", moved=SPLIT)
def leave_guest(kvm: SvmKvm, instruction: Instruction, operand: Cr0, _rax: Cr0) -> None:
    """The hardware has left the guest; interrupts and preemption are on again.

    Of operands only the machine status word and CD are kept; no guest here changes other bits.
    """
    kvm.host.runs_guest = False
    leaving = kvm.vcpu.exit
    leaving.code = kvm.vmcb.exit_code
    leaving.instruction = instruction
    leaving.operand = merged(MACHINE_STATUS_WORD | Cr0(cd=True), operand, RUNNING)
    kvm.vcpu.nested_run_pending = False
    kvm.vcpu.phase = Phase.EXITED
    guest_was_left(kvm, instruction)


@abstracts("Exit information is read once; what the hardware keeps of it is never read again")
def forget_exit(kvm: SvmKvm) -> None:
    """Blank it, so that it is no state."""
    for name in VmcbName:
        vmcb = kvm.host.cpu.vmcbs[name]
        vmcb.exit_code = ExitCode.NONE
        vmcb.exit_is_mov = False
        vmcb.exit_operand = Cr0()
