"""IA32_XFD, as far as it makes KVM intercept #NM again (v5.17)."""

from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.run import forget_exit, leave_guest
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.kvm.vmx import update_exception_bitmap
from nestproof.models.x86.cr0 import RUNNING
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.vmcs import ExitReason
from nestproof.models.x86.vmx import vm_exit
from verifier.language import assume, models, step


@models("arch/x86/kvm/vmx/vmx.c", "vmx_set_msr", since="v5.17")
def vmx_set_msr(kvm: Kvm) -> None:
    """IA32_XFD gets another value than 0: the guest can write it from now on, and #NM exits.

    Of L1's VMCS and L2's the one that is current gets the bit; the other when it is written again.
    """
    kvm.vcpu.xfd_no_write_intercept = True
    update_exception_bitmap(kvm)


@step
def guest_writes_xfd(kvm: Kvm) -> None:
    """The guest writes IA32_XFD, which L1 does not intercept; KVM handles the exit at once.

    XFD itself is not modelled: what uses its components is none of the instructions here. What
    can happen before the exit is handled can as well happen after it.
    """
    assume(kvm.host.cpu.non_root)
    assume(not kvm.vcpu.xfd_no_write_intercept)
    vm_exit(kvm.host.cpu, ExitReason.NONE)
    leave_guest(kvm, Instruction.EXEMPT, RUNNING)
    forget_exit(kvm)
    vmx_set_msr(kvm)
    kvm.vcpu.phase = Phase.LOOP
