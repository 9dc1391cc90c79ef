"""Linux on bare hardware: what depends on CONFIG_PREEMPT, and what interrupts alone can do."""

import pytest

from nestproof.models.linux import elsewhere, processor
from nestproof.models.linux.context import can_be_left
from nestproof.models.linux.task import Place
from nestproof.models.systems.native import (
    EAGER_V4_10_FNSAVE,
    EAGER_V4_10_REPAIRED,
    LAZY_V3_2,
    LAZY_V3_4,
    LAZY_V3_7,
)
from tests.models.mutants import watched
from tests.models.native_variants import (
    SIGNALS,
    booted,
    holds,
    variant,
    violation,
    voluntary,
    without,
)

mutants = watched("tests.models.native_mutants")

OTHERS = (elsewhere.run_elsewhere, elsewhere.debug, elsewhere.debug_refused)


# CONFIG_PREEMPT


@pytest.mark.parametrize("goal", ["isolation", "integrity", "host_integrity", "assertions"])
def test_v3_2_is_wrong_without_preemption_too(goal: str) -> None:
    smaller = without(voluntary(LAZY_V3_2), *SIGNALS, *OTHERS)
    assert "softirq_without_registers" in violation(smaller, goal)


def test_without_preemption_v3_2_is_wrong_about_softirqs_without_registers_alone() -> None:
    smaller = without(voluntary(LAZY_V3_2), processor.softirq_without_registers, *OTHERS)
    assert holds(smaller, "isolation", "integrity", "host_integrity", "assertions")


PLACES: dict[Place, set[str]] = {
    Place.USER: {"v3.2", "v3.4", "v3.7", "v4.10"},
    Place.FRAME_CHOSEN: {"v3.2", "v3.4", "v3.7", "v4.10"},
    Place.FRAME_SAVED: {"v3.7", "v4.10"},
    Place.RETURN_USED: {"v3.7", "v4.10"},
    Place.FLAG_CLEARED: set(),
    Place.RETURN_TS_CLEARED: set(),
    Place.FAULTED: set(),
    Place.KERNEL_FPU: set(),
    Place.SAVE_DESTROYED: set(),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_kernel_without_preemption_leaves_a_task_only_where_it_sleeps(place: Place) -> None:
    for system in (LAZY_V3_2, LAZY_V3_4, LAZY_V3_7, EAGER_V4_10_REPAIRED):
        host = booted(voluntary(system)).host
        host.running.place = place
        version = host.era.version.split()[0]
        assert can_be_left(host) == (version in PLACES[place]), version


# fpu__save with interrupts on


def test_an_interrupt_behind_fnsave_saves_destroyed_registers() -> None:
    assert "fpu_save_rest" in violation(EAGER_V4_10_FNSAVE, "isolation")


def test_fpu__save_is_right_where_it_marks_the_registers_as_the_kernel_s() -> None:
    marked = variant(
        EAGER_V4_10_FNSAVE,
        unlazy_fpu=mutants.fpu__save_marked,
        math_error=mutants.fpu__save_marked,
        unlazy_fpu_rest=mutants.fpu__save_rest_marked,
    )
    assert holds(without(marked, *SIGNALS), "isolation", "integrity")
