"""What is proved of each KVM and what is not, and that each repair of the lazy design is needed."""

from dataclasses import replace
from typing import Any

import pytest

from nestproof.models.kvm.era import REFERENCE, V4_11, V4_20, Era, Routing
from nestproof.models.linux import fpu_core, fpu_eras
from nestproof.models.systems import kvm_nvmx, kvm_vmx
from nestproof.properties import (
    host_integrity,
    integrity,
    isolation,
    kvm_witnesses,
    native_witnesses,
    progress,
    transparency,
)
from tests.models.executions import steps_to
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.engines.pdr import pdr
from verifier.engines.random_simulation import simulation
from verifier.evidence.certificates import clauses_from
from verifier.evidence.verdicts import Answer, Limits, Proved, Violated
from verifier.language import System
from verifier.language.functions import about
from verifier.language.packages import bundled_root
from verifier.project.proof_store import ProofStore

MODULES = (
    isolation,
    integrity,
    progress,
    transparency,
    host_integrity,
    kvm_witnesses,
    native_witnesses,
)
PROPERTIES = [
    function
    for module in MODULES
    for function in map(about, vars(module).values())
    if function is not None and function.judges
]


def verdicts(system: System, *goals: str, like: str = "") -> dict[str, Any]:
    """By PDR, which starts with what holds of the lemmas kept of the system's likes."""
    return decided(system, *goals, like=like)[1]


def decided(system: System, *goals: str, like: str = "") -> tuple[TransitionSystem, dict[str, Any]]:
    compiled = compile_system(system, PROPERTIES)
    stored = ProofStore(bundled_root()).bundle(like or system.name)
    lemmas = clauses_from(compiled, stored.lemmas if stored is not None else ())
    return compiled, pdr(compiled.circuit, goals, Limits(seconds=120), lemmas=lemmas)


LIKE = {True: "kvm-nvmx/reference", False: "kvm-nvmx/v4.20-repaired"}
"""The shipped system whose lemmas a lazy or eager variant is likely to keep."""


def nested(era: Era) -> System:
    linux = fpu_eras.V3_10 if era.lazy else fpu_core.V4_10
    return System("kvm-nvmx/variant", kvm_nvmx.kvm(linux, era), kvm_nvmx.STEPS)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("system", "violated"),
    [
        (kvm_vmx.V2_6_34, {"transparency", "isolation", "integrity", "host_integrity"}),
        (kvm_vmx.V3_4, {"isolation", "integrity", "host_integrity"}),
        (kvm_vmx.V3_12, {"isolation", "integrity", "host_integrity"}),
        (kvm_vmx.V4_11, {"isolation", "integrity"}),
        (kvm_vmx.V4_20, set()),
        (kvm_vmx.V2_6_34_IRQ, {"transparency", "isolation", "integrity", "host_integrity"}),
        (kvm_vmx.V3_4_IRQ, {"isolation", "integrity", "host_integrity"}),
        (kvm_vmx.V3_12_IRQ, set()),
        (kvm_vmx.V3_12_EAGER, {"isolation", "integrity"}),
        (kvm_vmx.V3_12_EAGER_IRQ, set()),
        (kvm_vmx.V4_1_EAGER, {"isolation", "integrity"}),
        (kvm_vmx.V4_1_EAGER_IRQ, set()),
        (kvm_vmx.V4_11_IRQ, set()),
    ],
    ids=lambda value: value.name if isinstance(value, System) else "",
)
def test_what_holds_without_nesting(system: System, violated: set[str]) -> None:
    goals = ("transparency", "progress", "isolation", "integrity", "host_integrity")
    found = verdicts(system, *goals)
    assert {goal for goal in goals if isinstance(found[goal], Violated)} == violated
    assert all(isinstance(found[goal], Proved) for goal in goals if goal not in violated)


@pytest.mark.parametrize(
    ("era", "goal"),
    [
        (replace(REFERENCE, routing=Routing.BITMAP), "transparency"),
        (replace(REFERENCE, routing=Routing.READ_VIEW), "progress"),
        (replace(REFERENCE, routing=Routing.GUEST_CR0), "progress"),
        (replace(REFERENCE, merges_lmsw=False), "transparency"),
        (replace(REFERENCE, routes_lmsw_by_source=False), "transparency"),
        (replace(REFERENCE, keeps_read_shadow=False), "transparency"),
        (replace(V4_20, routing=Routing.GUEST_CR0, merges_lmsw=True), "transparency"),
    ],
)
def test_each_repair_is_needed(era: Era, goal: str) -> None:
    system = nested(era)

    def search() -> tuple[TransitionSystem, Any]:
        compiled, found = decided(system, goal, like=LIKE[era.lazy])
        return compiled, found[goal]

    assert steps_to(system, PROPERTIES, goal, search) is not None


@pytest.mark.parametrize(
    "era",
    [
        REFERENCE,
        replace(V4_20, merges_lmsw=True),
        replace(V4_11, merges_lmsw=True, routes_lmsw_by_source=True, routing=Routing.BITMAP),
    ],
)
def test_the_repairs_suffice(era: Era) -> None:
    found = verdicts(nested(era), "transparency", "progress", like=LIKE[era.lazy])
    assert all(isinstance(verdict, Proved) for verdict in found.values())


@pytest.mark.parametrize(
    "system",
    [kvm_vmx.V3_12, kvm_vmx.V4_20, kvm_nvmx.REFERENCE, kvm_nvmx.VMFAIL_V4_20_REPAIRED],
    ids=lambda system: system.name,
)
def test_every_step_and_every_case_of_a_property_can_occur(system: System) -> None:
    circuit = compile_system(system, PROPERTIES).circuit
    cases = [goal for goal in circuit.bad if goal.startswith(("fires:", "sometimes:"))]
    found: dict[str, Answer] = dict(simulation(circuit, cases))
    rare = [goal for goal in cases if goal not in found]
    found |= pdr(circuit, rare, Limits(seconds=120))
    assert [goal for goal in cases if not isinstance(found[goal], Violated)] == []
