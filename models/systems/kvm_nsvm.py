"""Nested KVM on SVM: any L1 that programs any VMCB for any L2.

MP, EM, TS and CD vary. The processor has nested paging. The host uses the FPU in
interrupts only; what its use in process context breaks is the subject of kvm-svm.
"""

from collections.abc import Callable

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm import nested_svm_era as nested_era
from nestproof.models.kvm.era import Era
from nestproof.models.kvm.nested_svm import interrupt_exits_to_l1
from nestproof.models.kvm.nested_svm_era import NestedSvmEra
from nestproof.models.kvm.run import in_kvm_run
from nestproof.models.kvm.svm import forget_exit, leave_guest
from nestproof.models.kvm.svm_emulator import emulate_cr0_instruction, guest_accesses_memory
from nestproof.models.kvm.svm_machine import SvmContract, SvmKvm
from nestproof.models.kvm.svm_observed import l1_programs
from nestproof.models.kvm.svm_presentation import NESTED_SVM
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.linux import fpu_core, fpu_deferred, fpu_eras
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.systems.kvm_svm import RUNS, guest_sets_cd, machine
from nestproof.models.systems.kvm_vmx import (
    ANY_OTHER,
    HOST_STEPS,
    RUN_STEPS,
    guest_instruction,
)
from nestproof.models.x86.cr0 import RUNNING
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.svm import SvmCpu, vmexit
from nestproof.models.x86.vmcb import ExitCode, Vmcb, VmcbName
from verifier.language import Family, System, abstracts, assume, step


@abstracts("No KVM_SET_NESTED_STATE, no SMM and no INIT in L2, no migration: by VMRUN and #VMEXIT")
def l1_runs(kvm: SvmKvm) -> None:
    """Only while the processor runs L1, which L2 takes turns with by VMRUN and #VMEXIT alone."""
    assume(kvm.in_guest)
    assume(not kvm.vcpu.guest_mode)


@step
def l1_programs_vmcb12(
    kvm: SvmKvm,
    mp: bool,
    em: bool,
    ts: bool,
    cd: bool,
    read: bool,
    write: bool,
    sel_write: bool,
    nm: bool,
    task_switch: bool,
    injects_nm: bool,
) -> None:
    """L1 writes its VMCB."""
    l1_runs(kvm)
    vmcb12 = kvm.vcpu.vmcb12
    vmcb12.cr0 = RUNNING
    vmcb12.cr0.mp = mp
    vmcb12.cr0.em = em
    vmcb12.cr0.ts = ts
    vmcb12.cr0.cd = cd
    vmcb12.intercept_cr0_read = read
    vmcb12.intercept_cr0_write = write
    vmcb12.intercept_cr0_sel_write = sel_write
    vmcb12.intercept_nm = nm
    vmcb12.intercept_task_switch = task_switch
    vmcb12.event_inj_nm = injects_nm
    l1_programs(kvm)


@step
def l1_intercepts_vmrun(kvm: SvmKvm, intercepts: bool) -> None:
    """L1 writes the intercept of VMRUN, without which VMRUN is refused."""
    l1_runs(kvm)
    kvm.vcpu.vmcb12.intercept_vmrun = intercepts
    l1_programs(kvm)


@step
def l1_programs_controls(kvm: SvmKvm, valid: bool) -> None:
    """L1 writes what KVM does not check and the hardware does, such as the type of an event."""
    l1_runs(kvm)
    kvm.vcpu.vmcb12.controls_valid = valid
    l1_programs(kvm)


@step
def l1_programs_nw(kvm: SvmKvm, nw: bool) -> None:
    """L1 writes NW of VMCB12, which VMRUN refuses without CD."""
    l1_runs(kvm)
    kvm.vcpu.vmcb12.cr0.nw = nw
    l1_programs(kvm)


@step
def l1_executes_vmrun(kvm: SvmKvm) -> None:
    """L1 executes VMRUN, which exits."""
    l1_runs(kvm)
    vmexit(kvm.host.cpu, ExitCode.VMRUN)
    leave_guest(kvm, Instruction.EXEMPT, RUNNING, RUNNING)
    forget_exit(kvm)


@step
def interrupt_for_l1(kvm: SvmKvm) -> None:
    """An interrupt for L1 ends the turn of L2, if L2 has had one.

    Until v5.10 it can come before; L1 then finds in EXITINTINFO what it has injected.
    """
    in_kvm_run(kvm, Phase.READY)
    assume(kvm.vcpu.guest_mode)
    assume(not kvm.vcpu.nested_run_pending)
    interrupt_exits_to_l1(kvm)


def kvm(linux: LinuxEra, era: Era, nested: NestedSvmEra) -> SvmKvm:
    """A host with a virtual CPU that can use SVM."""
    start = machine(linux, era)
    start.host.cpu.vmcbs[VmcbName.VMCB02] = RUNS
    start.vcpu.nested = True
    start.vcpu.nested_era = nested
    start.vcpu.hsave = RUNS
    start.contract = SvmContract(cpu=SvmCpu(vmcbs=Family({VmcbName.VMCB01: Vmcb()})))
    return start


STEPS = (
    guest_instruction,
    guest_sets_cd,
    l1_programs_vmcb12,
    l1_intercepts_vmrun,
    l1_programs_controls,
    l1_executes_vmrun,
    interrupt_for_l1,
    guest_accesses_memory,
    emulate_cr0_instruction,
    *RUN_STEPS,
    *HOST_STEPS,
)


def nested(
    version: str,
    linux: LinuxEra,
    era: Era,
    nested: NestedSvmEra,
    summary: str,
    *more: Callable[..., None],
) -> System:
    """Any L1 and L2, and what else can happen."""
    steps: tuple[Callable[..., None], ...] = (*STEPS, *more)
    start = kvm(linux, era, nested)
    name = f"kvm-nsvm/{version}"
    return System(name, start, steps, summary, ANY_OTHER, presentation=NESTED_SVM)


V3_12 = nested(
    "v3.12",
    fpu_eras.V3_10,
    kvm_era.V3_12,
    nested_era.V3_12,
    "Lazy: L2 has the FPU after its first #NM, which L1 gets, too, if it intercepts #NM.",
    l1_programs_nw,
)
V4_20 = nested(
    "v4.20",
    fpu_core.V4_10,
    kvm_era.V4_20,
    nested_era.V4_20,
    "No laziness any more; L2 runs on L1's VMCB.",
    l1_programs_nw,
)
V6_1 = nested(
    "v6.1",
    fpu_deferred.V5_18,
    kvm_era.V6_1,
    nested_era.V6_1,
    "Debian's 6.1.192: L2 has a VMCB of its own; selective intercepts are repaired as in v6.19.",
    l1_programs_nw,
)
V6_12 = nested(
    "v6.12",
    fpu_deferred.V5_18,
    kvm_era.V6_12,
    nested_era.V6_12,
    "LMSW is selected by what it changes (until 5674a76db021).",
    l1_programs_nw,
)
V6_12_117 = nested(
    "v6.12.117",
    fpu_deferred.V5_18,
    kvm_era.V6_12,
    nested_era.V6_12_117,
    "Debian's 6.12.117: with both repairs, and EVENTINJ is cleared if VMRUN is refused.",
    l1_programs_nw,
)
V6_19 = nested(
    "v6.19",
    fpu_deferred.V5_18,
    kvm_era.V6_19,
    nested_era.V6_19,
    "Selective intercepts as the manual has them; a refused VMRUN leaves EVENTINJ behind.",
    l1_programs_nw,
)
