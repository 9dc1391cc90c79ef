"""What KVM remembers about a virtual CPU."""

from enum import Enum

from nestproof.models.kvm.era import Era
from nestproof.models.linux.task import Fpu
from nestproof.models.ownership.contents import Context
from nestproof.models.x86.cr0 import RUNNING, Cr0
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Vmcs
from verifier.language import record

GUEST_BITS = Cr0(ts=True)
"""KVM_POSSIBLE_CR0_GUEST_BITS: what KVM can leave to the guest."""


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
    """What the handlers read of the exit information, and the guest's RAX.

    Of the operands only the machine status word is kept; no guest here changes other bits.
    """

    reason: ExitReason = ExitReason.NONE
    access: CrAccess = CrAccess.MOV_TO
    operand: Cr0 = RUNNING
    rax: Cr0 = RUNNING


@record
class Vcpu:
    """struct kvm_vcpu and vcpu_vmx as far as CR0 and the FPU go; L1 and L2 share it.

    `context` is who the guest is in the registers. `nested` is the module's parameter: whether the
    guest can use VMX. `cr0` is arch.cr0, whose guest-owned bits may be stale. `fail`: the last VM
    entry was refused with VMfail. `user_fpu` is the VMM thread's image: host_fx_image until v2.6.35
    and user_fpu since v4.15.
    """

    era: Era
    context: Context = Context.GUEST
    nested: bool = False
    phase: Phase = Phase.USER
    exit: Exit = Exit()
    cr0: Cr0 = RUNNING
    cr0_guest_owned_bits: Cr0 = GUEST_BITS
    fpu_active: bool = True
    guest_fpu_loaded: bool = False
    request_deactivate_fpu: bool = False
    guest_fpu: Fpu = Fpu()
    user_fpu: Fpu = Fpu()
    guest_mode: bool = False
    nested_run_pending: bool = False
    fail: bool = False
    vmcs12: Vmcs = Vmcs()
