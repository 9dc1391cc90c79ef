"""Closed stacks: concrete kernels as guests, and the tasks of every level."""

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.contract import VmxContract
from nestproof.models.kvm.era import Era, HandOff
from nestproof.models.kvm.neighbours import (
    interrupt_uses_fpu,
    other_fpu_instruction,
    process_uses_fpu,
    vmm_fpu_instruction,
)
from nestproof.models.kvm.run import (
    check_requests,
    external_interrupt,
    kvm_run,
    kvm_run_returns,
    vcpu_enter_guest,
)
from nestproof.models.kvm.vcpu import VmxVcpu
from nestproof.models.kvm.vmx_ops import VMX_X86_OPS
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.linux.fpu_eras import V3_7
from nestproof.models.linux.task import Fpu, Image, Task, TaskName
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.stack import kvm_kvm_linux as nested
from nestproof.models.stack import kvm_linux
from nestproof.models.stack import presentation as shown
from nestproof.models.stack.execution import SWITCHED
from nestproof.models.stack.host import GuestHost, KvmHost
from nestproof.models.stack.kvm_kvm_linux import GuestKvm, KvmKvmLinux
from nestproof.models.stack.kvm_linux import KvmLinux
from nestproof.models.systems.kvm_vmx import HOST_STEPS, host
from nestproof.models.x86.cr0 import RUNNING, Cr0
from nestproof.models.x86.vmcs import Vmcs, VmcsName
from nestproof.models.x86.vmx import VmxCpu
from verifier.language import Family, System

LINUX = V3_7
"""At every level. From v3.10 on kernel_fpu_begin clears has_fpu first, then saves; nothing can come
between the two here, and proofs are three times as long."""
NO_CONTRACT = VmxContract(broken=True)
"""Closed guests are looked at themselves: no contract CPU executes beside them."""
OF_OPEN_GUESTS = (
    "host_integrity",
    "progress",
    "transient_isolation",
    "transparency",
    "witnesses",
)


def linux(era: LinuxEra, a: Context, b: Context) -> GuestHost:
    """A guest Linux whose two tasks have used the FPU before."""
    return GuestHost(
        era=era,
        tasks=Family({TaskName.A: task(a, Image.TASK_A), TaskName.B: task(b, Image.TASK_B)}),
    )


def task(context: Context, image: Image) -> Task:
    """A task that has used the FPU, and has not got the registers."""
    fpu = Fpu(image=image, state=Contents(owner=context))
    return Task(context=context, used_math=True, fpu=fpu)


def kvm_under_linux(era: Era) -> KvmLinux:
    """A host whose guest is a Linux that has just switched tasks."""
    machine = host(LINUX, era)
    machine.cpu.vmcss[VmcsName.VMCS01].guest_cr0 = SWITCHED
    return KvmLinux(
        ops=VMX_X86_OPS,
        contract=NO_CONTRACT,
        host=machine,
        vcpu=VmxVcpu(era=era, cr0=SWITCHED),
        l1=linux(LINUX, Context.L1_A, Context.L1_B),
    )


def vmcs(era: Era) -> Vmcs:
    """What KVM has set up for a guest that has just switched tasks."""
    return Vmcs(
        guest_cr0=SWITCHED,
        cr0_mask=~kvm_era.TS,
        cr0_shadow=SWITCHED,
        host_cr0=RUNNING | Cr0(ts=era.hand_off == HandOff.UNLAZY),
    )


def guest_kvm(era: Era) -> GuestKvm:
    """KVM whose guest is a Linux that has just switched tasks; its VMM thread runs."""
    tasks = linux(LINUX, Context.L1_VMM, Context.L1_B).tasks
    cpu = VmxCpu(vmcss=Family({VmcsName.VMCS01: vmcs(era)}))
    return GuestKvm(
        ops=VMX_X86_OPS,
        contract=NO_CONTRACT,
        host=KvmHost(era=LINUX, tasks=tasks, cpu=cpu),
        vcpu=VmxVcpu(era=era, cr0=SWITCHED, guest_fpu=Fpu(image=Image.GUEST)),
    )


def kvm_under_kvm(l0: Era, l1: Era) -> KvmKvmLinux:
    """A host whose guest runs KVM, whose guest is a Linux."""
    machine = host(LINUX, l0)
    machine.cpu.vmcss[VmcsName.VMCS01].guest_cr0 = SWITCHED
    return KvmKvmLinux(
        ops=VMX_X86_OPS,
        contract=NO_CONTRACT,
        host=machine,
        vcpu=VmxVcpu(era=l0, nested=True, cr0=SWITCHED, vmcs12=vmcs(l1)),
        l1=guest_kvm(l1),
        l2=linux(LINUX, Context.L2_A, Context.L2_B),
    )


RUN_STEPS = (kvm_run, kvm_run_returns, check_requests, vcpu_enter_guest, external_interrupt)
LINUX_STEPS = (
    kvm_linux.handle_exit,
    kvm_linux.l1_fpu_instruction,
    kvm_linux.l1_schedule,
    kvm_linux.l1_kernel_instruction,
    kvm_linux.l1_kernel_fpu_begin,
    kvm_linux.l1_kernel_fpu_instruction,
    kvm_linux.l1_kernel_fpu_end,
)

KVM_LINUX = System(
    "stack/kvm-linux",
    kvm_under_linux(kvm_era.V3_12),
    (*LINUX_STEPS, *RUN_STEPS, *HOST_STEPS),
    "Linux v3.7 with two tasks, on lazy KVM v3.12; the host uses the FPU in interrupts only.",
    presentation=shown.KVM_LINUX,
    without=OF_OPEN_GUESTS,
)
KVM_LINUX_PROCESS = System(
    "stack/kvm-linux-process",
    kvm_under_linux(kvm_era.V3_12),
    (*LINUX_STEPS, *RUN_STEPS, *HOST_STEPS, process_uses_fpu),
    "As kvm-linux, on a host that uses the FPU in process context too, for KVM's own thread.",
    presentation=shown.KVM_LINUX,
    without=OF_OPEN_GUESTS,
)

NESTED_STEPS = (
    kvm_run,
    kvm_run_returns,
    nested.enter_guest,
    nested.external_interrupt,
    nested.interrupt_for_l1,
    nested.preempt,
    nested.resume,
    vmm_fpu_instruction,
    other_fpu_instruction,
    interrupt_uses_fpu,
    nested.l1_kvm_run,
    nested.l1_kvm_run_returns,
    nested.l1_enter_guest,
    nested.l1_vmlaunch,
    nested.l1_preempt,
    nested.l1_resume,
    nested.l1_fpu_instruction,
    nested.l1_kernel_instruction,
    nested.l2_fpu_instruction,
    nested.l2_schedule,
    nested.l2_kernel_instruction,
)

KVM_KVM_LINUX = System(
    "stack/kvm-kvm-linux",
    kvm_under_kvm(kvm_era.V3_14_REPAIRED, kvm_era.V3_14_REPAIRED),
    NESTED_STEPS,
    "Linux v3.7 with two tasks, on KVM v3.14-repaired, on the same KVM.",
    presentation=shown.KVM_KVM_LINUX,
    without=OF_OPEN_GUESTS,
)
KVM_KVM_LINUX_V3_14 = System(
    "stack/kvm-kvm-linux-v3.14",
    kvm_under_kvm(kvm_era.V3_14, kvm_era.V3_14),
    NESTED_STEPS,
    "As kvm-kvm-linux, with v3.14 twice: what it gets wrong its own text does not ask for.",
    presentation=shown.KVM_KVM_LINUX,
    without=OF_OPEN_GUESTS,
)
