"""Linux v3.4 to v3.12 on two processors: tasks that move and end, restores in two parts."""

import pytest

from nestproof.models.linux import eager, elsewhere, processor, signals, smp
from nestproof.models.linux.eager import EagerSmp
from nestproof.models.linux.processor import fpu_instruction
from nestproof.models.linux.smp import Smp, run_cpu, schedule
from nestproof.models.linux.task import CpuName, Place, TaskName
from nestproof.models.ownership.contents import Context
from nestproof.models.systems.linux_smp import (
    EAGER_REPAIRED,
    EAGER_V3_12,
    LAZY_V3_4,
    LAZY_V3_7,
)
from verifier.language import System, snapshot
from verifier.language.errors import Disabled

A, B, C = TaskName
LAZY = [LAZY_V3_4, LAZY_V3_7]


def booted(system: System) -> Smp:
    """A fresh state of plain values."""
    state: Smp = snapshot(system.initial)
    return state


def eager_booted(system: System) -> EagerSmp:
    """The same of an eager kernel."""
    state: EagerSmp = snapshot(system.initial)
    return state


def use(s: Smp, value: bool) -> None:
    """A task's first instruction, through the whole #NM handler."""
    if s.host.cr0.ts:
        fpu_instruction(s, value)
    if s.host.running.place == Place.ALLOCATING:
        processor.allocate(s)
        processor.finish_nm(s)
    fpu_instruction(s, value)


@pytest.mark.parametrize("system", LAZY)
def test_a_task_that_has_moved_and_come_back_does_not_use_old_registers(system: System) -> None:
    s = booted(system)
    use(s, False)
    schedule(s, C, False)
    run_cpu(s, CpuName.CPU1)
    schedule(s, A, True)
    use(s, True)
    schedule(s, B, False)
    run_cpu(s, CpuName.CPU0)
    schedule(s, A, True)
    assert not s.host.did.lazily_restored
    use(s, False)
    assert s.access.found.value


@pytest.mark.parametrize("system", LAZY)
def test_a_child_in_the_memory_of_an_owner_does_not_get_its_registers(system: System) -> None:
    s = booted(system)
    use(s, True)
    processor.enter_kernel(s)
    smp.exit(s)
    schedule(s, C, False)
    run_cpu(s, CpuName.CPU1)
    use(s, False)
    processor.enter_kernel(s)
    smp.fork(s, A, allocated=True)
    assert s.host.tasks[A].fpu.was_last_on(CpuName.CPU0)
    run_cpu(s, CpuName.CPU0)
    schedule(s, A, True)
    processor.leave_kernel(s)
    use(s, False)
    assert s.access.found.owner == Context.TASK_A
    assert not s.access.found.value


@pytest.mark.parametrize(("system", "there"), [(LAZY_V3_4, True), (LAZY_V3_7, False)])
def test_v3_4_uses_the_registers_of_a_processor_that_was_off(system: System, there: bool) -> None:
    s = booted(system)
    use(s, True)
    schedule(s, C, False)
    processor.enter_kernel(s)
    elsewhere.cpu_off_and_on(s)
    schedule(s, A, True)
    assert s.host.did.lazily_restored == there


def test_every_task_gets_signals_of_its_own() -> None:
    s = booted(LAZY_V3_7)
    use(s, True)
    signals.signal(s)
    run_cpu(s, CpuName.CPU1)
    use(s, True)
    signals.signal(s)
    assert s.handlers[A].in_signal
    assert s.handlers[B].in_signal
    assert not s.handlers[C].in_signal


def in_section(system: System) -> EagerSmp:
    """A kernel FPU section is being closed: the registers are marked as the task's."""
    s = eager_booted(system)
    fpu_instruction(s, True)
    processor.enter_kernel(s)
    processor.kernel_fpu_begin(s)
    processor.kernel_fpu_load(s, True)
    eager.kernel_fpu_end(s)
    return s


def test_an_interrupt_in_a_restore_saves_the_registers_of_the_section() -> None:
    s = in_section(EAGER_V3_12)
    eager.hardirq(s)
    eager.kernel_fpu_restore(s)
    processor.leave_kernel(s)
    fpu_instruction(s, True)
    assert s.access.found.owner == Context.KERNEL


def test_with_14e153ef75ee_no_interrupt_uses_the_fpu_in_a_restore() -> None:
    s = in_section(EAGER_REPAIRED)
    with pytest.raises(Disabled):
        eager.hardirq(s)
    eager.kernel_fpu_restore(s)
    processor.leave_kernel(s)
    fpu_instruction(s, True)
    assert s.access.found.owner == Context.TASK_A


def in_sigreturn(system: System) -> EagerSmp:
    """A 32-bit task's frame is in its image, and the registers are marked as its own."""
    s = eager_booted(system)
    fpu_instruction(s, True)
    signals.signal(s)
    signals.save_frame(s)
    signals.start_afresh(s)
    eager.return_32bit(s)
    eager.copy_frame(s)
    eager.mark_registers(s)
    return s


def test_a_switch_in_a_restore_saves_other_registers_over_the_frame() -> None:
    s = in_sigreturn(EAGER_V3_12)
    eager.schedule(s, C)
    eager.schedule(s, A)
    eager.load_registers(s)
    fpu_instruction(s, True)
    assert not s.access.found.value


def test_with_df24fb859a4e_sigreturn_is_not_preempted_in_its_restore() -> None:
    s = in_sigreturn(EAGER_REPAIRED)
    with pytest.raises(Disabled):
        eager.schedule(s, C)
    eager.load_registers(s)
    fpu_instruction(s, True)
    assert s.access.found.value
