"""KVM executing instructions for its guest, or its VMM setting CR0: what becomes of L1's bits."""

from dataclasses import replace

import pytest

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.emulated_cr0 import (
    Emulated,
    emulate_cr0_instruction,
    set_unchanged_sregs,
)
from nestproof.models.kvm.emulator import emulate_fpu_instruction, guest_accesses_device
from nestproof.models.kvm.era import Era
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.run import (
    check_requests,
    external_interrupt,
    handle_exit,
    kvm_run,
    kvm_run_returns,
    vcpu_enter_guest,
)
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.linux import fpu_eras, i387
from nestproof.models.linux.era import Era as LinuxEra
from nestproof.models.ownership.contents import Context
from nestproof.models.systems import kvm_vmx
from nestproof.models.systems.kvm_vmx import guest_instruction
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from tests.models.test_kvm import enter, execute, l2_with

V2_6_35 = replace(kvm_era.V2_6_34, version="v2.6.35", lmsw_clears_pe=False)


def guest_with(linux: LinuxEra, era: Era) -> Kvm:
    """A guest that runs for the first time."""
    s = kvm_vmx.kvm(linux, era)
    kvm_run(s)
    check_requests(s)
    vcpu_enter_guest(s, False)
    return s


@pytest.mark.parametrize(
    ("linux", "era", "outcome"),
    [
        (i387.V3_2, kvm_era.V2_6_34, Outcome.GP_BEHIND),
        (i387.V3_2, V2_6_35, Outcome.GP_BEHIND),
        (fpu_eras.V3_4, kvm_era.V3_4, Outcome.GP),
    ],
)
def test_a_refused_mov_faults_behind_itself_until_v2_6_35(
    linux: LinuxEra, era: Era, outcome: Outcome
) -> None:
    s = guest_with(linux, era)
    guest_instruction(s, Instruction.MOV_TO_CR0, pe=False, mp=True, em=False, ts=False, value=False)
    handle_exit(s)
    assert s.outcome.observed
    assert s.outcome.outcome == outcome
    assert s.outcome.promised == Outcome.GP


def test_the_emulator_loads_the_guest_s_registers() -> None:
    s = guest_with(fpu_eras.V3_10, kvm_era.V3_12)
    guest_accesses_device(s)
    emulate_fpu_instruction(s, True)
    assert s.access.executed
    assert s.access.found.owner == Context.GUEST
    assert s.host.cpu.registers.value
    assert not s.host.cpu.cr0.ts


def test_the_emulator_uses_no_register_where_the_guest_has_set_ts() -> None:
    s = guest_with(fpu_eras.V3_10, kvm_era.V3_12)
    guest_instruction(s, Instruction.MOV_TO_CR0, pe=True, mp=True, em=False, ts=True, value=False)
    guest_accesses_device(s)
    emulate_fpu_instruction(s, True)
    assert not s.access.executed
    assert s.vcpu.phase == Phase.LOOP


@pytest.mark.parametrize(
    ("instruction", "promised"),
    [(Emulated.CLTS, Outcome.DONE), (Emulated.LMSW, Outcome.EXIT), (Emulated.SMSW, Outcome.DONE)],
)
def test_the_emulator_knows_nothing_of_l1_s_bits(instruction: Emulated, promised: Outcome) -> None:
    s = l2_with(kvm_era.V4_20_REPAIRED, mask_mp=True, shadow_mp=True, mask_ts=True, guest_ts=True)
    guest_accesses_device(s)
    emulate_cr0_instruction(s, instruction, pe=True, mp=False, em=False, ts=False)
    assert (s.outcome.outcome, s.outcome.promised) == (Outcome.DONE, promised)
    assert (s.outcome.read.mp, s.outcome.promised_read.mp) == (False, True)
    assert s.vcpu.cr0.ts == (instruction == Emulated.SMSW)


def test_a_mov_that_clears_pe_faults_in_the_emulator_too() -> None:
    s = l2_with(kvm_era.V4_20_REPAIRED)
    guest_accesses_device(s)
    emulate_cr0_instruction(s, Emulated.MOV_TO_CR0, pe=False, mp=True, em=False, ts=False)
    assert (s.outcome.outcome, s.outcome.promised) == (Outcome.GP, Outcome.GP)


def test_unchanged_sregs_show_l2_the_bits_that_l1_keeps() -> None:
    s = l2_with(kvm_era.V4_20_REPAIRED, mask_mp=True, shadow_mp=True)
    external_interrupt(s)
    handle_exit(s)
    kvm_run_returns(s)
    set_unchanged_sregs(s)
    kvm_run(s)
    enter(s)
    execute(s, Instruction.MOV_FROM_CR0)
    assert (s.outcome.read.mp, s.outcome.promised_read.mp) == (False, True)


def test_what_is_no_device_after_all_is_executed_again() -> None:
    s = guest_with(fpu_eras.V3_10, kvm_era.V3_12)
    guest_accesses_device(s)
    handle_exit(s)
    assert not s.outcome.observed
