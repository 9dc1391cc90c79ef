"""Linux on bare hardware: a processor that is switched off, images that it refuses."""

from dataclasses import replace

import pytest

from nestproof.models.linux import elsewhere
from nestproof.models.linux.processor import schedule
from nestproof.models.linux.task import Place, TaskName
from nestproof.models.systems.native import EAGER_V4_10, LAZY_V3_2, LAZY_V3_4, LAZY_V3_7
from nestproof.models.x86.registers import Context
from tests.models.native_variants import booted, violation, without_signals
from verifier.language import System


def test_v3_4_believes_in_the_registers_of_a_processor_that_was_off() -> None:
    steps = without_signals(LAZY_V3_4)
    taken = violation(replace(LAZY_V3_4, steps=steps), "isolation")
    assert taken[-3:] == ["cpu_off_and_on", "schedule", "fpu_instruction"]


@pytest.mark.parametrize("system", [LAZY_V3_2, LAZY_V3_4, LAZY_V3_7, EAGER_V4_10])
def test_a_processor_that_starts_has_the_initial_state_in_its_registers(system: System) -> None:
    s = booted(system)
    schedule(s, TaskName.C, False)
    s.host.running.place = Place.KERNEL
    elsewhere.cpu_off_and_on(s)
    assert s.host.cpu.registers.owner == Context.INIT
    assert s.host.cpu.cr0.ts == s.host.era.lazy
