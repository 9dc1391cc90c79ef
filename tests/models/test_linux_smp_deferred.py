"""Linux v5.2 and later on two processors: what the kernels do, and what three mistakes lead to."""

from dataclasses import replace

import pytest

from nestproof.models.linux import deferred_signals, deferred_steps
from nestproof.models.linux.deferred import Deferred, DeferredHost, Point
from nestproof.models.linux.deferred_era import DeferredEra
from nestproof.models.linux.deferred_signals import load_frame, save_frame, signal, signal_return
from nestproof.models.linux.deferred_steps import debug, fpu_instruction, hardirq, schedule
from nestproof.models.linux.fpu_deferred_eras import (
    V5_2,
    V5_2_REPAIRED,
    V5_17,
    V6_1,
    V6_12,
    V6_19,
)
from nestproof.models.linux.task import CpuName, Owner, TaskName
from nestproof.models.ownership.contents import Context
from nestproof.models.systems.linux_smp_deferred import START
from verifier.language import snapshot
from verifier.language.errors import Disabled

A, B, C = TaskName
ALL = [V5_2, V5_2_REPAIRED, V5_17, V6_1, V6_12, V6_19]
NEW = [V5_17, V6_1, V6_12, V6_19]


def booted(era: DeferredEra) -> Deferred:
    """A and B run on one processor each, and C is a kernel thread."""
    state: Deferred = snapshot(
        Deferred(host=DeferredHost(era=era, cpus=START.cpus, tasks=START.tasks))
    )
    return state


def on(s: Deferred, cpu: CpuName) -> None:
    """The next steps are those of this processor."""
    if s.host.executing != cpu:
        deferred_steps.run_cpu(s, cpu)


def finds(s: Deferred) -> Context:
    """Whose registers the running task finds in user mode."""
    fpu_instruction(s, True)
    return s.access.found.owner


def afresh(s: Deferred) -> None:
    """All parts of giving the running task initial registers."""
    while s.host.running.point != Point.USER:
        if s.host.running.point == Point.CLEAR_LOADED:
            deferred_signals.activate(s)
        else:
            deferred_signals.clear(s)


def in_handler(s: Deferred) -> None:
    """The running task gets a signal, and its handler runs."""
    signal(s)
    deferred_signals.load_for_frame(s)
    if s.host.running.point == Point.FRAME_LOADED:
        deferred_signals.activate(s)
    save_frame(s, faults=False)
    afresh(s)


def to_cpu1(s: Deferred) -> None:
    """A moves from the first processor to the second, where B had run."""
    schedule(s, C)
    on(s, CpuName.CPU1)
    schedule(s, A)


@pytest.mark.parametrize("era", ALL)
def test_a_task_that_comes_back_finds_its_registers_still_there(era: DeferredEra) -> None:
    s = booted(era)
    fpu_instruction(s, True)
    schedule(s, C)
    schedule(s, A)
    assert finds(s) == Context.TASK_A
    assert s.host.user_return.still_there
    assert s.access.found.value


@pytest.mark.parametrize("era", ALL)
def test_a_task_that_has_moved_loads_its_registers(era: DeferredEra) -> None:
    s = booted(era)
    fpu_instruction(s, True)
    to_cpu1(s)
    assert finds(s) == Context.TASK_A
    assert s.access.found.value


@pytest.mark.parametrize("era", ALL)
def test_a_task_loads_what_a_debugger_has_written(era: DeferredEra) -> None:
    s = booted(era)
    schedule(s, C)
    debug(s, A, True)
    schedule(s, A)
    assert finds(s) == Context.TASK_A
    assert s.access.found.value


@pytest.mark.parametrize("era", ALL)
def test_a_signal_handler_starts_afresh_and_returns_to_what_was(era: DeferredEra) -> None:
    s = booted(era)
    fpu_instruction(s, True)
    in_handler(s)
    assert finds(s) == Context.TASK_A
    assert not s.access.found.value
    signal_return(s, empty=False, slow=False)
    load_frame(s, faults=False, fatal=False, value=False)
    deferred_signals.activate(s)
    assert finds(s) == Context.TASK_A
    assert s.access.found.value


@pytest.mark.parametrize("era", ALL)
def test_a_copied_frame_is_loaded_by_way_of_the_image(era: DeferredEra) -> None:
    s = booted(era)
    fpu_instruction(s, True)
    in_handler(s)
    signal_return(s, empty=False, slow=True)
    deferred_signals.copy_frame(s, fails=False)
    schedule(s, C)
    schedule(s, A)
    deferred_signals.load_image(s, fails=False, value=False)
    deferred_signals.activate(s)
    assert finds(s) == Context.TASK_A
    assert s.access.found.value


