"""KVM on VMX with two virtual machines and another task that share a processor.

Both guests are open. What they see of CR0 is the subject of kvm-vmx; here it is whose registers
each finds, of the other guest, of either VMM and of the kernel.
"""

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.contract import VmxContract
from nestproof.models.kvm.era import Era
from nestproof.models.kvm.machine import TwoGuests
from nestproof.models.kvm.neighbours import (
    interrupt_uses_fpu,
    other_fpu_instruction,
    process_uses_fpu,
    schedule,
    vmm_fpu_instruction,
)
from nestproof.models.kvm.presentation import KVM
from nestproof.models.kvm.vmx_ops import VMX_X86_OPS
from nestproof.models.linux import fpu_core, fpu_eras
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.linux.task import TaskName
from nestproof.models.ownership.contents import Context
from nestproof.models.systems.kvm_vmx import (
    EMULATOR,
    RUN_STEPS,
    guest_instruction,
    host,
    task,
    vcpu,
)
from verifier.language import System

INTERRUPTS_ONLY = (
    guest_instruction,
    *RUN_STEPS,
    *EMULATOR,
    schedule,
    vmm_fpu_instruction,
    other_fpu_instruction,
    interrupt_uses_fpu,
)
"""A host that never uses the FPU in process context on behalf of a VMM thread."""
STEPS = (*INTERRUPTS_ONLY, process_uses_fpu)


ANY_THIRD = ("host.tasks[C].used_math",)
"""The third task has used the FPU, or is a kernel thread that never does."""


def two(version: str, linux: LinuxEra, era: Era, summary: str) -> System:
    """A host, two guests, and what the host does with the FPU by the version's ending."""
    machine = host(linux, era)
    machine.tasks[TaskName.C] = task(Context.TASK_C, running=False)
    start = TwoGuests(
        ops=VMX_X86_OPS,
        host=machine,
        vcpu=vcpu(era, Context.GUEST),
        waiting=vcpu(era, Context.OTHER_GUEST),
        contract=VmxContract(broken=True),
    )
    return System(
        f"kvm-two/{version}",
        start,
        INTERRUPTS_ONLY if version.endswith("-irq") else STEPS,
        summary,
        () if linux == fpu_eras.V3_10_EAGER else ANY_THIRD,
        presentation=KVM,
        without=("progress", "transparency"),
    )


V3_4 = two("v3.4", fpu_eras.V3_4, kvm_era.V3_4, "Two guests of KVM v3.4.")
V3_12 = two("v3.12", fpu_eras.V3_10, kvm_era.V3_12, "Two guests of KVM v3.12.")
V3_12_IRQ = two(
    "v3.12-irq",
    fpu_eras.V3_10,
    kvm_era.V3_12,
    "Two guests of KVM v3.12, on a host that uses the FPU in interrupts only.",
)
V3_12_EAGER_IRQ = two(
    "v3.12-eager-host-irq",
    fpu_eras.V3_10_EAGER,
    kvm_era.V3_12,
    "The same on a host that switches its own tasks eagerly.",
)
V4_11_IRQ = two(
    "v4.11-irq",
    fpu_core.V4_10,
    kvm_era.V4_11,
    "Two guests of KVM v4.11, on a host that uses the FPU in interrupts only.",
)
V4_20 = two("v4.20", fpu_core.V4_10, kvm_era.V4_20, "Two guests of KVM v4.20.")
