"""Nested KVM on SVM step by step on plain values: each finding, and what its repair changes."""

from typing import Any

import pytest

from nestproof.models.kvm.emulated_cr0 import Emulated
from nestproof.models.kvm.neighbours import preempt, resume
from nestproof.models.kvm.run import (
    check_requests,
    external_interrupt,
    handle_exit,
    kvm_run,
    vcpu_enter_guest,
)
from nestproof.models.kvm.svm_emulator import emulate_cr0_instruction, guest_accesses_memory
from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.systems import kvm_nsvm, kvm_nsvm_findings
from nestproof.models.systems.kvm_nsvm import (
    interrupt_for_l1,
    l1_executes_vmrun,
    l1_intercepts_vmrun,
    l1_programs_controls,
    l1_programs_nw,
    l1_programs_vmcb12,
)
from nestproof.models.systems.kvm_vmx import guest_instruction
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcb import ExitCode
from verifier.language import System, snapshot

NOTHING = dict.fromkeys(("read", "write", "sel_write", "nm", "task_switch", "injects_nm"), False)
REPAIRED = (kvm_nsvm_findings.V3_12_REPAIRED, kvm_nsvm.V6_12_117)
SHIPPED = (kvm_nsvm.V3_12, kvm_nsvm.V4_20, kvm_nsvm.V6_1, kvm_nsvm.V6_12, kvm_nsvm.V6_19)


def l1_of(system: System) -> SvmKvm:
    """L1 runs, and has the FPU."""
    s: SvmKvm = snapshot(system.initial)
    kvm_run(s)
    enter(s)
    return s


def enter(s: SvmKvm) -> None:
    check_requests(s)
    vcpu_enter_guest(s, False)


def program(s: SvmKvm, **fields: bool) -> None:
    cr0 = {"mp": True, "em": False, "ts": False, "cd": False}
    l1_programs_vmcb12(s, **(cr0 | NOTHING | fields))


def vmrun(s: SvmKvm) -> None:
    l1_executes_vmrun(s)
    handle_exit(s)


def l2_of(system: System, **fields: bool) -> SvmKvm:
    """L2 runs, as L1 has programmed it."""
    s = l1_of(system)
    program(s, **fields)
    vmrun(s)
    enter(s)
    return s


def execute(s: SvmKvm, instruction: Instruction, **bits: bool) -> None:
    """The guest executes an instruction, and KVM handles the exit if there is one."""
    operand = {"pe": True, "mp": True, "em": False, "ts": False} | bits
    guest_instruction(s, instruction, **operand, value=False)
    if not s.in_guest:
        handle_exit(s)


def as_promised(s: SvmKvm) -> bool:
    seen = s.outcome
    told = s.vcpu.vmcb12.cr0 == s.contract.cpu.vmcb.cr0 or s.vcpu.guest_mode
    return seen.outcome == seen.promised and not seen.exit_differs and told


def without_the_fpu(s: SvmKvm) -> None:
    """L0 takes the FPU back while the guest waits."""
    external_interrupt(s)
    handle_exit(s)
    preempt(s, False)
    resume(s, False)
    enter(s)
    assert not s.vcpu.fpu_active


@pytest.mark.parametrize("system", [*SHIPPED, *REPAIRED])
def test_l2_runs_exits_and_l1_has_its_own_cr0_again(system: System) -> None:
    s = l1_of(system)
    execute(s, Instruction.MOV_TO_CR0, ts=True)
    program(s, nm=True)
    vmrun(s)
    assert s.vcpu.guest_mode
    enter(s)
    assert not s.host.cpu.cr0.ts
    execute(s, Instruction.MOV_TO_CR0, ts=True)
    assert s.in_guest
    execute(s, Instruction.SSE)
    assert not s.vcpu.guest_mode
    assert s.vcpu.vmcb12.exit_code == ExitCode.EXCEPTION_NM
    assert s.vcpu.vmcb12.cr0.ts
    assert as_promised(s)
    enter(s)
    assert s.host.cpu.cr0.ts


@pytest.mark.parametrize("system", [*SHIPPED, *REPAIRED])
def test_an_interrupt_of_l1_s_ends_the_turn_of_l2(system: System) -> None:
    s = l2_of(system)
    execute(s, Instruction.MOV_TO_CR0, ts=True)
    external_interrupt(s)
    handle_exit(s)
    assert s.vcpu.guest_mode
    check_requests(s)
    interrupt_for_l1(s)
    assert s.vcpu.vmcb12.exit_code == ExitCode.INTR
    assert s.vcpu.vmcb12.cr0.ts
    assert as_promised(s)


def test_l1_gets_the_nm_of_l0_in_v3_12_alone() -> None:
    for system, code in (
        (kvm_nsvm_findings.V3_12_NM_ROUTING, ExitCode.EXCEPTION_NM),
        (kvm_nsvm_findings.V3_12_REPAIRED, ExitCode.NONE),
    ):
        s = l2_of(system, nm=True)
        without_the_fpu(s)
        execute(s, Instruction.SSE)
        assert s.vcpu.vmcb12.exit_code == code
        assert s.vcpu.guest_mode == (code == ExitCode.NONE)
        assert s.vcpu.fpu_active