@pytest.mark.parametrize("era", ALL)
def test_a_child_in_the_memory_of_a_task_that_ended_loads_its_parent_s_registers(
    era: DeferredEra,
) -> None:
    s = booted(era)
    on(s, CpuName.CPU1)
    deferred_steps.enter_kernel(s)
    deferred_steps.exit(s)
    schedule(s, C)
    on(s, CpuName.CPU0)
    fpu_instruction(s, True)
    deferred_steps.enter_kernel(s)
    deferred_steps.fork(s, B)
    deferred_steps.fork_end(s, B)
    on(s, CpuName.CPU1)
    schedule(s, B)
    deferred_steps.leave_kernel(s)
    assert finds(s) == Context.TASK_B
    assert s.access.found.value
    assert s.host.user_return.loaded


@pytest.mark.parametrize("era", ALL)
def test_a_processor_that_starts_has_nobody_s_registers(era: DeferredEra) -> None:
    s = booted(era)
    schedule(s, C)
    deferred_steps.cpu_off_and_on(s)
    assert s.host.this_cpu.fpu_owner_task == Owner.NOBODY
    schedule(s, A)
    assert finds(s) == Context.TASK_A


def interrupted_frame(era: DeferredEra) -> Deferred:
    """An interrupt uses the FPU between looking for the registers and saving them, if it may."""
    s = booted(era)
    signal(s)
    deferred_signals.load_for_frame(s)
    hardirq(s)
    save_frame(s, faults=False)
    return s


@pytest.mark.parametrize("era", [V5_2, V5_17])
def test_an_interrupt_under_fpregs_lock_gets_into_a_frame(era: DeferredEra) -> None:
    assert interrupted_frame(era).access.found.owner == Context.INTERRUPT


@pytest.mark.parametrize("era", [V5_2_REPAIRED, V6_1, V6_12, V6_19])
def test_with_59f5ede3bc0f_no_interrupt_uses_the_fpu_there(era: DeferredEra) -> None:
    with pytest.raises(Disabled):
        interrupted_frame(era)


@pytest.mark.parametrize(("era", "found"), [(V5_2, Context.INTERRUPT), (V6_1, Context.TASK_A)])
def test_an_owner_that_is_read_once_is_another_when_it_is_used(
    era: DeferredEra, found: Context
) -> None:
    s = booted(era)
    signal(s)
    hardirq(s)
    deferred_signals.load_for_frame(s)
    deferred_signals.activate(s)
    save_frame(s, faults=False)
    assert s.access.found.owner == found


def half_loaded(era: DeferredEra, slow: bool) -> Deferred:
    """A, on B's processor, is interrupted in a load from its frame, and B runs again."""
    s = booted(era)
    in_handler(s)
    to_cpu1(s)
    if slow:
        signal_return(s, empty=False, slow=True)
        deferred_signals.copy_frame(s, fails=False)
        schedule(s, B)
        fpu_instruction(s, True)
        schedule(s, A)
        deferred_signals.load_image(s, fails=True, value=False)
    else:
        signal_return(s, empty=False, slow=False)
        load_frame(s, faults=True, fatal=False, value=False)
    schedule(s, B)
    return s


@pytest.mark.parametrize("slow", [False, True])
def test_before_bbc55341b9c6_half_loaded_registers_stay_another_s(slow: bool) -> None:
    assert finds(half_loaded(V5_2, slow)) == Context.TASK_A
    assert finds(half_loaded(V5_2_REPAIRED, slow)) == Context.TASK_B


@pytest.mark.parametrize("era", NEW)
def test_later_kernels_rely_on_a_refused_image_changing_nothing(era: DeferredEra) -> None:
    assert finds(half_loaded(era, slow=True)) == Context.TASK_B
    assert finds(half_loaded(replace(era, loads_in_parts=True), slow=True)) == Context.TASK_A


@pytest.mark.parametrize(
    ("era", "stale"), [(V5_2, False), (V5_17, True), (V6_1, True), (V6_12, False), (V6_19, False)]
)
def test_a_program_may_start_with_registers_of_before_exec(era: DeferredEra, stale: bool) -> None:
    s = booted(era)
    fpu_instruction(s, True)
    deferred_steps.enter_kernel(s)
    to_cpu1(s)
    deferred_signals.exec(s)
    while s.host.running.point in {Point.FLUSHING, Point.RESET}:
        deferred_signals.flush(s)
    afresh(s)
    schedule(s, B)
    on(s, CpuName.CPU0)
    schedule(s, A)
    assert finds(s) == Context.TASK_A
    assert s.access.found.value == stale
