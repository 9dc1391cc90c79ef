"""KVM step by step on plain values: historic executions, and what each version makes of them."""

from collections.abc import Callable
from typing import Any

import pytest

from nestproof.models.kvm.era import (
    V3_1,
    V3_4,
    V3_12,
    V3_13,
    V3_14,
    V3_14_REPAIRED,
    V4_11,
    V4_20,
    V4_20_REPAIRED,
    Era,
)
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.neighbours import (
    interrupt_uses_fpu,
    preempt,
    process_uses_fpu,
    resume,
    vmm_fpu_instruction,
)
from nestproof.models.kvm.run import (
    check_requests,
    external_interrupt,
    handle_exit,
    kvm_run,
    kvm_run_returns,
    vcpu_enter_guest,
)
from nestproof.models.linux import fpu_core, fpu_eras
from nestproof.models.ownership.contents import Context
from nestproof.models.systems import kvm_nvmx, kvm_vmx
from nestproof.models.systems.kvm_nvmx import (
    l1_launches_l2,
    l1_programs_vmcs12,
)
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason
from verifier.language.errors import Disabled

VMCS12_FIELDS = (
    *(
        f"{name}_{bit}"
        for name in ("mask", "shadow", "guest", "host")
        for bit in ("mp", "em", "ts")
    ),
    "bitmap_nm",
    "injects_nm",
)


def guest_with(era: Era) -> Kvm:
    """A guest that runs for the first time."""
    linux = fpu_eras.V3_10 if era.lazy else fpu_core.V4_10
    s = kvm_nvmx.kvm(linux, era)
    kvm_run(s)
    enter(s)
    return s


def enter(s: Kvm) -> None:
    check_requests(s)
    vcpu_enter_guest(s, False)


def handle_and_enter(s: Kvm) -> None:
    handle_exit(s)
    enter(s)


def execute(s: Kvm, instruction: Instruction, **bits: bool) -> None:
    given = dict.fromkeys(("mp", "em", "ts", "rax_mp", "rax_em", "rax_ts", "value"), False)
    kvm_nvmx.guest_instruction(s, instruction, **({"pe": True} | given | bits))


def l2_with(era: Era, **fields: bool) -> Kvm:
    """An L2 that runs, with fields of VMCS12 that L1 has set; the others are clear."""
    s = guest_with(era)
    l1_programs_vmcs12(s, **(dict.fromkeys(VMCS12_FIELDS, False) | fields))
    l1_launches_l2(s)
    handle_and_enter(s)
    assert s.host.cpu.non_root
    assert s.vcpu.guest_mode
    return s


def take_the_fpu_back(s: Kvm) -> None:
    """The virtual CPU's thread is preempted, and the guest continues without the FPU."""
    external_interrupt(s)
    handle_exit(s)
    preempt(s, False)
    resume(s, False)
    enter(s)
    assert s.vcpu.fpu_active != s.vcpu.era.lazy


def test_the_first_use_after_a_preemption_exits_once_and_then_runs() -> None:
    s = guest_with(V3_12)
    take_the_fpu_back(s)
    execute(s, Instruction.SSE)
    assert s.vcpu.exit.reason == ExitReason.EXCEPTION_NM
    handle_and_enter(s)
    execute(s, Instruction.SSE)
    assert s.access.executed
    assert s.access.found.owner == Context.GUEST


def test_a_guest_without_the_fpu_reads_its_own_ts() -> None:
    s = guest_with(V3_12)
    take_the_fpu_back(s)
    assert s.host.cpu.cr0.ts
    execute(s, Instruction.SMSW)
    assert not s.outcome.read.ts
    assert s.outcome.read == s.outcome.promised_read


def test_until_3_7_the_vmm_finds_the_guest_s_registers_after_kvm_run() -> None:
    s = kvm_vmx.kvm(fpu_eras.V3_4, V3_4)
    kvm_run(s)
    enter(s)
    external_interrupt(s)
    handle_exit(s)
    kvm_run_returns(s)
    vmm_fpu_instruction(s, True)
    assert s.access.found.owner == Context.GUEST


def test_until_4_1_a_kernel_user_in_process_context_is_found_by_the_guest() -> None:
    s = guest_with(V3_12)
    external_interrupt(s)
    process_uses_fpu(s, True)
    handle_and_enter(s)
    execute(s, Instruction.SSE)
    assert s.access.found.owner == Context.KERNEL


def test_until_4_15_a_kernel_user_in_process_context_loses_the_vmm_s_registers() -> None:
    s = guest_with(V4_11)
    external_interrupt(s)
    process_uses_fpu(s, True)
    handle_exit(s)
    kvm_run_returns(s)
    vmm_fpu_instruction(s, True)
    assert s.access.found.owner == Context.GUEST


def test_an_interrupt_finds_the_fpu_unusable_while_the_guest_s_registers_are_loaded() -> None:
    s = guest_with(V3_12)
    external_interrupt(s)
    with pytest.raises(Disabled):
        interrupt_uses_fpu(s, False, True)


def test_3_1_forgets_what_l2_writes_to_cr0_without_the_fpu() -> None:
    """N2: fixed by 1a0d74e66405."""
    for era, seen in ((V3_1, Outcome.NM), (V3_12, Outcome.DONE)):
        s = l2_with(era, guest_mp=True, guest_ts=True)
        take_the_fpu_back(s)
        execute(s, Instruction.MOV_TO_CR0, mp=True)
        handle_and_enter(s)
        execute(s, Instruction.SSE)
        handle_and_enter(s)
        execute(s, Instruction.SSE)
        assert (s.outcome.outcome, s.outcome.promised) == (seen, Outcome.DONE)