def test_clts_that_is_emulated_is_selected_in_v3_12() -> None:
    for system, passes in (
        (kvm_nsvm_findings.V3_12_CLTS, False),
        (kvm_nsvm_findings.V3_12_REPAIRED, True),
    ):
        s = l2_of(system, sel_write=True)
        without_the_fpu(s)
        execute(s, Instruction.CLTS)
        assert s.vcpu.guest_mode == passes
        assert as_promised(s) == passes


def test_lmsw_that_is_emulated_passes_the_selective_intercept() -> None:
    s = l2_of(kvm_nsvm_findings.V3_12_LMSW, sel_write=True)
    without_the_fpu(s)
    execute(s, Instruction.LMSW, ts=True)
    assert s.vcpu.guest_mode
    assert not as_promised(s)
    for system, passes in (
        (kvm_nsvm_findings.V6_12_LMSW, True),
        (kvm_nsvm.V6_12, True),
        (kvm_nsvm.V6_1, False),
        (kvm_nsvm.V6_12_117, False),
        (kvm_nsvm.V6_19, False),
    ):
        s = l2_of(system, sel_write=True, cd=True)
        execute(s, Instruction.LMSW, ts=True)
        assert s.vcpu.guest_mode == passes
        assert as_promised(s) != passes


def test_an_lmsw_that_l0_does_not_emulate_exits_to_l1() -> None:
    for system in SHIPPED:
        s = l2_of(system, sel_write=True)
        execute(s, Instruction.LMSW, ts=True)
        assert s.vcpu.vmcb12.exit_code == ExitCode.CR0_SEL_WRITE
        assert as_promised(s)


def test_l2_reads_a_cd_that_its_own_cr0_does_not_have_where_intercepts_are_stale() -> None:
    for system, right in (
        (kvm_nsvm_findings.V3_12_STALE_INTERCEPTS, False),
        (kvm_nsvm.V4_20, False),
        (kvm_nsvm.V6_12, True),
    ):
        s = l2_of(system, cd=True)
        execute(s, Instruction.MOV_FROM_CR0)
        assert s.outcome.promised_read.cd
        assert s.outcome.read.cd == right


def test_a_refused_vmrun_leaves_the_event_until_6_12_117() -> None:
    for system, left in ((kvm_nsvm.V6_19, True), (kvm_nsvm.V6_12_117, False)):
        s = l1_of(system)
        l1_intercepts_vmrun(s, False)
        program(s, injects_nm=True)
        vmrun(s)
        assert s.vcpu.vmcb12.exit_code == ExitCode.INVALID
        assert s.vcpu.vmcb12.event_inj_nm == left
        enter(s)
        l1_intercepts_vmrun(s, True)
        vmrun(s)
        assert s.vcpu.guest_mode
        enter(s)
        assert s.host.cpu.vmcb.event_inj_nm == left, "L2 takes #NM a second time"


def test_what_only_the_hardware_refuses_is_an_exit_with_l1_s_state() -> None:
    for system in (*SHIPPED, *REPAIRED):
        s = l1_of(system)
        l1_programs_controls(s, False)
        program(s, ts=True, injects_nm=True)
        vmrun(s)
        assert s.vcpu.guest_mode
        enter(s)
        assert not s.in_guest
        handle_exit(s)
        assert s.vcpu.vmcb12.exit_code == ExitCode.INVALID
        assert not s.vcpu.vmcb12.event_inj_nm
        assert as_promised(s)
        enter(s)
        assert not s.host.cpu.cr0.ts


def test_nw_without_cd_runs_until_v4_20() -> None:
    for system, runs in (
        (kvm_nsvm.V3_12, True),
        (kvm_nsvm_findings.V4_20_CR0_CHECK, True),
        (kvm_nsvm.V6_1, False),
    ):
        s = l1_of(system)
        program(s)
        l1_programs_nw(s, True)
        vmrun(s)
        assert s.vcpu.guest_mode == runs
        assert s.outcome.promised == Outcome.EXIT


def test_the_plain_intercept_comes_first_since_v6_19() -> None:
    for system, code in (
        (kvm_nsvm_findings.V6_12_WRITE_INTERCEPT, ExitCode.CR0_SEL_WRITE),
        (kvm_nsvm.V6_19, ExitCode.CR0_WRITE),
    ):
        s = l2_of(system, write=True, sel_write=True)
        guest_accesses_memory(s)
        bits: dict[str, Any] = {"pe": True, "mp": True, "em": True, "ts": False, "cd": False}
        emulate_cr0_instruction(s, Emulated.MOV_TO_CR0, **bits)
        assert s.vcpu.vmcb12.exit_code == code
