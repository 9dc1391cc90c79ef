"""Linux on bare hardware: a processor that is switched off, images that it refuses."""

from dataclasses import replace

import pytest

from nestproof.models.linux import elsewhere, i387, processor, signals
from nestproof.models.linux.native import Native
from nestproof.models.linux.processor import fpu_instruction, schedule
from nestproof.models.linux.task import Place, TaskName
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.systems.native import (
    EAGER_V4_10,
    EAGER_V4_10_REINITIALISED,
    LAZY_V3_2,
    LAZY_V3_4,
    LAZY_V3_7,
)
from tests.models.native_variants import (
    booted,
    holds,
    variant,
    violation,
    without,
    without_signals,
)
from verifier.language import System


def test_v3_4_believes_in_the_registers_of_a_processor_that_was_off() -> None:
    steps = without_signals(LAZY_V3_4)
    taken = violation(replace(LAZY_V3_4, steps=steps), "isolation")
    assert "cpu_off_and_on" in taken


@pytest.mark.parametrize("system", [LAZY_V3_2, LAZY_V3_4, LAZY_V3_7, EAGER_V4_10])
def test_a_processor_that_starts_has_the_initial_state_in_its_registers(system: System) -> None:
    s = booted(system)
    schedule(s, TaskName.C, False)
    s.host.running.place = Place.KERNEL
    elsewhere.cpu_off_and_on(s)
    assert s.host.cpu.registers.owner == Context.INIT
    assert s.host.cpu.cr0.ts == s.host.era.lazy


# Images that XRSTOR refuses

FRAMES = (signals.signal, signals.save_frame, signals.signal_return, signals.take_registers)
"""Without these tasks that get a SIGSEGV die."""


@pytest.mark.parametrize(
    "system",
    [
        without(
            variant(LAZY_V3_2, math_error=i387.unlazy_fpu),
            *FRAMES,
            signals.load_frame,
            processor.softirq_without_registers,
        ),
        without(variant(LAZY_V3_4, cpu_up_forgets_owner=True), *FRAMES, signals.load_frame),
    ],
    ids=["v3.2", "v3.4"],
)
def test_an_image_that_is_refused_harms_nobody_in(system: System) -> None:
    assert holds(system, "isolation", "integrity", "host_integrity")


def test_v3_7_takes_its_state_from_the_task_that_runs_when_another_s_image_is_refused() -> None:
    steps = without_signals(LAZY_V3_7)
    refused = replace(LAZY_V3_7, steps=(*steps, elsewhere.debug_refused))
    assert "debug_refused" in violation(refused, "integrity")


def refused(system: System) -> Native:
    """Task B has an image that is refused, and runs again."""
    s = booted(system)
    s.host.tasks[TaskName.B].used_math = True
    s.host.tasks[TaskName.B].fpu.state = Contents(owner=Context.TASK_B)
    elsewhere.debug_refused(s, TaskName.B)
    schedule(s, TaskName.B, True)
    return s


@pytest.mark.parametrize("system", [LAZY_V3_2, LAZY_V3_4, LAZY_V3_7])
def test_a_lazy_kernel_kills_the_task_whose_image_is_refused(system: System) -> None:
    s = refused(system)
    fpu_instruction(s, True)
    assert not s.access.executed
    assert s.host.running.place == Place.SIGNALLED
    assert s.host.cpu.cr0.ts


def test_v4_10_computes_with_the_last_task_s_registers() -> None:
    s = refused(EAGER_V4_10)
    fpu_instruction(s, True)
    assert s.access.found.owner == Context.TASK_A


def test_with_d5c8028b4788_a_task_starts_afresh_at_every_switch() -> None:
    s = refused(EAGER_V4_10_REINITIALISED)
    fpu_instruction(s, True)
    assert s.access.found.owner == Context.TASK_B
    schedule(s, TaskName.A, False)
    assert s.host.tasks[TaskName.B].fpu.state.value
    schedule(s, TaskName.B, False)
    assert not s.host.cpu.registers.value