@pytest.mark.parametrize("era", [V3_1, V3_12, V4_20])
@pytest.mark.parametrize("guest", [guest_with, l2_with])
def test_a_mov_that_clears_pe_faults_and_changes_nothing(
    era: Era, guest: Callable[[Era], Kvm]
) -> None:
    s = guest(era)
    execute(s, Instruction.MOV_TO_CR0, pe=False, ts=True)
    handle_and_enter(s)
    assert (s.outcome.outcome, s.outcome.promised) == (Outcome.GP, Outcome.GP)
    execute(s, Instruction.SMSW)
    assert s.outcome.read.pe
    assert not s.outcome.read.ts


def test_3_12_sends_l1_the_nm_that_l0_has_caused() -> None:
    """N3: fixed by e504c9098ed6."""
    for era, to_l1 in ((V3_12, True), (V3_13, False), (V3_14, False), (V3_14_REPAIRED, False)):
        s = l2_with(era, bitmap_nm=True)
        take_the_fpu_back(s)
        execute(s, Instruction.SSE)
        handle_exit(s)
        assert s.vcpu.guest_mode != to_l1
        assert (s.outcome.outcome != s.outcome.promised) == to_l1


def test_3_13_keeps_the_nm_that_l1_is_waiting_for() -> None:
    """N4: fixed by 1b385cbdd74a."""
    for era, in_vain in ((V3_13, True), (V3_14, False), (V3_14_REPAIRED, False)):
        s = l2_with(era, mask_ts=True, guest_ts=True, bitmap_nm=True)
        execute(s, Instruction.SSE)
        handle_and_enter(s)
        assert s.vcpu.guest_mode == in_vain
        if in_vain:
            execute(s, Instruction.SSE)
            handle_exit(s)
            assert s.retried.in_vain


@pytest.mark.parametrize(
    ("era", "repaired"), [(V3_14, False), (V4_20, False), (V4_20_REPAIRED, True)]
)
def test_lmsw_of_l2_writes_a_bit_that_l1_keeps(era: Era, repaired: bool) -> None:
    s = l2_with(era, mask_ts=True, shadow_ts=True, guest_mp=True)
    execute(s, Instruction.LMSW, ts=True, rax_ts=True)
    handle_and_enter(s)
    execute(s, Instruction.AVX)
    assert s.outcome.promised == Outcome.DONE
    assert s.outcome.outcome == (Outcome.DONE if repaired else Outcome.NM)


def test_until_4_12_lmsw_is_routed_by_a_register_that_it_does_not_read() -> None:
    for era, to_l1 in ((V4_11, True), (V4_20, False)):
        s = l2_with(era, mask_em=True, shadow_mp=True, guest_mp=True)
        execute(s, Instruction.LMSW, rax_em=True)
        handle_exit(s)
        assert s.vcpu.guest_mode != to_l1
        assert s.outcome.promised == Outcome.DONE


def test_3_14_retries_an_x87_instruction_under_em_for_ever() -> None:
    s = l2_with(V3_14, guest_em=True, bitmap_nm=True)
    execute(s, Instruction.X87)
    handle_and_enter(s)
    execute(s, Instruction.X87)
    handle_exit(s)
    assert s.retried.in_vain
    s = l2_with(V3_14_REPAIRED, guest_em=True, bitmap_nm=True)
    execute(s, Instruction.X87)
    handle_exit(s)
    assert not s.vcpu.guest_mode


def test_4_11_gives_a_guest_up_whose_l2_faults_under_em() -> None:
    for era, killed in ((V4_11, True), (V4_20, False)):
        s = l2_with(era, guest_em=True, bitmap_nm=True)
        execute(s, Instruction.X87)
        handle_exit(s)
        assert s.outcome.killed == killed


def test_3_14_sends_l1_a_nm_that_its_cr0_does_not_justify() -> None:
    for era, to_l1 in ((V3_14, True), (V3_14_REPAIRED, False)):
        s = l2_with(era, guest_ts=True, bitmap_nm=True)
        take_the_fpu_back(s)
        execute(s, Instruction.WAIT)
        handle_exit(s)
        assert s.vcpu.guest_mode != to_l1
        assert (s.outcome.outcome != s.outcome.promised) == to_l1


def test_until_3_14_taking_the_fpu_back_forgets_the_mp_that_l2_wrote() -> None:
    for era, forgotten in ((V3_14, True), (V3_14_REPAIRED, False)):
        s = l2_with(era, guest_mp=True)
        execute(s, Instruction.MOV_TO_CR0)
        handle_and_enter(s)
        take_the_fpu_back(s)
        execute(s, Instruction.SMSW)
        assert not s.outcome.promised_read.mp
        assert s.outcome.read.mp == forgotten


def test_l1_finds_what_l2_wrote_without_an_exit() -> None:
    s = l2_with(V3_14, guest_mp=True)
    execute(s, Instruction.MOV_TO_CR0, mp=True, ts=True)
    assert s.host.cpu.non_root
    external_interrupt(s)
    handle_exit(s)
    check_requests(s)
    kvm_nvmx.interrupt_for_l1(s)
    assert s.vcpu.vmcs12.guest_cr0 == s.contract.cpu.vmcs.guest_cr0
    assert s.vcpu.vmcs12.guest_cr0.ts


def test_an_injected_nm_reaches_l2_whatever_its_cr0() -> None:
    s: Any = l2_with(V3_14, guest_mp=True, injects_nm=True)
    assert s.host.cpu.vmcss[s.host.cpu.current].entry_injects_nm
    external_interrupt(s)
    assert not s.host.cpu.vmcss[s.host.cpu.current].entry_injects_nm
