"""KVM on VMX with one guest, its VMM thread and another task of the host."""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.emulator import emulate_fpu_instruction, guest_accesses_device
from nestproof.models.kvm.era import Era, HandOff
from nestproof.models.kvm.machine import OTHER, VMM, Kvm, Machine, VmxHost
from nestproof.models.kvm.neighbours import (
    interrupt_uses_fpu,
    other_fpu_instruction,
    preempt,
    process_uses_fpu,
    resume,
    vmm_fpu_instruction,
)
from nestproof.models.kvm.presentation import KVM
from nestproof.models.kvm.run import (
    check_requests,
    execute_in_guest,
    external_interrupt,
    handle_exit,
    kvm_run,
    kvm_run_returns,
    vcpu_enter_guest,
)
from nestproof.models.kvm.vcpu import VmxVcpu
from nestproof.models.kvm.vmx_ops import VMX_X86_OPS
from nestproof.models.linux import fpu_core, fpu_eras, i387
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.linux.task import Fpu, Owner, Task, TaskName
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.cr0 import RUNNING, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.vmcs import Vmcs, VmcsName
from nestproof.models.x86.vmx import VmxCpu
from verifier.language import Family, System, abstracts, step


@abstracts("What an instruction is given: MOV and LMSW change the machine status word alone")
def operand_of(pe: bool, mp: bool, em: bool, ts: bool) -> Cr0:
    """The source of a MOV to CR0, which faults if it would clear PE under PG, or of an LMSW."""
    return Cr0(pe=pe, mp=mp, em=em, ts=ts, et=True, ne=True, wp=True, am=True, pg=True)


@step
def guest_instruction(
    kvm: Machine, instruction: Instruction, pe: bool, mp: bool, em: bool, ts: bool, value: bool
) -> None:
    """The guest executes any instruction with any operand."""
    operand = operand_of(pe, mp, em, ts)
    execute_in_guest(kvm, instruction, operand, RUNNING, value)


def vmcs(era: Era) -> Vmcs:
    """A VMCS as KVM sets it up for a guest that runs and has the FPU."""
    host_ts = era.hand_off == HandOff.UNLAZY
    host_cr0 = RUNNING | Cr0(ts=host_ts)
    return Vmcs(cr0_mask=~era.guest_bits, cr0_shadow=RUNNING, host_cr0=host_cr0)


def host(linux: LinuxEra, era: Era) -> VmxHost:
    """A host whose tasks have used the FPU before; the VMM thread runs."""
    return VmxHost(
        era=linux,
        cpu=VmxCpu(
            cr0=RUNNING | Cr0(ts=linux.lazy),
            registers=Contents(owner=Context.INIT if linux.lazy else Context.VMM),
            vmcss=Family({name: vmcs(era) for name in VmcsName}),
        ),
        current=VMM,
        fpu_owner_task=Owner.NOBODY if linux.lazy else Owner.A,
        tasks=tasks(linux),
    )


def tasks(linux: LinuxEra) -> Family[TaskName, Task]:
    """The VMM thread, another task, and one that never runs."""
    return Family(
        {
            VMM: task(Context.VMM, not linux.lazy),
            OTHER: task(Context.TASK_B, False),
            TaskName.C: Task(context=Context.TASK_C),
        }
    )


def task(context: Context, running: bool) -> Task:
    """A task that has used the FPU; in an eager kernel the running one has the registers."""
    contents = Contents(owner=context)
    return Task(context=context, used_math=True, fpu=Fpu(has_fpu=running, state=contents))


def kvm(linux: LinuxEra, era: Era) -> Kvm:
    """A host with a virtual CPU that is ready to run."""
    return Kvm(ops=VMX_X86_OPS, host=host(linux, era), vcpu=vcpu(era, Context.GUEST))


def vcpu(era: Era, context: Context) -> VmxVcpu:
    """A virtual CPU that is ready to run."""
    guest_fpu = Fpu(state=Contents(owner=context))
    owned = era.guest_bits
    return VmxVcpu(era=era, context=context, cr0_guest_owned_bits=owned, guest_fpu=guest_fpu)


HOST_STEPS = (preempt, resume, vmm_fpu_instruction, other_fpu_instruction, interrupt_uses_fpu)
RUN_STEPS = (
    kvm_run,
    kvm_run_returns,
    check_requests,
    vcpu_enter_guest,
    external_interrupt,
    handle_exit,
)
ANY_OTHER = ("host.tasks[B].used_math",)
"""The other task has used the FPU, or is a kernel thread that never does."""
INTERRUPTS_ONLY = (guest_instruction, *RUN_STEPS, *HOST_STEPS)
"""A host that never uses the FPU in process context on behalf of the VMM thread."""
EMULATOR = (guest_accesses_device, emulate_fpu_instruction)
"""KVM's own use of the guest's registers, since v3.1."""
STEPS = (*INTERRUPTS_ONLY, process_uses_fpu)


def system(
    version: str, linux: LinuxEra, era: Era, summary: str, *more: Callable[..., None]
) -> System:
    """A host that uses the FPU everywhere, and its guest."""
    start = kvm(linux, era)
    steps: tuple[Callable[..., None], ...] = (*STEPS, *EMULATOR, *more)
    return System(f"kvm-vmx/{version}", start, steps, summary, ANY_OTHER, presentation=KVM)


def in_interrupts_only(other: System) -> System:
    """The same without process_uses_fpu."""
    return replace(
        other,
        name=f"{other.name}-irq",
        steps=tuple(step for step in other.steps if step != process_uses_fpu),
        summary=f"As {other.name}, on a host that uses the FPU in interrupts only.",
    )


V2_6_34 = replace(
    system(
        "v2.6.34",
        i387.V3_2,
        kvm_era.V2_6_34,
        "The guest owns TS while its FPU is active; the host's registers are kept by KVM.",
    ),
    steps=STEPS,
)
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
V3_12_EAGER = replace(
    system(
        "v3.12-eager-host",
        fpu_eras.V3_10_EAGER,
        kvm_era.V3_12,
        "The same KVM on a host with XSAVEOPT: eager for its own tasks, lazy for its guest.",
    ),
    arbitrary=(),
)
"""All tasks of such a host have FPU state, kernel threads too."""
V4_1_EAGER = system(
    "v4.1-eager-host",
    fpu_core.V4_10,
    kvm_era.V4_1,
    "A lazy KVM on an eager host that counts the guest's registers as its own, v4.1 to v4.9.",
)
"""Whether these versions take the FPU back at once or at the fifth time is not in the model."""
V4_11 = system(
    "v4.11",
    fpu_core.V4_10,
    kvm_era.V4_11,
    "Eager: every entry loads the guest's registers, and TS belongs to the guest.",
)
V4_20 = system(
    "v4.20",
    fpu_core.V4_10,
    kvm_era.V4_20,
    "KVM_RUN swaps the registers, and the scheduler takes the guest's for the thread's own.",
)
V2_6_34_IRQ = in_interrupts_only(V2_6_34)
V3_4_IRQ = in_interrupts_only(V3_4)
V3_12_IRQ = in_interrupts_only(V3_12)
V3_12_EAGER_IRQ = in_interrupts_only(V3_12_EAGER)
V4_1_EAGER_IRQ = in_interrupts_only(V4_1_EAGER)
V4_11_IRQ = in_interrupts_only(V4_11)
