"""KVM since v5.2 step by step: registers loaded late, WP, IA32_XFD and both live findings."""

from dataclasses import replace

import pytest

from nestproof.models.kvm.emulated_cr0 import set_unchanged_sregs
from nestproof.models.kvm.emulator import emulate_fpu_instruction, guest_accesses_device
from nestproof.models.kvm.era import V5_2, V5_10, V5_17, V6_1, V6_1_REPAIRED, V6_19, Era
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.neighbours import (
    interrupt_in_fpregs_lock,
    interrupt_uses_fpu,
    preempt,
    process_uses_fpu,
    resume,
    vmm_fpu_instruction,
)
from nestproof.models.kvm.run import external_interrupt, handle_exit, kvm_run, kvm_run_returns
from nestproof.models.kvm.xfd import guest_writes_xfd
from nestproof.models.linux import fpu_deferred
from nestproof.models.ownership.contents import Context
from nestproof.models.systems import kvm_nvmx
from nestproof.models.systems.kvm_nvmx import (
    l1_launches_l2,
    l1_programs_controls,
    l1_programs_vmcs12,
)
from nestproof.models.systems.kvm_nvmx_today import l1_programs_wp
from nestproof.models.systems.kvm_vmx_today import guest_clears_wp
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from tests.models.test_kvm import VMCS12_FIELDS, enter, execute, handle_and_enter

DEFERRED = [V5_2, V5_10, V5_17, V6_1, V6_19]
EACH_VERSION = pytest.mark.parametrize("era", DEFERRED, ids=lambda era: era.version)


def started(era: Era) -> Kvm:
    """A virtual CPU that has not run yet; the VMM's registers are in the processor."""
    return kvm_nvmx.kvm(fpu_deferred.V5_2, era)


def guest_with(era: Era) -> Kvm:
    s = started(era)
    kvm_run(s)
    enter(s)
    return s


def l2_with(era: Era, **fields: bool) -> Kvm:
    s = guest_with(era)
    l1_programs_vmcs12(s, **(dict.fromkeys(VMCS12_FIELDS, False) | fields))
    l1_launches_l2(s)
    handle_and_enter(s)
    assert s.vcpu.guest_mode
    return s


def found_by_the_guest(s: Kvm) -> Context:
    execute(s, Instruction.SSE, value=True)
    assert s.access.executed
    return s.access.found.owner


def found_by_the_vmm(s: Kvm) -> Context:
    vmm_fpu_instruction(s, True)
    return s.access.found.owner


def leave(s: Kvm) -> None:
    external_interrupt(s)
    handle_exit(s)


@EACH_VERSION
def test_a_guest_that_was_preempted_finds_its_own_registers(era: Era) -> None:
    s = guest_with(era)
    execute(s, Instruction.SSE, value=True)
    leave(s)
    preempt(s, False)
    resume(s, False)
    enter(s)
    assert found_by_the_guest(s) == Context.GUEST


@EACH_VERSION
def test_a_vmm_whose_thread_was_preempted_in_kvm_run_finds_its_own_from_v5_3_on(era: Era) -> None:
    """K6: ec269475cba7."""
    s = guest_with(era)
    leave(s)
    preempt(s, False)
    resume(s, False)
    kvm_run_returns(s)
    expected = Context.GUEST if era == V5_2 else Context.VMM
    assert found_by_the_vmm(s) == expected


@EACH_VERSION
def test_a_kernel_user_in_kvm_run_does_not_become_the_guest_from_v5_6_on(era: Era) -> None:
    """K8: c9aef3b85f42."""
    s = guest_with(era)
    leave(s)
    process_uses_fpu(s, True)
    kvm_run_returns(s)
    kvm_run(s)
    enter(s)
    assert found_by_the_guest(s) == (Context.KERNEL if era == V5_2 else Context.GUEST)


@EACH_VERSION
def test_the_emulator_finds_the_guest_s_registers_from_v5_6_on(era: Era) -> None:
    """K9: a7baead7e312."""
    s = guest_with(era)
    guest_accesses_device(s)
    process_uses_fpu(s, True)
    emulate_fpu_instruction(s, True)
    assert s.access.executed
    assert s.access.found.owner == (Context.KERNEL if era == V5_2 else Context.GUEST)


@EACH_VERSION
def test_an_interrupt_between_two_entries_costs_the_guest_nothing(era: Era) -> None:
    s = guest_with(era)
    leave(s)
    interrupt_uses_fpu(s, False, True)
    enter(s)
    assert found_by_the_guest(s) == Context.GUEST


@pytest.mark.parametrize("era", [V5_10, V5_17])
def test_an_interrupt_in_fpregs_lock_gives_the_guest_its_registers(era: Era) -> None:
    """H25: 59f5ede3bc0f."""
    s = started(era)
    interrupt_in_fpregs_lock(s, True)
    enter(s)
    assert found_by_the_guest(s) == Context.KERNEL


