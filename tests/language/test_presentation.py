"""Presentations name fields by functions of the state, and see a step by both its states."""

from dataclasses import replace
from typing import Any

import pytest

from nestproof.models.kvm.machine import Kvm
from nestproof.models.linux.task import Fpu
from nestproof.models.systems.kvm_nvmx import V3_1
from nestproof.models.x86.vmcs import VmcsName
from nestproof.models.x86.vmx import VmxCpu
from verifier.execution.machine import Machine
from verifier.language import Each, Lanes, ModelError, Presentation, System
from verifier.language.moments import Moment
from verifier.language.named_fields import fields_of, prefix_of, short


@pytest.fixture
def kvm() -> Kvm:
    machine = Machine(V3_1)
    machine.run.observing = True
    state: Kvm = machine.state
    return state


def test_a_function_names_the_fields_that_it_reads_and_those_of_records_that_it_returns(
    kvm: Kvm,
) -> None:
    def one(state: Kvm) -> object:
        return state.vcpu.fpu_active, state.host.cpu.vmcss[VmcsName.VMCS02].cr0_mask.ts

    assert fields_of(kvm, one) == ("vcpu.fpu_active", "host.cpu.vmcss[VMCS02].cr0_mask.ts")
    whole = fields_of(kvm, lambda state: (state.vcpu.exit.rax, state.vcpu.phase))
    assert whole[0] == "vcpu.phase"
    assert whole[1] == "vcpu.exit.rax.pe"
    assert len(whole) == 12


def test_a_family_stands_for_the_fields_of_all_its_items(kvm: Kvm) -> None:
    named = fields_of(kvm, lambda state: state.host.tasks)
    assert {name.partition("]")[0] for name in named} == {f"host.tasks[{task}" for task in "ABC"}


def test_each_record_of_a_type_counts_but_those_set_apart(kvm: Kvm) -> None:
    loaded = Each(Fpu, lambda fpu: fpu.has_fpu)
    assert "vcpu.guest_fpu.has_fpu" in fields_of(kvm, loaded)
    cpus = Each(VmxCpu, lambda cpu: cpu.non_root)
    apart = fields_of(kvm, lambda state: state.contract)
    assert fields_of(kvm, cpus) == ("host.cpu.non_root", "contract.cpu.non_root")
    assert fields_of(kvm, cpus, apart) == ("host.cpu.non_root",)


def test_constants_are_no_fields_that_an_execution_has(kvm: Kvm) -> None:
    assert fields_of(kvm, lambda state: (state.vcpu.era, state.vcpu.fail)) == ("vcpu.fail",)


def test_names_in_a_record_are_without_those_of_what_holds_it(kvm: Kvm) -> None:
    prefix = prefix_of(kvm.vcpu)
    assert prefix == "vcpu."
    assert short("vcpu.vmcs12.cr0_mask.ts", prefix) == "vmcs12.cr0_mask.ts"
    assert prefix_of(kvm) == ""
    assert prefix_of(kvm.host.tasks) == "host.tasks"


@pytest.mark.parametrize("wrong", [5, "vcpu.fpu_active", None])
def test_what_is_no_function_names_no_fields(kvm: Kvm, wrong: object) -> None:
    with pytest.raises(ModelError, match="names no fields"):
        fields_of(kvm, wrong)


def test_only_a_record_has_fields_with_a_prefix(kvm: Kvm) -> None:
    with pytest.raises(ModelError, match="`True` is not a record"):
        prefix_of(kvm.vcpu.fpu_active)


def taken(step: str, **choices: Any) -> Moment[Kvm]:
    """The first steps of a virtual CPU, the last of them as a presentation sees it."""
    machine = Machine(V3_1)
    for name in ("kvm_run", "check_requests"):
        machine.move((V3_1.action(name), {}))
    before = Machine(V3_1, machine.values)
    found = machine.move((V3_1.action(step), choices))
    assert found is not None
    return Moment(before.state, machine.state, step, choices, found.call)


def test_a_moment_has_both_states_and_what_the_step_did() -> None:
    now = taken("vcpu_enter_guest", called_off=False)
    assert (now.before.host.cpu.non_root, now.after.host.cpu.non_root) == (False, True)
    assert (now.step, now.choices) == ("vcpu_enter_guest", {"called_off": False})
    assert now.given(lambda kvm: kvm.host.cpu.non_root) == (True,)
    assert now.given(lambda kvm: kvm.vcpu.guest_mode) == ()
    assert not now.returned(7)  # type: ignore[arg-type]


def test_a_system_has_a_presentation_or_none() -> None:
    wrong: Any = 5
    with pytest.raises(ModelError, match=r"`presentation` of `kvm-nvmx/v3\.1` is `5`"):
        replace(V3_1, presentation=wrong)
    assert replace(V3_1, presentation=None).presentation is None


def test_the_common_part_of_lane_names_is_shown_once() -> None:
    def nobody(_: object) -> str:
        return ""

    with pytest.raises(ModelError, match="has a `level`, and a presentation with lanes"):
        replace(V3_1, level=nobody)
    both = replace(V3_1, level=nobody, presentation=Presentation())
    assert not Machine(both).running().runs
    assert isinstance(replace(V3_1, presentation=Presentation(lanes=Lanes(nobody))), System)


def test_systems_are_equal_whatever_their_presentations() -> None:
    assert replace(V3_1, presentation=None) == V3_1
