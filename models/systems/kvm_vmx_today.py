"""KVM on VMX since registers are loaded on the way to user mode (v5.2)."""

from dataclasses import replace

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.neighbours import interrupt_in_fpregs_lock
from nestproof.models.kvm.run import execute_in_guest
from nestproof.models.kvm.xfd import guest_writes_xfd
from nestproof.models.linux import fpu_deferred
from nestproof.models.systems.kvm_vmx import operand_of, system
from nestproof.models.x86.cr0 import RUNNING, Cr0
from nestproof.models.x86.instructions import Instruction
from verifier.language import System, step

WP = Cr0(wp=True)


@step
def guest_clears_wp(kvm: Kvm, mp: bool, em: bool, ts: bool) -> None:
    """The guest clears WP by a MOV to CR0; guest_instruction sets it."""
    operand = operand_of(True, mp, em, ts) & ~WP
    execute_in_guest(kvm, Instruction.MOV_TO_CR0, operand, RUNNING, False)


def without_hardirqs(other: System) -> System:
    """The same with irq_fpu_usable of v5.18, so that no interrupt uses the FPU in fpregs_lock."""
    return replace(
        other,
        name=f"{other.name}-repaired",
        steps=tuple(step for step in other.steps if step != interrupt_in_fpregs_lock),
        summary=f"As {other.name}, with irq_fpu_usable of v5.18 (59f5ede3bc0f).",
    )


V5_2 = system(
    "v5.2",
    fpu_deferred.V5_2,
    kvm_era.V5_2,
    "Registers are loaded late (TIF_NEED_FPU_LOAD), and KVM does not ask whether they are.",
)
V5_10 = system(
    "v5.10",
    fpu_deferred.V5_2,
    kvm_era.V5_10,
    "What is not in the registers KVM takes from memory (c9aef3b85f42, a7baead7e312).",
    interrupt_in_fpregs_lock,
)
V5_17 = system(
    "v5.17",
    fpu_deferred.V5_2,
    kvm_era.V5_17,
    "KVM_RUN gives the thread the guest's image; #NM exits once the guest uses IA32_XFD.",
    interrupt_in_fpregs_lock,
    guest_writes_xfd,
)
V5_10_REPAIRED = without_hardirqs(V5_10)
V5_17_REPAIRED = without_hardirqs(V5_17)
V6_1 = system(
    "v6.1",
    fpu_deferred.V5_18,
    kvm_era.V6_1,
    "Debian's 6.1.192, which has a backport: the guest owns WP, too.",
    guest_writes_xfd,
    guest_clears_wp,
)
V6_12 = system(
    "v6.12",
    fpu_deferred.V5_18,
    kvm_era.V6_12,
    "The same as v6.1, for what is modelled; Debian's 6.12.117 is, too.",
    guest_writes_xfd,
    guest_clears_wp,
)
V6_19 = system(
    "v6.19",
    fpu_deferred.V5_18,
    kvm_era.V6_19,
    "That the guest's registers are loaded twice would be a KVM_BUG.",
    guest_writes_xfd,
    guest_clears_wp,
)
