"""kvm_x86_ops: what the part of KVM that VMX and SVM share asks of either."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nestproof.models.kvm.contract import Handled
from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.instructions import Instruction


@dataclass(frozen=True)
class X86Ops:
    """Functions of vmx.c or svm.c, by the names of their pointers; the first argument is the KVM.

    `leave_guest` is the part of the vendor's vcpu_run behind the exit of an instruction, with its
    operand and RAX; `forget_exit` blanks exit information that nothing reads again. `told_l1` notes
    for properties that L1 has got an exit.
    """

    set_cr0: Callable[[Any, Cr0], None]
    decache_cr0_guest_bits: Callable[[Any], None]
    fpu_deactivate: Callable[[Any], None]
    prepare_guest_switch: Callable[[Any], None]
    vcpu_put: Callable[[Any], None]
    run: Callable[[Any], None]
    handle_exit: Callable[[Any], Handled]
    leave_guest: Callable[[Any, Instruction, Cr0, Cr0], None]
    forget_exit: Callable[[Any], None]
    told_l1: Callable[[Any], None]
