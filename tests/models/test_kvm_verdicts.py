"""What is proved of each KVM and what is not, and that each repair of the lazy design is needed."""

from dataclasses import replace
from typing import Any

import pytest

from nestproof.models.kvm.era import V3_14_REPAIRED, Era, Unwinding
from nestproof.models.linux import fpu_eras
from nestproof.models.systems import kvm_nvmx, kvm_nvmx_today, kvm_vmx, kvm_vmx_today
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
from verifier.project.loading import load
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
        (kvm_vmx_today.V5_2, {"isolation", "integrity"}),
        (kvm_vmx_today.V5_10, {"isolation", "integrity"}),
        (kvm_vmx_today.V5_10_REPAIRED, set()),
        (kvm_vmx_today.V5_17, {"isolation", "integrity"}),
        (kvm_vmx_today.V5_17_REPAIRED, set()),
        (kvm_vmx_today.V6_1, set()),
        (kvm_vmx_today.V6_19, set()),
    ],
    ids=lambda value: value.name if isinstance(value, System) else "",
)
def test_what_holds_without_nesting(system: System, violated: set[str]) -> None:
    goals = ("transparency", "progress", "isolation", "integrity", "host_integrity")
    found = verdicts(system, *goals)
    assert {goal for goal in goals if isinstance(found[goal], Violated)} == violated
    assert all(isinstance(found[goal], Proved) for goal in goals if goal not in violated)


@pytest.mark.parametrize(
    "era",
    [
        replace(V3_14_REPAIRED, merges_lmsw=False),
        replace(V3_14_REPAIRED, routes_lmsw_by_source=False),
        replace(V3_14_REPAIRED, unwinding=Unwinding.HOST_STATE),
    ],
    ids=["merges_lmsw", "routes_lmsw_by_source", "unwinding"],
)
def test_a_lazy_kvm_needs_the_repairs_of_an_eager_one(era: Era) -> None:
    system = System("kvm-nvmx/variant", kvm_nvmx.kvm(fpu_eras.V3_10, era), kvm_nvmx.STEPS)

    def search() -> tuple[TransitionSystem, Any]:
        compiled, found = decided(system, "transparency", like="kvm-nvmx/v3.14-repaired")
        return compiled, found["transparency"]

    assert steps_to(system, PROPERTIES, "transparency", search) is not None


REFUSED_LATE = ("4.11", "4.19", "4.20")
CATALOGUE = load(bundled_root())
NESTED = [name for name in CATALOGUE.systems if name.startswith("kvm-nvmx/")]
BY_DESIGN = "transient_isolation"
"""What lazy switching cannot have, whatever is repaired."""


def violated_of(name: str) -> set[str]:
    pairs = CATALOGUE.pairs_of(CATALOGUE.systems[name])
    return {each.property for each in pairs if CATALOGUE.expected[each] == "violated"}


def test_nothing_is_violated_where_everything_is_repaired() -> None:
    repaired = [name for name in NESTED if "-repaired" in name]
    assert repaired
    assert all(violated_of(name) <= {BY_DESIGN} for name in repaired)


def test_a_finding_is_one_thing_that_is_not_repaired_and_violates_something() -> None:
    repaired = [vars(era_of(name)) for name in NESTED if name.endswith("-repaired")]
    shipped = {vars(era_of(name))["version"]: vars(era_of(name)) for name in NESTED}
    findings = [name for name in NESTED if "+" in name and not put_back(name)]
    assert findings
    for name in findings:
        era = vars(era_of(name))
        assert f"kvm-nvmx/{era['version']}" == name
        left = min((differing(era, other) for other in repaired), key=len)
        assert len(left) == 1, name
        [field] = left
        assert era[field] == shipped[era["version"].split("+")[0]][field], name
        assert violated_of(name) - {BY_DESIGN}, name


def test_what_proofs_leave_out_violates_transparency_and_no_isolation() -> None:
    systems = [name for name in NESTED if put_back(name)]
    assert len(systems) == 4
    for name in systems:
        assert {"transparency"} <= violated_of(name) <= {"transparency", "assertions"}, name


def put_back(name: str) -> bool:
    """Whether nothing but more steps makes a system differ from a repaired one."""
    version: str = era_of(name).version
    return version.endswith("-repaired") and not name.endswith("-repaired")


@pytest.mark.parametrize(
    ("pattern", "systems"),
    [
        ("kvm-nvmx/v4.20", {"v4.20"}),
        ("kvm-nvmx/v4.20+lmsw", {"v4.20+lmsw"}),
        ("kvm-nvmx/v4*+late-refusal", {f"v{each}+late-refusal" for each in REFUSED_LATE}),
        ("kvm-nvmx/v4.19+*", {"v4.19+late-refusal"}),
    ],
)
def test_a_plus_stands_for_itself_in_patterns(pattern: str, systems: set[str]) -> None:
    chosen = {pair.system for pair in CATALOGUE.matching([pattern])}
    assert chosen == {f"kvm-nvmx/{each}" for each in systems}


def era_of(name: str) -> Any:
    return CATALOGUE.systems[name].initial.vcpu.era


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {field for field in one if field != "version" and one[field] != other[field]}


@pytest.mark.parametrize(
    "system",
    [
        kvm_vmx.V3_12,
        kvm_vmx.V4_20,
        kvm_vmx_today.V5_17,
        kvm_nvmx.V3_14_REPAIRED,
        kvm_nvmx.V4_20_REPAIRED,
        kvm_nvmx_today.V6_1,
    ],
    ids=lambda system: system.name,
)
def test_every_step_and_every_case_of_a_property_can_occur(system: System) -> None:
    circuit = compile_system(system, PROPERTIES).circuit
    cases = [goal for goal in circuit.bad if goal.startswith(("fires:", "sometimes:"))]
    found: dict[str, Answer] = dict(simulation(circuit, cases))
    rare = [goal for goal in cases if goal not in found]
    found |= pdr(circuit, rare, Limits(seconds=120))
    assert [goal for goal in cases if not isinstance(found[goal], Violated)] == []
