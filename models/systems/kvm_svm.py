"""KVM on SVM with one guest, its VMM thread and another task of the host."""

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.era import Era
from nestproof.models.kvm.machine import VMM
from nestproof.models.kvm.neighbours import process_uses_fpu
from nestproof.models.kvm.svm import SVM_X86_OPS
from nestproof.models.kvm.svm_machine import SvmHost, SvmKvm, SvmVcpu
from nestproof.models.kvm.svm_presentation import SVM
from nestproof.models.linux import fpu_core, fpu_eras
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.linux.task import Fpu, Owner
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.systems.kvm_vmx import (
    ANY_OTHER,
    HOST_STEPS,
    RUN_STEPS,
    guest_instruction,
    in_interrupts_only,
    tasks,
)
from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0
from nestproof.models.x86.svm import SvmCpu
from nestproof.models.x86.vmcb import Vmcb, VmcbName
from verifier.language import Family, System

RUNS = Vmcb(intercept_cr0_sel_write=True)
"""As KVM sets it up for a guest that runs and has the FPU."""


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


def system(version: str, linux: LinuxEra, era: Era, summary: str) -> System:
    """A host that uses the FPU everywhere, and its guest."""
    start = machine(linux, era)
    return System(f"kvm-svm/{version}", start, STEPS, summary, ANY_OTHER, presentation=SVM)


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
V4_20 = system(
    "v4.20",
    fpu_core.V4_10,
    kvm_era.V4_20,
    "KVM_RUN swaps the registers, and the guest runs with the CR0 that it has written.",
)
V3_4_IRQ = in_interrupts_only(V3_4)
V3_12_IRQ = in_interrupts_only(V3_12)
