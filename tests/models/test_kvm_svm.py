"""KVM on SVM step by step on plain values, and what its text must not leave out."""

import pytest

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm import svm, svm_exits
from nestproof.models.kvm.neighbours import other_fpu_instruction, preempt, resume
from nestproof.models.kvm.run import (
    check_requests,
    external_interrupt,
    handle_exit,
    kvm_run,
    vcpu_enter_guest,
)
from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.linux import fpu_core, fpu_eras
from nestproof.models.ownership.contents import Context
from nestproof.models.systems import kvm_svm
from nestproof.models.systems.kvm_vmx import guest_instruction
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.vmcb import ExitCode

LAZY = (fpu_eras.V3_10, kvm_era.V3_12)
EAGER = (fpu_core.V4_10, kvm_era.V4_20)


def guest_of(versions: tuple[object, object]) -> SvmKvm:
    """A guest that runs for the first time."""
    linux, era = versions
    s = kvm_svm.machine(linux, era)  # type: ignore[arg-type]
    kvm_run(s)
    enter(s)
    return s


def enter(s: SvmKvm) -> None:
    check_requests(s)
    vcpu_enter_guest(s, False)


def execute(s: SvmKvm, instruction: Instruction, **bits: bool) -> None:
    operand = {"pe": True, "mp": True, "em": False, "ts": False} | bits
    guest_instruction(s, instruction, **operand, value=False)


def handle_and_enter(s: SvmKvm) -> None:
    handle_exit(s)
    enter(s)


def without_the_fpu() -> SvmKvm:
    """A guest that has to ask for the FPU first."""
    s = guest_of(LAZY)
    external_interrupt(s)
    handle_exit(s)
    preempt(s, False)
    resume(s, False)
    enter(s)
    assert not s.vcpu.fpu_active
    return s


def test_a_guest_with_the_fpu_changes_ts_unseen() -> None:
    for versions in (LAZY, EAGER):
        s = guest_of(versions)
        execute(s, Instruction.MOV_TO_CR0, ts=True)
        assert s.in_guest
        assert s.host.cpu.cr0.ts
        execute(s, Instruction.CLTS)
        assert s.in_guest
        assert not s.host.cpu.cr0.ts


def test_a_change_of_em_exits_by_the_selective_intercept() -> None:
    s = guest_of(EAGER)
    execute(s, Instruction.MOV_TO_CR0, em=True)
    assert s.vcpu.exit.code == ExitCode.CR0_SEL_WRITE
    handle_and_enter(s)
    assert s.host.cpu.cr0.em
    assert not s.outcome.killed
    assert s.outcome.outcome == s.outcome.promised


def test_lmsw_always_exits() -> None:
    s = guest_of(EAGER)
    execute(s, Instruction.LMSW, ts=True)
    assert s.vcpu.exit.code == ExitCode.CR0_SEL_WRITE
    handle_and_enter(s)
    assert s.host.cpu.cr0.ts


def test_a_guest_without_the_fpu_reads_its_own_ts_through_kvm() -> None:
    s = without_the_fpu()
    assert s.host.cpu.cr0.ts
    execute(s, Instruction.SMSW)
    assert s.vcpu.exit.code == ExitCode.CR0_READ
    handle_exit(s)
    assert not s.outcome.read.ts
    assert s.outcome.read == s.outcome.promised_read


def test_the_first_use_exits_once_and_then_runs() -> None:
    s = without_the_fpu()
    execute(s, Instruction.SSE)
    assert s.vcpu.exit.code == ExitCode.EXCEPTION_NM
    handle_and_enter(s)
    execute(s, Instruction.SSE)
    assert s.access.executed
    assert s.access.found.owner == Context.GUEST
    execute(s, Instruction.SMSW)
    assert s.in_guest, "reads are not intercepted any more"


def test_clts_without_the_fpu_is_emulated_and_leaves_the_fpu_where_it_is() -> None:
    s = without_the_fpu()
    execute(s, Instruction.CLTS)
    assert s.vcpu.exit.code == ExitCode.CR0_WRITE
    handle_and_enter(s)
    assert not s.vcpu.fpu_active
    assert s.host.cpu.cr0.ts


def test_the_host_finds_its_own_ts_behind_an_exit() -> None:
    s = guest_of(LAZY)
    before = s.host.cpu.host_cr0.ts
    execute(s, Instruction.MOV_TO_CR0, ts=True)
    external_interrupt(s)
    assert s.host.cpu.cr0.ts == before


def test_an_intercept_of_nm_that_stays_is_taken_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    def activates_half(kvm: SvmKvm) -> None:
        kvm.vcpu.fpu_active = True
        svm.update_cr0_intercept(kvm)

    monkeypatch.setattr(svm_exits, "svm_fpu_activate", activates_half)
    s = without_the_fpu()
    execute(s, Instruction.SSE)
    handle_and_enter(s)
    execute(s, Instruction.MOV_TO_CR0, ts=True)
    assert s.in_guest
    execute(s, Instruction.SSE)
    assert s.vcpu.exit.code == ExitCode.EXCEPTION_NM, "though the guest has set TS itself"
    handle_and_enter(s)
    execute(s, Instruction.SSE)
    handle_exit(s)
    assert s.retried.in_vain


def test_a_ts_that_is_not_set_gives_the_guest_what_another_task_left() -> None:
    s = guest_of(LAZY)
    external_interrupt(s)
    handle_exit(s)
    preempt(s, False)
    for _ in range(2):
        other_fpu_instruction(s, False)
    resume(s, False)
    s.vcpu.request_deactivate_fpu = False
    s.vcpu.fpu_active = False
    s.vmcb.intercept_nm = True
    enter(s)
    execute(s, Instruction.SSE)
    assert s.access.executed
    assert s.access.found.owner == Context.TASK_B
