"""Linux on bare hardware: what each kernel does, what is proved of it, and mistakes that show."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nestproof.models.linux import elsewhere, i387, kernel_fpu, processor, signals
from nestproof.models.linux.elsewhere import debug, run_elsewhere
from nestproof.models.linux.native import Native
from nestproof.models.linux.processor import fpu_instruction, schedule
from nestproof.models.linux.task import Place, TaskName
from nestproof.models.ownership.contents import Context
from nestproof.models.systems.native import (
    EAGER_V4_10,
    EAGER_V4_10_REPAIRED,
    LAZY_V3_2,
    LAZY_V3_4,
    LAZY_V3_7,
)
from tests.models.mutants import watched
from tests.models.native_variants import booted, holds, variant, violation, without_signals
from verifier.language import System
from verifier.language.functions import about

mutants = watched("tests.models.native_mutants")

# What the kernels do, step by step


def test_a_first_use_allocates_and_then_owns_the_registers() -> None:
    s = booted(LAZY_V3_2)
    fpu_instruction(s, True)
    assert s.host.running.place == Place.ALLOCATING
    assert not s.access.executed
    processor.allocate(s)
    processor.finish_nm(s)
    assert not s.host.cpu.cr0.ts
    assert s.host.running.fpu.has_fpu
    fpu_instruction(s, True)
    assert s.access.executed
    assert s.access.found.owner == Context.TASK_A


def use(s: Native, value: bool) -> None:
    """A task's first instruction, through the whole #NM handler."""
    fpu_instruction(s, value)
    processor.allocate(s)
    processor.finish_nm(s)
    fpu_instruction(s, value)


@pytest.mark.parametrize("system", [LAZY_V3_2, LAZY_V3_4, LAZY_V3_7])
def test_a_lazy_switch_saves_and_sets_ts(system: System) -> None:
    s = booted(system)
    use(s, True)
    schedule(s, TaskName.B, False)
    assert s.host.cpu.cr0.ts
    assert not s.host.tasks[TaskName.A].fpu.has_fpu
    assert s.host.tasks[TaskName.A].fpu.state.value


def test_v3_2_preloads_a_frequent_user() -> None:
    s = booted(LAZY_V3_2)
    use(s, True)
    schedule(s, TaskName.B, False)
    schedule(s, TaskName.A, True)
    assert s.host.did.preloaded
    assert s.host.running.fpu.has_fpu


def test_v3_4_finds_the_registers_of_a_returning_task_still_there() -> None:
    s = booted(LAZY_V3_4)
    use(s, True)
    schedule(s, TaskName.B, False)
    schedule(s, TaskName.A, True)
    assert s.host.did.lazily_restored
    assert not s.host.did.preloaded
    assert s.host.cpu.registers.value


def test_v3_4_loads_the_registers_of_a_task_that_ran_elsewhere() -> None:
    s = booted(LAZY_V3_4)
    use(s, True)
    schedule(s, TaskName.B, False)
    run_elsewhere(s, TaskName.A, uses=True, counts=True, value=False)
    schedule(s, TaskName.A, True)
    assert s.host.did.preloaded
    assert not s.host.cpu.registers.value


@pytest.mark.parametrize("system", [LAZY_V3_2, LAZY_V3_4, LAZY_V3_7, EAGER_V4_10])
def test_a_signal_frame_that_is_refused_leaves_the_initial_state(system: System) -> None:
    s = booted(system)
    if not s.host.running.used_math:
        use(s, True)
    signals.signal(s)
    signals.save_frame(s)
    afresh(s)
    signals.signal_return(s, empty=False)
    while s.host.running.place != Place.RETURN_OWNED:
        signals.take_registers(s)
    signals.load_frame(s, refused=True)
    afresh(s)
    assert not s.in_signal
    schedule(s, TaskName.B, False)
    debug(s, TaskName.A, True)
    assert s.access.found.owner == Context.TASK_A
    assert s.access.found.value is False


def afresh(s: Native) -> None:
    """All parts of giving the running task an initial state."""
    while s.host.running.place != Place.USER:
        signals.start_afresh(s)


def test_v3_4_keeps_its_registers_where_a_page_comes_through_the_fpu() -> None:
    s = booted(LAZY_V3_4)
    use(s, True)
    signals.signal(s)
    processor.kernel_fpu_in_page_fault(s)
    signals.save_frame(s)
    assert s.host.running.place == Place.FRAME_CHOSEN
    signals.save_frame(s)
    assert s.frame.state.owner == Context.TASK_A
    assert s.frame.state.value


