"""vmx_x86_ops: the VMX side of KVM."""

from nestproof.models.kvm.cache_regs import vmx_decache_cr0_guest_bits
from nestproof.models.kvm.exits import vmx_handle_exit
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.observed import told_l1
from nestproof.models.kvm.ops import X86Ops
from nestproof.models.kvm.run import forget_exit, leave_guest, vmx_vcpu_run
from nestproof.models.kvm.vmx import (
    __vmx_load_host_state,
    vmx_fpu_deactivate,
    vmx_save_host_state,
    vmx_set_cr0,
)
from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.instructions import Instruction
from verifier.language import abstracts


@abstracts("The exit information has the operand")
def leave(kvm: Kvm, instruction: Instruction, _operand: Cr0, rax: Cr0) -> None:
    """What vmx_vcpu_run does behind an exit."""
    leave_guest(kvm, instruction, rax)


VMX_X86_OPS = X86Ops(
    set_cr0=vmx_set_cr0,
    decache_cr0_guest_bits=vmx_decache_cr0_guest_bits,
    fpu_deactivate=vmx_fpu_deactivate,
    prepare_guest_switch=vmx_save_host_state,
    vcpu_put=__vmx_load_host_state,
    run=vmx_vcpu_run,
    handle_exit=vmx_handle_exit,
    leave_guest=leave,
    forget_exit=forget_exit,
    told_l1=told_l1,
)
"""vmx_vcpu_put does nothing to CR0 or the FPU but in __vmx_load_host_state."""