@pytest.mark.parametrize("wanted", [False, True])
@pytest.mark.parametrize("era", [V5_17, V6_1, V6_19])
def test_with_xfd_a_nm_of_l2_is_l1_s_if_it_wants_it_and_l2_s_if_not(era: Era, wanted: bool) -> None:
    s = l2_with(era, guest_ts=True, bitmap_nm=wanted)
    guest_writes_xfd(s)
    enter(s)
    execute(s, Instruction.SSE)
    assert not s.host.cpu.non_root, "L0 intercepts #NM"
    handle_exit(s)
    assert s.outcome.outcome == s.outcome.promised == (Outcome.EXIT if wanted else Outcome.NM)
    assert s.vcpu.guest_mode != wanted


def test_with_xfd_a_nm_of_l1_is_its_own() -> None:
    s = guest_with(V6_1)
    guest_writes_xfd(s)
    enter(s)
    execute(s, Instruction.MOV_TO_CR0, mp=True, ts=True)
    execute(s, Instruction.SSE)
    handle_exit(s)
    assert s.outcome.outcome == s.outcome.promised == Outcome.NM


@pytest.mark.parametrize(("era", "exits"), [(V5_17, True), (V6_1, False)])
def test_from_v6_1_on_the_guest_clears_wp_without_an_exit(era: Era, exits: bool) -> None:
    s = guest_with(era)
    guest_clears_wp(s, True, False, False)
    assert s.host.cpu.non_root != exits


@pytest.mark.parametrize(("era", "kept"), [(V6_1, False), (V6_19, False), (V6_1_REPAIRED, True)])
def test_a_late_refusal_costs_l1_ts_and_wp(era: Era, kept: bool) -> None:
    s = guest_with(era)
    l1_programs_controls(s, False)
    guest_clears_wp(s, True, False, True)
    assert s.host.cpu.non_root, "L1 owns both bits"
    l1_launches_l2(s)
    handle_and_enter(s)
    assert s.vcpu.fail
    handle_and_enter(s)
    execute(s, Instruction.SMSW)
    assert (s.outcome.promised_read.ts, s.outcome.promised_read.wp) == (True, False)
    assert (s.outcome.read.ts, s.outcome.read.wp) == (kept, not kept)


def test_an_early_check_spares_l1_the_late_refusal() -> None:
    s = guest_with(replace(V6_1, early_check=True))
    l1_programs_controls(s, False)
    guest_clears_wp(s, True, False, True)
    l1_launches_l2(s)
    handle_exit(s)
    assert s.outcome.outcome == s.outcome.promised == Outcome.VMFAIL
    enter(s)
    execute(s, Instruction.SMSW)
    assert s.outcome.read == s.outcome.promised_read


@pytest.mark.parametrize(
    ("era", "repaired"), [(V6_1, False), (V6_19, False), (V6_1_REPAIRED, True)]
)
def test_lmsw_of_l2_writes_ts_that_l1_keeps(era: Era, repaired: bool) -> None:
    s = l2_with(era, mask_ts=True, shadow_ts=True, guest_mp=True)
    execute(s, Instruction.LMSW, ts=True, rax_ts=True)
    handle_and_enter(s)
    execute(s, Instruction.AVX)
    assert s.outcome.promised == Outcome.DONE
    assert s.outcome.outcome == (Outcome.DONE if repaired else Outcome.NM)


@pytest.mark.parametrize("era", [V6_1, V6_1_REPAIRED])
def test_lmsw_of_l2_leaves_wp_as_l2_has_it(era: Era) -> None:
    s = guest_with(era)
    l1_programs_vmcs12(s, **(dict.fromkeys(VMCS12_FIELDS, False) | {"guest_mp": True}))
    l1_programs_wp(s, False, True, True, True)
    l1_launches_l2(s)
    handle_and_enter(s)
    guest_clears_wp(s, True, False, False)
    assert s.host.cpu.non_root
    execute(s, Instruction.LMSW)
    handle_and_enter(s)
    execute(s, Instruction.SMSW)
    assert s.outcome.read == s.outcome.promised_read
    assert not s.outcome.read.wp


def test_from_v5_17_on_a_clts_that_exits_would_end_the_virtual_machine() -> None:
    """After KVM_SET_SREGS in L2; the assertion before it stands for the KVM_BUG."""
    s = l2_with(V6_1, mask_ts=True, guest_ts=True)
    leave(s)
    kvm_run_returns(s)
    set_unchanged_sregs(s)
    kvm_run(s)
    enter(s)
    execute(s, Instruction.CLTS)
    assert not s.host.cpu.non_root
    with pytest.raises(AssertionError, match="Guest should always own"):
        handle_exit(s)