def test_v4_10_never_sets_ts() -> None:
    s = booted(EAGER_V4_10)
    for name in (TaskName.B, TaskName.C, TaskName.A):
        schedule(s, name, False)
        assert not s.host.cpu.cr0.ts
    assert s.host.running.fpu.has_fpu


def test_v4_10_finds_the_registers_still_there_after_a_kernel_thread() -> None:
    s = booted(EAGER_V4_10)
    schedule(s, TaskName.C, False)
    schedule(s, TaskName.A, False)
    assert s.host.did.lazily_restored


# What is proved


@pytest.mark.parametrize(
    "system",
    [LAZY_V3_7, EAGER_V4_10_REPAIRED, variant(LAZY_V3_4, cpu_up_forgets_owner=True)],
    ids=["v3.7", "v4.10 repaired", "v3.4 with what v3.7 does when a processor starts"],
)
def test_tasks_and_interrupts_are_isolated(system: System) -> None:
    core = replace(system, steps=without_signals(system))
    assert holds(core, "isolation", "integrity", "host_integrity")


def test_v3_2_is_sound_where_nothing_runs_without_an_interrupt_s_registers() -> None:
    steps = without_signals(LAZY_V3_2, processor.softirq_without_registers)
    core = variant(LAZY_V3_2, steps, math_error=i387.unlazy_fpu)
    assert holds(core, "isolation", "integrity", "host_integrity", "assertions")


# What v3.2 gets wrong


def test_v3_2_lets_a_softirq_into_an_open_kernel_section() -> None:
    steps = violation(replace(LAZY_V3_2, steps=without_signals(LAZY_V3_2)), "isolation")
    assert "softirq_without_registers" in steps
    assert steps[-1] == "kernel_fpu_use"


def without(*others: object) -> tuple[Callable[..., None], ...]:
    left = {about(step) for step in others}
    return tuple(step for step in LAZY_V3_2.steps if about(step) not in left)


ELSEWHERE = (elsewhere.run_elsewhere, elsewhere.debug)
SOFTIRQS = (
    processor.softirq_begin,
    processor.softirq_without_registers,
    processor.softirq_use,
    processor.softirq_end,
)


def test_v3_2_leaks_registers_when_signal_delivery_is_preempted_before_stts() -> None:
    sigreturn = (signals.take_registers, signals.load_frame)
    steps = without(processor.softirq_without_registers, *sigreturn, *ELSEWHERE)
    taken = violation(replace(LAZY_V3_2, steps=steps), "isolation")
    assert "schedule" in taken[taken.index("save_frame") :]
    assert taken[-1] == "fpu_instruction"


def test_v3_2_leaks_registers_when_sigreturn_is_preempted_after_clts() -> None:
    steps = without(processor.softirq_without_registers, signals.save_frame, *ELSEWHERE)
    taken = violation(replace(LAZY_V3_2, steps=steps), "isolation")
    assert "take_registers" in taken
    assert taken[-1] == "fpu_instruction"


def test_v3_2_takes_nm_in_the_kernel_when_a_fault_handler_is_preempted() -> None:
    steps = without_signals(LAZY_V3_2, processor.softirq_without_registers)
    taken = violation(replace(LAZY_V3_2, steps=steps), "host_integrity")
    assert taken[-1] == "math_error"


def test_v3_2_is_sound_with_its_four_repairs() -> None:
    repaired = variant(
        LAZY_V3_2,
        without(*ELSEWHERE, signals.exec, processor.hardirq),
        irq_fpu_usable=mutants.irq_fpu_usable_needs_registers,
        math_error=i387.unlazy_fpu,
        start_afresh=mutants.drops_registers_in_one_part,
        take_registers=mutants.takes_registers_in_one_part,
    )
    assert holds(repaired, "isolation", "host_integrity")


# What v3.4 gets wrong


def test_v3_4_warns_when_a_fault_handler_is_preempted() -> None:
    taken = violation(LAZY_V3_4, "assertions")
    assert "fpu_fault" in taken
    assert taken[-1] == "math_error"


