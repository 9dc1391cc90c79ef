"""Linux v4.19 and v4.20 on two processors: frames of 32-bit tasks, and 68239654acaf."""

import pytest

from nestproof.models.linux import deferred_signals, deferred_steps
from nestproof.models.linux.deferred import Deferred, Point
from nestproof.models.linux.deferred_era import DeferredEra
from nestproof.models.linux.deferred_steps import fpu_instruction, hardirq, schedule
from nestproof.models.linux.fpu_initialized import V4_19, V4_20
from nestproof.models.linux.task import TaskName
from nestproof.models.ownership.contents import Context
from tests.models.test_linux_smp_deferred import afresh, booted, finds, in_handler, to_cpu1
from verifier.language.errors import Disabled

A, B, C = TaskName
BOTH = [V4_19, V4_20]


@pytest.mark.parametrize("era", BOTH)
def test_a_switch_loads_the_registers_of_a_task_that_has_moved(era: DeferredEra) -> None:
    s = booted(era)
    fpu_instruction(s, True)
    to_cpu1(s)
    assert s.host.user_return.loaded
    assert finds(s) == Context.TASK_A
    assert s.access.found.value


@pytest.mark.parametrize("era", BOTH)
def test_a_switch_loads_nothing_after_a_kernel_thread(era: DeferredEra) -> None:
    s = booted(era)
    schedule(s, C)
    schedule(s, A)
    assert s.host.user_return.still_there
    assert finds(s) == Context.TASK_A


@pytest.mark.parametrize("era", BOTH)
def test_an_interrupt_gives_the_registers_back(era: DeferredEra) -> None:
    s = booted(era)
    fpu_instruction(s, True)
    hardirq(s)
    assert finds(s) == Context.TASK_A
    assert s.access.found.value


def marked(era: DeferredEra) -> Deferred:
    """The frame of a 32-bit task is in its image, which counts as saved registers."""
    s = booted(era)
    fpu_instruction(s, True)
    in_handler(s)
    fpu_instruction(s, False)
    deferred_signals.signal_return(s, empty=False, slow=True)
    deferred_signals.copy_frame(s, fails=False)
    deferred_signals.mark_initialized(s)
    return s


def returned(s: Deferred) -> None:
    """The image is loaded, and the signal handler is over."""
    deferred_signals.load_image(s, fails=False, value=False)
    deferred_signals.activate(s)
    fpu_instruction(s, True)


@pytest.mark.parametrize("era", BOTH)
def test_a_32_bit_task_gets_its_frame_back(era: DeferredEra) -> None:
    s = marked(era)
    returned(s)
    assert s.access.found.value


def test_v4_19_saves_other_registers_over_the_frame_when_sigreturn_is_preempted() -> None:
    s = marked(V4_19)
    schedule(s, C)
    schedule(s, A)
    returned(s)
    assert not s.access.found.value


def test_v4_20_is_not_preempted_there() -> None:
    s = marked(V4_20)
    with pytest.raises(Disabled):
        schedule(s, C)
    with pytest.raises(Disabled):
        deferred_steps.softirq_begin(s)


def test_v4_20_saves_other_registers_over_the_frame_in_a_hard_interrupt() -> None:
    s = marked(V4_20)
    hardirq(s)
    returned(s)
    assert not s.access.found.value


@pytest.mark.parametrize("era", BOTH)
def test_a_frame_that_is_missing_leaves_initial_registers(era: DeferredEra) -> None:
    s = booted(era)
    fpu_instruction(s, True)
    in_handler(s)
    deferred_signals.signal_return(s, empty=False, slow=True)
    deferred_signals.copy_frame(s, fails=True)
    afresh(s)
    assert s.host.running.point == Point.USER
    assert finds(s) == Context.TASK_A
    assert not s.access.found.value
