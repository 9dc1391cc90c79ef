"""Two virtual machines on one processor: each guest finds its own registers."""

from dataclasses import replace

import pytest

from nestproof.models.kvm.machine import TwoGuests
from nestproof.models.kvm.neighbours import schedule
from nestproof.models.kvm.run import (
    check_requests,
    external_interrupt,
    handle_exit,
    kvm_run,
    vcpu_enter_guest,
)
from nestproof.models.linux.task import TaskName
from nestproof.models.ownership.contents import Context
from nestproof.models.systems import kvm_two
from nestproof.models.systems.kvm_vmx import guest_instruction
from nestproof.models.x86.instructions import Instruction
from tests.models.mutants import watched
from tests.models.native_variants import violation
from verifier.language import System, snapshot

mutants = watched("tests.models.kvm_two_mutants")

SYSTEMS = [kvm_two.V3_12_IRQ, kvm_two.V3_12_EAGER_IRQ, kvm_two.V4_11_IRQ, kvm_two.V4_20]


def enter(s: TwoGuests) -> None:
    check_requests(s)
    vcpu_enter_guest(s, False)


def compute(s: TwoGuests, value: bool) -> Context:
    """The guest executes an FPU instruction, after whatever KVM wants to do; whose it was."""
    s.access.executed = False
    operand = {"pe": True, "mp": False, "em": False, "ts": False}
    guest_instruction(s, Instruction.SSE, **operand, value=value)
    while not s.access.executed:
        handle_exit(s)
        enter(s)
        guest_instruction(s, Instruction.SSE, **operand, value=value)
    return s.access.context


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_guests_that_take_turns_find_what_they_wrote(system: System) -> None:
    s: TwoGuests = snapshot(system.initial)
    kvm_run(s)
    enter(s)
    assert compute(s, True) == Context.GUEST
    external_interrupt(s)
    schedule(s, TaskName.B, False)
    kvm_run(s)
    enter(s)
    assert compute(s, False) == Context.OTHER_GUEST
    assert s.access.found.owner == Context.OTHER_GUEST
    external_interrupt(s)
    schedule(s, TaskName.A, False)
    handle_exit(s)
    enter(s)
    assert compute(s, True) == Context.GUEST
    assert s.access.found.owner == Context.GUEST
    assert s.access.found.value


def test_without_the_preempt_notifier_a_guest_finds_the_other_s_registers() -> None:
    shared = kvm_two.V4_11_IRQ
    mistaken = mutants.schedule_without_put
    steps = tuple(mistaken if step == schedule else step for step in shared.steps)
    mutant = replace(shared, steps=steps, arbitrary=())
    assert "schedule_without_put" in violation(mutant, "isolation")