def test_v3_4_does_not_warn_where_the_fault_handler_looks_first() -> None:
    steps = without_signals(LAZY_V3_4)
    assert holds(variant(LAZY_V3_4, steps, math_error=kernel_fpu.unlazy_fpu), "assertions")


def test_where_v3_4_warns_it_takes_nm_in_the_kernel_and_loses_nothing() -> None:
    steps = without_signals(LAZY_V3_4, elsewhere.cpu_off_and_on)
    careless = variant(LAZY_V3_4, steps, math_error=mutants.save_init_fpu_without_a_warning)
    assert violation(careless, "host_integrity")[-1] == "math_error"
    assert holds(careless, "isolation", "integrity")


# Mistakes

MISTAKES: list[tuple[System, str, dict[str, Callable[..., Any]]]] = [
    (LAZY_V3_4, "isolation", {"kernel_fpu_end": mutants.kernel_fpu_end_leaves_ts_clear}),
    (LAZY_V3_4, "host_integrity", {"kernel_fpu_end": mutants.kernel_fpu_end_leaves_ts_clear}),
    (
        LAZY_V3_4,
        "isolation",
        {
            "kernel_fpu_begin_save": mutants.kernel_fpu_begin_save_without_owner,
            "kernel_fpu_begin_rest": mutants.kernel_fpu_begin_keeps_the_owner,
        },
    ),
    (LAZY_V3_4, "integrity", {"foreign_write": mutants.foreign_write_keeps_last_cpu}),
    (LAZY_V3_4, "assertions", {"irq_fpu_usable": mutants.irq_fpu_usable_negated}),
    (LAZY_V3_2, "isolation", {"irq_fpu_usable": mutants.irq_fpu_usable_negated}),
    (LAZY_V3_2, "isolation", {"irq_fpu_usable": mutants.irq_fpu_usable_without_ts}),
    (LAZY_V3_4, "isolation", {"switch_to": mutants.switch_swaps_the_owner}),
    (LAZY_V3_4, "integrity", {"switch_to": mutants.switch_ignores_last_cpu}),
    (LAZY_V3_4, "isolation", {"switch_to": mutants.switch_trusts_destroyed_registers}),
    (LAZY_V3_2, "integrity", {"switch_to": mutants.switch_forgets_to_save}),
    (EAGER_V4_10_REPAIRED, "isolation", {"kernel_fpu_begin_save": mutants.eager_begin_unmarked}),
    (
        EAGER_V4_10_REPAIRED,
        "isolation",
        {"kernel_fpu_begin_rest": mutants.eager_begin_keeps_the_owner},
    ),
    (EAGER_V4_10_REPAIRED, "isolation", {"kernel_fpu_end": mutants.eager_end_without_load}),
    (EAGER_V4_10_REPAIRED, "integrity", {"foreign_write": mutants.foreign_write_keeps_last_cpu}),
    (EAGER_V4_10_REPAIRED, "integrity", {"switch_to": mutants.eager_switch_ignores_last_cpu}),
    (EAGER_V4_10_REPAIRED, "integrity", {"switch_to": mutants.eager_switch_without_save}),
]


@pytest.mark.parametrize(
    ("system", "goal", "era"),
    MISTAKES,
    ids=[f"{next(iter(era.values())).__name__}-{goal}" for _, goal, era in MISTAKES],
)
def test_a_mistake_violates(system: System, goal: str, era: dict[str, Callable[..., Any]]) -> None:
    steps = without_signals(system, processor.softirq_without_registers)
    assert violation(variant(system, steps, **era), goal)


def test_clearing_used_math_before_the_frame_is_saved_loses_registers() -> None:
    steps = without(*ELSEWHERE, *SOFTIRQS, signals.signal, signals.exec)
    early = variant(
        LAZY_V3_2,
        (*steps, mutants.signal_clears_used_math_first),
        start_afresh=mutants.drops_registers_in_one_part,
        take_registers=mutants.takes_registers_in_one_part,
    )
    assert violation(early, "integrity")


def test_clearing_ts_early_in_an_interruptible_switch_traps_in_the_kernel() -> None:
    steps = without_signals(LAZY_V3_2, processor.softirq_without_registers)
    halves = (mutants.switch_begins, mutants.switch_ends, mutants.careless_hardirq)
    taken = violation(replace(LAZY_V3_2, steps=(*steps, *halves)), "host_integrity")
    assert taken
