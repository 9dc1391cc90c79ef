"""The instruction emulator, as far as it uses the guest's FPU registers."""

from nestproof.models.kvm.cache_regs import kvm_read_cr0
from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.era import HandOff
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.observed import exit_was_handled
from nestproof.models.kvm.run import forget_exit, in_kvm_run, leave_guest
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.kvm.x86 import kvm_load_guest_fpu
from nestproof.models.linux.instructions import clts
from nestproof.models.ownership.access import fpu_access
from nestproof.models.x86.cr0 import RUNNING
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.vmcs import ExitReason
from nestproof.models.x86.vmx import vm_exit
from verifier.language import assume, models, step


@step
def guest_accesses_device(kvm: Kvm) -> None:
    """The guest accesses memory that is a device's; another of its processors may change the code.

    So KVM may find an SSE instruction where another one has left the guest, the FPU not active.
    """
    assume(kvm.host.cpu.non_root)
    vm_exit(kvm.host.cpu, ExitReason.EPT_VIOLATION)
    leave_guest(kvm, Instruction.SSE, RUNNING)
    forget_exit(kvm)


@models(
    "arch/x86/kvm/x86.c",
    "emulator_get_fpu",
    since="v3.1",
    moved=(
        ("v5.6", "arch/x86/kvm/emulate.c"),
        ("v5.17", "arch/x86/kvm/fpu.h", "kvm_fpu_get"),
    ),
)
def emulator_get_fpu(kvm: Kvm) -> None:
    """Preemption goes off, and the registers become the guest's; TS may be the host's.

    From v4.15 on they are the thread's while KVM_RUN lasts, and until v5.5 nothing is called.
    Since v5.6 the thread's are loaded here, if need be. Nothing of v4.11 on sets TS.
    """
    if kvm.vcpu.era.hand_off in {HandOff.USER_FPU, HandOff.FPSTATE}:
        kvm.host.return_to_user()
    if kvm.vcpu.era.swaps_in_kvm_run:
        return
    kvm_load_guest_fpu(kvm)
    if kvm.vcpu.era.lazy:
        clts(kvm.host)


@step
def emulate_fpu_instruction(kvm: Kvm, value: bool) -> None:
    """KVM emulates an SSE instruction of the guest.

    What it injects where the guest's CR0 does not permit it, #UD or #NM, is left out.
    """
    in_kvm_run(kvm, Phase.EXITED)
    assume(kvm.vcpu.exit.reason == ExitReason.EPT_VIOLATION)
    kvm.vcpu.phase = Phase.LOOP
    cr0 = kvm_read_cr0(kvm)
    if cr0.em | cr0.ts:
        return
    emulator_get_fpu(kvm)
    fpu_access(kvm.access, kvm.latest, kvm.host.cpu.registers, kvm.vcpu.context, value)
    exit_was_handled(kvm, Handled.EMULATED)
