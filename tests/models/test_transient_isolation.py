"""Transient isolation is proved of eager systems that are isolated, and of no other."""

import pytest

from nestproof.models.linux.processor import fpu_instruction, schedule
from nestproof.models.linux.task import TaskName
from nestproof.models.ownership.contents import Context
from nestproof.models.systems.native import EAGER_V4_10_REPAIRED, LAZY_V3_7
from nestproof.properties.transient_isolation import (
    an_instruction_that_is_tried_finds_only_the_context_s_own_or_initial_registers as claim,
)
from tests.models.native_variants import booted
from verifier.language import System
from verifier.language.packages import bundled_root
from verifier.project.loading import load

INITIAL_STATE = "native/eager-v4.10+fnsave"
"""Its tasks find the initial state instead of their own contents."""

MACHINES = ("Kvm", "SvmKvm")
"""Hosts with KVM."""


def eager(system: System) -> bool:
    start = system.initial
    if is_a(system, "Xen"):
        return bool(start.era.eager)
    if is_a(system, "Deferred"):
        return True
    guest_is_eager = not is_a(system, *MACHINES) or not start.vcpu.era.lazy
    return not start.host.era.lazy and guest_is_eager


def test_eager_systems_that_are_isolated_have_it_and_no_others() -> None:
    catalogue = load(bundled_root())
    recorded = {str(pair): verdict for pair, verdict in catalogue.expected.items()}
    judged = [name for name in catalogue.systems if f"{name}/transient_isolation" in recorded]
    assert judged == [name for name in catalogue.systems if may_have_it(catalogue.systems[name])]
    for name in judged:
        isolated = recorded[f"{name}/isolation"] == "proved" or name == INITIAL_STATE
        holds = isolated and eager(catalogue.systems[name])
        assert (recorded[f"{name}/transient_isolation"] == "proved") == holds, name


def may_have_it(system: System) -> bool:
    kinds = *MACHINES, "Bare", "Deferred", "Xen"
    return "transient_isolation" not in system.without and is_a(system, *kinds)


def is_a(system: System, *names: str) -> bool:
    """What its state is, by name: each catalogue that is loaded has classes of its own."""
    return any(cls.__name__ in names for cls in type(system.initial).__mro__)


@pytest.mark.parametrize(("system", "safe"), [(LAZY_V3_7, False), (EAGER_V4_10_REPAIRED, True)])
def test_a_task_that_is_switched_in(system: System, safe: bool) -> None:
    s = booted(system)
    s.host.cpu.registers.owner = Context.TASK_A
    schedule(s, TaskName.B, False)
    fpu_instruction(s, True)
    assert s.transient.tried
    assert claim(s.transient) == safe
