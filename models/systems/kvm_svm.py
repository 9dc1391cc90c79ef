"""KVM on SVM with one guest, its VMM thread and another task of the host."""

from collections.abc import Callable

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.era import Era
from nestproof.models.kvm.machine import VMM
from nestproof.models.kvm.neighbours import process_uses_fpu
from nestproof.models.kvm.run import execute_in_guest
from nestproof.models.kvm.svm_exits import SVM_X86_OPS
from nestproof.models.kvm.svm_machine import SvmHost, SvmKvm, SvmVcpu
from nestproof.models.kvm.svm_presentation import SVM
from nestproof.models.linux import fpu_core, fpu_deferred, fpu_eras
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.linux.task import Fpu, Owner
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.systems.kvm_vmx import (
    ANY_OTHER,
    HOST_STEPS,
    RUN_STEPS,
    guest_instruction,
    in_interrupts_only,
    operand_of,
    tasks,
)
from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.svm import SvmCpu
from nestproof.models.x86.vmcb import Vmcb, VmcbName
from verifier.language import Family, System, step

RUNS = Vmcb(intercept_cr0_sel_write=True)
"""As KVM sets it up for a guest that runs and has the FPU."""


@step
def guest_sets_cd(kvm: SvmKvm, mp: bool, em: bool, ts: bool) -> None:
    """The guest sets CD by a MOV to CR0; guest_instruction clears it."""
    operand = operand_of(True, mp, em, ts) | Cr0(cd=True)
    execute_in_guest(kvm, Instruction.MOV_TO_CR0, operand, RUNNING, False)


def host(linux: LinuxEra) -> SvmHost:
    """A host whose tasks have used the FPU before; the VMM thread runs."""
    return SvmHost(
        era=linux,
        cpu=SvmCpu(
            cr0=RUNNING | Cr0(ts=linux.lazy),
            registers=Contents(owner=Context.INIT if linux.lazy else Context.VMM),
            vmcbs=Family({VmcbName.VMCB01: RUNS}),
        ),
        current=VMM,
        fpu_owner_task=Owner.NOBODY if linux.lazy else Owner.A,
        tasks=tasks(linux),
    )


def machine(linux: LinuxEra, era: Era) -> SvmKvm:
    """A host with a virtual CPU that is ready to run."""
    guest_fpu = Fpu(state=Contents(owner=Context.GUEST))
    vcpu = SvmVcpu(era=era, cr0_guest_owned_bits=NO_BITS, guest_fpu=guest_fpu)
    return SvmKvm(ops=SVM_X86_OPS, host=host(linux), vcpu=vcpu)


STEPS = (guest_instruction, *RUN_STEPS, *HOST_STEPS, process_uses_fpu)


def system(
    version: str, linux: LinuxEra, era: Era, summary: str, *more: Callable[..., None]
) -> System:
    """A host that uses the FPU everywhere, and its guest."""
    start = machine(linux, era)
    steps: tuple[Callable[..., None], ...] = (*STEPS, *more)
    return System(f"kvm-svm/{version}", start, steps, summary, ANY_OTHER, presentation=SVM)


V3_4 = system(
    "v3.4",
    fpu_eras.V3_4,
    kvm_era.V3_4,
    "The host's task gives up its registers, and the guest's are loaded with TS set.",
)
V3_12 = system(
    "v3.12",
    fpu_eras.V3_10,
    kvm_era.V3_12,
    "The guest's registers are loaded in a kernel_fpu section that can be preempted.",
)
V4_12 = system(
    "v4.12",
    fpu_core.V4_10,
    kvm_era.V4_11,
    "Eager: every entry loads the guest's registers, and no #NM exits.",
)
V4_20 = system(
    "v4.20",
    fpu_core.V4_10,
    kvm_era.V4_20,
    "KVM_RUN swaps the registers, and the guest runs with the CR0 that it has written.",
)
V6_1 = system(
    "v6.1",
    fpu_deferred.V5_18,
    kvm_era.V6_1,
    "Debian's 6.1.192: KVM_RUN gives the thread the guest's image; the guest may turn caches off.",
    guest_sets_cd,
)
V6_12 = system(
    "v6.12",
    fpu_deferred.V5_18,
    kvm_era.V6_12,
    "The same as v6.1, for what is modelled; Debian's 6.12.117 is, too.",
    guest_sets_cd,
)
V6_19 = system(
    "v6.19",
    fpu_deferred.V5_18,
    kvm_era.V6_19,
    "That the guest's registers are loaded twice would be a KVM_BUG.",
    guest_sets_cd,
)
V3_4_IRQ = in_interrupts_only(V3_4)
V3_12_IRQ = in_interrupts_only(V3_12)
