"""Every rule that merges the wishes of two levels is needed: without it something is violated."""

from collections.abc import Callable
from typing import Any

import pytest

from nestproof.models.kvm import exits, nested, run, vmx, x86
from nestproof.models.kvm.vmx_ops import VMX_X86_OPS
from nestproof.models.systems.kvm_nvmx import V3_14_REPAIRED, V4_11
from nestproof.models.systems.kvm_vmx import V3_12_IRQ
from nestproof.properties import integrity, isolation, progress, transparency
from tests.models.executions import steps_to
from tests.models.mutants import watched
from verifier.check.stored_evidence import own_lemmas
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Limits, Proved
from verifier.language import System
from verifier.language.functions import about
from verifier.language.packages import bundled_root
from verifier.project.proof_store import ProofStore

mutants = watched("tests.models.kvm_mutants")

PROPERTIES = [
    function
    for module in (isolation, integrity, progress, transparency)
    for function in map(about, vars(module).values())
    if function is not None and function.claims
]
CALLERS = (exits, nested, run, vmx, x86)


def decided(system: System, goal: str) -> tuple[TransitionSystem, Any]:
    """By PDR, which starts with what holds of the lemmas that are kept of the system."""
    compiled = compile_system(system, PROPERTIES)
    lemmas = own_lemmas(ProofStore(bundled_root()), compiled)
    return compiled, pdr(compiled.circuit, [goal], Limits(seconds=120), lemmas=lemmas)[goal]


def violated(system: System, goal: str) -> bool:
    return steps_to(system, PROPERTIES, goal, lambda: decided(system, goal)) is not None


def proved(system: System, goal: str) -> bool:
    return isinstance(decided(system, goal)[1], Proved)


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], None]:
    """Put a function in the place of another, wherever it is called."""

    def put(name: str, mutant: Any) -> None:
        for module in CALLERS:
            if hasattr(module, name):
                monkeypatch.setattr(module, name, mutant)
        for pointer, function in vars(VMX_X86_OPS).items():
            if function.__name__ == name:
                monkeypatch.setitem(vars(VMX_X86_OPS), pointer, mutant)

    return put


@pytest.mark.parametrize(
    ("name", "mutant", "goal"),
    [
        ("update_exception_bitmap", mutants.bitmap_without_l1, "transparency"),
        ("update_exception_bitmap", mutants.bitmap_of_l1_alone, "transparency"),
        ("prepare_vmcs02", mutants.vmcs02_without_l1_s_mask, "transparency"),
        ("vmx_fpu_activate", mutants.activate_without_l1_s_mask, "transparency"),
        ("vmx_fpu_deactivate", mutants.deactivate_with_a_stale_shadow, "transparency"),
        ("handle_clts", mutants.clts_in_the_shadow_only, "transparency"),
        ("load_vmcs12_host_state", mutants.l1_s_cr0_alone, "transparency"),
        ("vmcs12_guest_cr0", mutants.guest_cr0_without_owned_bits, "transparency"),
        ("handle_set_cr0", mutants.mov_to_cr0_of_l2_on_l1_s_bits, "transparency"),
        ("kvm_put_guest_fpu", mutants.put_without_a_note, "isolation"),
    ],
)
def test_nested_switching_without_one_rule_is_violated(
    replaced: Callable[[str, Any], None], name: str, mutant: Any, goal: str
) -> None:
    replaced(name, mutant)
    assert violated(V3_14_REPAIRED, goal)


def test_clearing_ts_under_l2_without_giving_it_the_fpu_leaks_registers(
    replaced: Callable[[str, Any], None],
) -> None:
    replaced("handle_clts", mutants.clts_in_the_hardware)
    replaced("vmx_fpu_activate", mutants.no_activation)
    assert violated(V3_14_REPAIRED, "isolation")


@pytest.mark.parametrize(
    ("name", "mutant", "goal"),
    [
        ("vmx_fpu_deactivate", mutants.deactivate_without_mp, "isolation"),
        ("kvm_put_guest_fpu", mutants.put_without_a_note, "isolation"),
        ("kvm_put_guest_fpu", mutants.put_without_a_save, "integrity"),
        ("kvm_load_guest_fpu", mutants.load_without_a_section, "integrity"),
        ("__vmx_load_host_state", mutants.host_ts_stays_clear, "isolation"),
    ],
)
def test_switching_without_one_rule_is_violated(
    replaced: Callable[[str, Any], None], name: str, mutant: Any, goal: str
) -> None:
    replaced(name, mutant)
    assert violated(V3_12_IRQ, goal)


@pytest.mark.parametrize("goal", ["isolation", "integrity", "transparency"])
def test_not_taking_the_fpu_back_is_only_slower(
    replaced: Callable[[str, Any], None], goal: str
) -> None:
    replaced("kvm_put_guest_fpu", mutants.put_without_a_request)
    assert proved(V3_12_IRQ, goal)


@pytest.mark.parametrize("goal", ["isolation", "integrity", "progress"])
def test_what_is_proved_of_4_11_holds_beyond_its_warning(
    replaced: Callable[[str, Any], None], goal: str
) -> None:
    replaced("handle_cr", mutants.cr_access_beyond_the_warning)
    assert proved(V4_11, goal)
