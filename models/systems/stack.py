"""Closed stacks: concrete kernels as guests, and the tasks of every level."""

from models.kvm import era as kvm_era
from models.kvm.era import Era
from models.kvm.run import (
    check_requests,
    external_interrupt,
    kvm_run,
    kvm_run_returns,
    vcpu_enter_guest,
)
from models.kvm.vcpu import Vcpu
from models.linux.era import Era as LinuxEra
from models.linux.fpu_internal import V3_4
from models.linux.task import Fpu, Image, Task, TaskName
from models.stack import kvm_linux
from models.stack.host import GuestHost
from models.stack.kvm_linux import KvmLinux
from models.systems.kvm_vmx import HOST_STEPS, host
from models.x86.cpu import VmcsName
from models.x86.cr0 import RUNNING, Cr0
from models.x86.registers import Contents, Context
from verifier.language import Family, System

SWITCHED = RUNNING | Cr0(ts=True)
"""CR0 of a lazy kernel whose running task has not got the registers."""


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
    machine = host(V3_4, era)
    machine.cpu.vmcss[VmcsName.VMCS01].guest_cr0 = SWITCHED
    return KvmLinux(
        host=machine,
        vcpu=Vcpu(era=era, cr0=SWITCHED),
        linux=linux(V3_4, Context.L1_A, Context.L1_B),
    )


RUN_STEPS = (
    kvm_run,
    kvm_run_returns,
    check_requests,
    vcpu_enter_guest,
    external_interrupt,
)
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
    summary="Linux v3.4 with two tasks, on lazy KVM v3.12, on Linux v3.4",
)
