"""Nested KVM on VMX: any L1 that programs any VMCS for any L2.

TS, MP and EM vary; of v3.12 and v3.13 NW of HOST_CR0, too. The host uses the FPU in interrupts
only; what its use in process context breaks is the subject of kvm-vmx, and nesting adds nothing.
"""

from collections.abc import Callable

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.contract import VmxContract
from nestproof.models.kvm.era import Era
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.nested import interrupt_exits_to_l1
from nestproof.models.kvm.observed import l1_programs
from nestproof.models.kvm.presentation import KVM
from nestproof.models.kvm.run import execute_in_guest, forget_exit, in_kvm_run, leave_guest
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.kvm.vmx_ops import VMX_X86_OPS
from nestproof.models.linux import fpu_core, fpu_eras, i387
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.ownership.contents import Context
from nestproof.models.systems.kvm_vmx import (
    ANY_OTHER,
    EMULATOR,
    HOST_STEPS,
    RUN_STEPS,
    host,
    operand_of,
    vcpu,
)
from nestproof.models.x86.cr0 import RUNNING, Cr0, running
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.vmcs import ExitReason, Vmcs, VmcsName
from nestproof.models.x86.vmx import VmxCpu, vm_exit
from verifier.language import Family, System, abstracts, assume, step


@step
def guest_instruction(
    kvm: Kvm,
    instruction: Instruction,
    pe: bool,
    mp: bool,
    em: bool,
    ts: bool,
    rax_mp: bool,
    rax_em: bool,
    rax_ts: bool,
    value: bool,
) -> None:
    """L1 or L2 executes any instruction with any operand; RAX is not what LMSW reads."""
    operand = operand_of(pe, mp, em, ts)
    execute_in_guest(kvm, instruction, operand, running(rax_mp, rax_em, rax_ts), value)


@abstracts("No KVM_SET_NESTED_STATE, no SMM and no INIT in L2, no migration: by VM entry and exit")
def l1_runs(kvm: Kvm) -> None:
    """Only while the processor runs L1, which L2 takes turns with by VM entries and exits alone."""
    assume(kvm.host.cpu.non_root)
    assume(not kvm.vcpu.guest_mode)


@step
def l1_programs_vmcs12(
    kvm: Kvm,
    mask_mp: bool,
    mask_em: bool,
    mask_ts: bool,
    shadow_mp: bool,
    shadow_em: bool,
    shadow_ts: bool,
    guest_mp: bool,
    guest_em: bool,
    guest_ts: bool,
    host_mp: bool,
    host_em: bool,
    host_ts: bool,
    bitmap_nm: bool,
    injects_nm: bool,
) -> None:
    """L1 writes its VMCS; L0 handles each VMWRITE, or a shadow VMCS takes it, unseen."""
    l1_runs(kvm)
    vmcs12 = kvm.vcpu.vmcs12
    vmcs12.cr0_mask = Cr0(mp=mask_mp, em=mask_em, ts=mask_ts)
    vmcs12.cr0_shadow = running(shadow_mp, shadow_em, shadow_ts)
    vmcs12.guest_cr0 = running(guest_mp, guest_em, guest_ts)
    vmcs12.host_cr0 = running(host_mp, host_em, host_ts)
    vmcs12.exception_bitmap_nm = bitmap_nm
    vmcs12.entry_injects_nm = injects_nm
    l1_programs(kvm)


@step
def l1_programs_invalid_cr0(kvm: Kvm) -> None:
    """L1 asks for a CR0 of L2 that VMX operation does not allow: NE is clear."""
    l1_runs(kvm)
    assume(kvm.vcpu.vmcs12.controls_valid)
    kvm.vcpu.vmcs12.guest_cr0.ne = False
    l1_programs(kvm)


@step
def l1_programs_controls(kvm: Kvm, valid: bool) -> None:
    """L1 writes a VM-execution control that KVM does not check and the hardware does.

    Never beside an invalid CR0, of which the manual and KVM report another one first; that is
    l1_programs_two_wrongs.
    """
    l1_runs(kvm)
    assume(kvm.vcpu.vmcs12.guest_cr0.ne)
    kvm.vcpu.vmcs12.controls_valid = valid
    l1_programs(kvm)


@step
def l1_programs_host_nw(kvm: Kvm, nw: bool) -> None:
    """L1 writes NW of HOST_CR0 alone, which no exit loads and no check of a VM entry looks at."""
    l1_runs(kvm)
    kvm.vcpu.vmcs12.host_cr0.nw = nw
    l1_programs(kvm)


@step
def l1_programs_cache_bits(kvm: Kvm, guest_nw: bool, guest_cd: bool, host_cd: bool) -> None:
    """L1 writes NW and CD of VMCS12, which no entry and no exit loads."""
    l1_runs(kvm)
    vmcs12 = kvm.vcpu.vmcs12
    vmcs12.guest_cr0.nw = guest_nw
    vmcs12.guest_cr0.cd = guest_cd
    vmcs12.host_cr0.cd = host_cd
    l1_programs(kvm)


