"""What L1 is left with when a VM entry, or the CR0 that it asked for, is refused."""

import pytest

from nestproof.models.kvm.era import V3_1, V3_12, V3_13, V3_14, V4_11, V4_20, V4_20_REPAIRED, Era
from nestproof.models.kvm.neighbours import interrupt_uses_fpu
from nestproof.models.kvm.run import (
    check_requests,
    external_interrupt,
    handle_exit,
    kvm_run,
    kvm_run_returns,
    vcpu_enter_guest,
)
from nestproof.models.ownership.contents import Context
from nestproof.models.systems import kvm_nvmx
from nestproof.models.systems.kvm_nvmx import (
    l1_launches_l2,
    l1_programs_controls,
    l1_programs_host_nw,
    l1_programs_invalid_cr0,
    l1_programs_vmcs12,
)
from nestproof.models.x86.cr0 import running
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from tests.models.test_kvm import (
    VMCS12_FIELDS,
    enter,
    execute,
    guest_with,
    handle_and_enter,
    l2_with,
    take_the_fpu_back,
)


@pytest.mark.parametrize(("era", "kept"), [(V4_11, False), (V4_20, False), (V4_20_REPAIRED, True)])
def test_a_late_refusal_costs_l1_its_ts(era: Era, kept: bool) -> None:
    s = guest_with(era)
    l1_programs_controls(s, False)
    execute(s, Instruction.MOV_TO_CR0, mp=True, ts=True)
    assert s.host.cpu.non_root, "L1 owns TS, so writing it does not exit"
    l1_launches_l2(s)
    handle_and_enter(s)
    assert s.vcpu.fail
    handle_and_enter(s)
    execute(s, Instruction.SMSW)
    assert s.outcome.promised_read == running(mp=True, em=False, ts=True)
    assert s.outcome.read.ts == kept


@pytest.mark.parametrize("era", [V3_1, V3_14, V4_20])
def test_an_invalid_guest_cr0_sends_l1_to_its_host_state(era: Era) -> None:
    s = guest_with(era)
    take_the_fpu_back(s)
    l1_programs_vmcs12(s, **(dict.fromkeys(VMCS12_FIELDS, False) | {"host_ts": True}))
    l1_programs_invalid_cr0(s)
    l1_launches_l2(s)
    handle_exit(s)
    assert (s.outcome.outcome, s.outcome.promised) == (Outcome.EXIT, Outcome.EXIT)
    assert not s.outcome.exit_differs
    enter(s)
    execute(s, Instruction.SMSW)
    assert s.outcome.read.ts
    assert s.outcome.read == s.outcome.promised_read


def test_until_3_13_a_refused_host_cr0_leaves_l1_on_the_host_s_registers() -> None:
    for era, leaks in ((V3_12, True), (V3_13, False)):
        s = guest_with(era)
        l1_programs_host_nw(s, True)
        l1_launches_l2(s)
        handle_exit(s)
        kvm_run_returns(s)
        kvm_run(s)
        enter(s)
        execute(s, Instruction.TASK_SWITCH)
        handle_exit(s)
        assert not s.vcpu.guest_mode
        interrupt_uses_fpu(s, False, True)
        enter(s)
        execute(s, Instruction.SSE)
        assert s.access.executed == leaks
        assert (s.access.found.owner == Context.KERNEL) == leaks


def test_a_late_refusal_after_l2_has_run_leaves_l1_what_it_wrote_since() -> None:
    s = l2_with(V4_20_REPAIRED, host_mp=True)
    external_interrupt(s)
    handle_exit(s)
    check_requests(s)
    kvm_nvmx.interrupt_for_l1(s)
    vcpu_enter_guest(s, False)
    execute(s, Instruction.MOV_TO_CR0, mp=True, ts=True)
    l1_programs_controls(s, False)
    l1_launches_l2(s)
    handle_and_enter(s)
    assert s.vcpu.fail
    handle_and_enter(s)
    execute(s, Instruction.SSE)
    assert (s.outcome.outcome, s.outcome.promised) == (Outcome.NM, Outcome.NM)
