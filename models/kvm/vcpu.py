"""What KVM remembers about a virtual CPU."""

from enum import Enum

from nestproof.models.kvm.era import TS, Era
from nestproof.models.linux.task import Fpu
from nestproof.models.ownership.contents import Context
from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0
from nestproof.models.x86.instructions import MACHINE_STATUS_WORD, Location
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Vmcs
from verifier.language import abstracts, record


class Phase(Enum):
    """Where the thread of the virtual CPU stands while its guest does not run.

    USER: outside KVM_RUN. LOOP: before the requests are looked at. READY: after that. EXITED: the
    guest was left, the exit is not handled yet. Preemption is possible in all of them.
    """

    USER = "user"
    LOOP = "loop"
    READY = "ready"
    EXITED = "exited"


@record
class Exit:
    """What the handlers read of the exit information, and the guest's RAX."""

    reason: ExitReason = ExitReason.NONE
    access: CrAccess = CrAccess.MOV_TO
    operand: Cr0 = RUNNING
    location: Location = Location.RAX
    rax: Cr0 = RUNNING


@record
class Vcpu:
    """struct kvm_vcpu as far as CR0 and the FPU go; L1 and L2 share it.

    `context` is who the guest is in the registers. `nested` is nested.vmxon: whether the guest can
    have guests, and has executed VMXON. `cr0` is arch.cr0, whose guest-owned bits may be stale, and
    are not since v5.8 where `cr0_available`, the bit of VCPU_EXREG_CR0 in regs_avail. `user_fpu` is
    the VMM thread's image: host_fx_image until v2.6.35, user_fpu since v4.15, what __task_fpstate
    points to since v5.16; `guest_fpu_loaded` is in_use of the guest's then.
    `xfd_no_write_intercept`: the guest has written IA32_XFD.
    """

    era: Era
    context: Context = Context.GUEST
    nested: bool = False
    phase: Phase = Phase.USER
    cr0: Cr0 = RUNNING
    cr0_guest_owned_bits: Cr0 = TS
    cr0_available: bool = False
    xfd_no_write_intercept: bool = False
    fpu_active: bool = True
    guest_fpu_loaded: bool = False
    request_deactivate_fpu: bool = False
    guest_fpu: Fpu = Fpu()
    user_fpu: Fpu = Fpu()
    guest_mode: bool = False


@record
class VmxVcpu(Vcpu):
    """struct vcpu_vmx. `fail`: the last VM entry was refused with VMfail.

    `other_bits` are those that guests here write beside the machine status word and what they own.
    """

    exit: Exit = Exit()
    nested_run_pending: bool = False
    fail: bool = False
    vmcs12: Vmcs = Vmcs()
    other_bits: Cr0 = NO_BITS


@abstracts("Of operands only the bits are there that a guest here changes")
def written_bits(vcpu: VmxVcpu) -> Cr0:
    """The machine status word, what guests own, and what they write in some systems."""
    return MACHINE_STATUS_WORD | vcpu.era.guest_bits | vcpu.other_bits