@step
def l1_programs_two_wrongs(kvm: Kvm) -> None:
    """L1 writes a control that only the hardware refuses, beside a GUEST_CR0 that KVM refuses."""
    l1_runs(kvm)
    kvm.vcpu.vmcs12.controls_valid = False
    kvm.vcpu.vmcs12.guest_cr0.ne = False
    l1_programs(kvm)


@step
def l1_launches_l2(kvm: Kvm) -> None:
    """L1 executes VMLAUNCH or VMRESUME, which exits."""
    l1_runs(kvm)
    vm_exit(kvm.host.cpu, ExitReason.VMX_INSTRUCTION)
    leave_guest(kvm, Instruction.EXEMPT, RUNNING)
    forget_exit(kvm)


@step
def interrupt_for_l1(kvm: Kvm) -> None:
    """An interrupt for L1 ends the turn of L2, if L2 has had one."""
    in_kvm_run(kvm, Phase.READY)
    assume(kvm.vcpu.guest_mode)
    assume(not kvm.vcpu.nested_run_pending)
    interrupt_exits_to_l1(kvm)


def kvm(linux: LinuxEra, era: Era) -> Kvm:
    """A host with a virtual CPU that can use VMX."""
    vmcs12 = Vmcs(cr0_shadow=RUNNING)
    can_use_vmx = vcpu(era, Context.GUEST)
    can_use_vmx.nested = True
    can_use_vmx.vmcs12 = vmcs12
    return Kvm(
        ops=VMX_X86_OPS,
        host=host(linux, era),
        vcpu=can_use_vmx,
        contract=VmxContract(cpu=VmxCpu(vmxon=True, vmcss=Family({VmcsName.VMCS01: vmcs12}))),
    )


STEPS = (
    guest_instruction,
    l1_programs_vmcs12,
    l1_programs_invalid_cr0,
    l1_programs_controls,
    l1_launches_l2,
    interrupt_for_l1,
    *RUN_STEPS,
    *HOST_STEPS,
    *EMULATOR,
)


def nested(
    version: str, linux: LinuxEra, era: Era, summary: str, *more: Callable[..., None]
) -> System:
    """Any L1 and L2, and what else can happen."""
    steps: tuple[Callable[..., None], ...] = (*STEPS, *more)
    start = kvm(linux, era)
    return System(f"kvm-nvmx/{version}", start, steps, summary, ANY_OTHER, presentation=KVM)


V3_1 = nested(
    "v3.1",
    i387.V3_2,
    kvm_era.V3_1,
    "The first nested VMX: #NM goes to L1 whenever its exception bitmap asks for it.",
)
V3_12 = nested(
    "v3.12",
    fpu_eras.V3_10,
    kvm_era.V3_12,
    "As v3.1, but what L2 writes to CR0 is kept (1a0d74e66405).",
    l1_programs_host_nw,
)
V3_13 = nested(
    "v3.13",
    fpu_eras.V3_10,
    kvm_era.V3_13,
    "#NM goes to L1 if L2 would read TS as set (e504c9098ed6); any HOST_CR0 is loaded.",
    l1_programs_host_nw,
)
V3_14 = nested(
    "v3.14",
    fpu_eras.V3_10,
    kvm_era.V3_14,
    "#NM goes to L1 if L1 has set TS for L2 (1b385cbdd74a).",
)
V3_14_REPAIRED = nested(
    "v3.14-repaired",
    fpu_eras.V3_10,
    kvm_era.V3_14_REPAIRED,
    "v3.14 with the five repairs that lazy nested switching needs to be transparent.",
)
V4_11 = nested(
    "v4.11",
    fpu_core.V4_10,
    kvm_era.V4_11,
    "No laziness any more (bd7e5b0899a4), but #NM is routed as if there were.",
)
V4_11_REPAIRED = nested(
    "v4.11-repaired",
    fpu_core.V4_10,
    kvm_era.V4_11_REPAIRED,
    "v4.11 with the #NM of v4.20, the LMSW of v4.12 and the repairs of v4.20.",
)
V4_19 = nested(
    "v4.19",
    fpu_core.V4_10,
    kvm_era.V4_19,
    "As v4.11, but what LMSW is asked about is its operand (e1d39b17e044).",
)
V4_20 = nested(
    "v4.20",
    fpu_core.V4_10,
    kvm_era.V4_20,
    "#NM goes to L1 whenever its exception bitmap asks for it, since L0 never does.",
)
V4_20_REPAIRED = nested(
    "v4.20-repaired",
    fpu_core.V4_10,
    kvm_era.V4_20_REPAIRED,
    "v4.20 with an LMSW of L2 that leaves L1's bits alone, and with L1's TS after a late refusal.",
)
