"""Closed stacks: what happens instruction by instruction, and how verdicts compose."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from nestproof.models.kvm import exits, nested, run, vmx, x86
from nestproof.models.kvm.era import V3_12, V3_14_REPAIRED
from nestproof.models.kvm.neighbours import (
    interrupt_uses_fpu,
    other_fpu_instruction,
    preempt,
    resume,
)
from nestproof.models.kvm.run import check_requests, external_interrupt, kvm_run, vcpu_enter_guest
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.kvm.vmx_ops import VMX_X86_OPS
from nestproof.models.linux.task import TaskName
from nestproof.models.ownership.contents import Context
from nestproof.models.stack import kvm_kvm_linux as deep
from nestproof.models.stack import kvm_linux as flat
from nestproof.models.stack.host import Issue
from nestproof.models.stack.kvm_kvm_linux import KvmKvmLinux
from nestproof.models.stack.kvm_linux import KvmLinux
from nestproof.models.systems.kvm_vmx import V3_12_IRQ
from nestproof.models.systems.stack import KVM_LINUX, kvm_under_kvm, kvm_under_linux
from nestproof.models.x86.vmcs import ExitReason
from nestproof.properties import integrity, isolation, transparency
from tests.models.executions import steps_to
from tests.models.mutants import watched
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Limits, Proved, Violated
from verifier.language import System
from verifier.language.errors import Disabled
from verifier.language.functions import about
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.loading import load

mutants = watched("tests.models.kvm_mutants")

# One level, instruction by instruction


def enter(s: KvmLinux) -> None:
    check_requests(s)
    vcpu_enter_guest(s, False)


def running_guest() -> KvmLinux:
    """The guest runs for the first time; its task A has not got the registers."""
    s = kvm_under_linux(V3_12)
    kvm_run(s)
    enter(s)
    return s


def lose_the_fpu(s: KvmLinux) -> None:
    """L0 preempts the virtual CPU, lets its other task use the FPU, and runs the guest again."""
    external_interrupt(s)
    flat.handle_exit(s)
    preempt(s, False)
    other_fpu_instruction(s, True)
    other_fpu_instruction(s, True)
    assert s.access.context == Context.TASK_B
    resume(s, False)
    enter(s)


def issued(s: KvmLinux) -> list[Issue]:
    return [slot.kind for slot in s.l1.issued if slot.kind != Issue.NOTHING]


def use(s: KvmLinux, value: bool) -> None:
    """A task of the guest gets the registers by the guest's own #NM handler and writes them."""
    flat.l1_fpu_instruction(s, value)
    flat.l1_kernel_instruction(s)
    flat.l1_kernel_instruction(s)
    flat.l1_fpu_instruction(s, value)


def test_a_guest_task_gets_the_registers_by_its_own_kernel() -> None:
    s = running_guest()
    flat.l1_fpu_instruction(s, True)
    assert issued(s) == [Issue.CLTS, Issue.FXRSTOR]
    flat.l1_kernel_instruction(s)
    flat.l1_kernel_instruction(s)
    flat.l1_fpu_instruction(s, True)
    assert s.host.cpu.non_root
    assert s.access.found.owner == s.access.context == Context.L1_A


def test_nothing_else_of_the_guest_runs_before_its_kernel_has_finished() -> None:
    s = running_guest()
    flat.l1_fpu_instruction(s, True)
    for other in (flat.l1_kernel_fpu_begin, lambda s: flat.l1_schedule(s, False)):
        with pytest.raises(Disabled):
            other(s)


def test_a_load_that_lost_the_fpu_exits_and_is_executed_again() -> None:
    s = running_guest()
    flat.l1_fpu_instruction(s, True)
    flat.l1_kernel_instruction(s)
    lose_the_fpu(s)
    flat.l1_kernel_instruction(s)
    assert s.vcpu.exit.reason == ExitReason.EXCEPTION_NM
    assert issued(s) == [Issue.FXRSTOR]
    flat.handle_exit(s)
    enter(s)
    flat.l1_kernel_instruction(s)
    assert issued(s) == []
    flat.l1_fpu_instruction(s, True)
    assert s.access.found.owner == Context.L1_A


def test_a_clts_that_kvm_emulates_is_not_executed_again() -> None:
    s = running_guest()
    lose_the_fpu(s)
    flat.l1_fpu_instruction(s, True)
    flat.handle_exit(s)
    enter(s)
    flat.l1_fpu_instruction(s, True)
    lose_the_fpu(s)
    flat.l1_kernel_instruction(s)
    assert s.vcpu.exit.reason == ExitReason.CR_ACCESS
    assert issued(s) == [Issue.CLTS, Issue.FXRSTOR]
    flat.handle_exit(s)
    assert issued(s) == [Issue.FXRSTOR]


def test_what_a_guest_task_wrote_survives_host_and_guest_switches() -> None:
    s = running_guest()
    use(s, True)
    lose_the_fpu(s)
    flat.l1_fpu_instruction(s, True)
    flat.handle_exit(s)
    enter(s)
    flat.l1_schedule(s, False)
    assert issued(s) == [Issue.FXSAVE, Issue.READ_CR0]
    for _ in range(3):
        flat.l1_kernel_instruction(s)
    use(s, False)
    assert s.access.context == Context.L1_B
    flat.l1_schedule(s, False)
    for _ in range(3):
        flat.l1_kernel_instruction(s)
    use(s, True)
    assert s.access.found.owner == Context.L1_A
    assert s.access.found.value


def test_an_interrupt_of_the_host_may_not_use_the_fpu_while_the_guest_s_registers_are_loaded() -> (
    None
):
    s = running_guest()
    use(s, True)
    external_interrupt(s)
    with pytest.raises(Disabled):
        interrupt_uses_fpu(s, by_local_bh_enable=False, value=False)


# Two levels


def run_l1(s: KvmKvmLinux) -> None:
    """L1 executes what it has issued, whatever L0 does about it."""
    while s.l1.host.first.kind not in (Issue.NOTHING, Issue.VMLAUNCH):
        deep.l1_kernel_instruction(s)
        if not s.host.cpu.non_root:
            deep.enter_guest(s)


def running_l2() -> KvmKvmLinux:
    s = kvm_under_kvm(V3_14_REPAIRED, V3_14_REPAIRED)
    kvm_run(s)
    deep.enter_guest(s)
    deep.l1_kvm_run(s)
    to_l2(s)
    return s


def to_l2(s: KvmKvmLinux) -> None:
    deep.l1_enter_guest(s)
    run_l1(s)
    deep.l1_vmlaunch(s)
    deep.enter_guest(s)
    assert s.vcpu.guest_mode


def test_l1_enters_l2_through_l0() -> None:
    s = running_l2()
    assert s.host.cpu.non_root
    assert s.l1.vcpu.guest_fpu_loaded
    assert s.vcpu.guest_fpu_loaded


def test_l2_uses_registers_that_every_level_has_given_up() -> None:
    s = running_l2()
    deep.l2_fpu_instruction(s, True)
    deep.l2_kernel_instruction(s)
    deep.l2_kernel_instruction(s)
    deep.l2_fpu_instruction(s, True)
    assert s.access.found.owner == s.access.context == Context.L2_A
    assert s.host.tasks[TaskName.A].fpu.state.owner == Context.VMM


def test_an_exit_of_l2_that_l1_wants_is_handled_by_the_same_text_in_l1() -> None:
    s = running_l2()
    external_interrupt_for_l1(s)
    deep.l1_preempt(s)
    run_l1(s)
    deep.l1_fpu_instruction(s, True)
    run_l1(s)
    deep.l1_fpu_instruction(s, True)
    assert s.access.found.owner == s.access.context == Context.L1_B
    deep.l1_resume(s)
    run_l1(s)
    to_l2(s)
    assert not s.l1.vcpu.fpu_active
    deep.l2_fpu_instruction(s, True)
    assert not s.vcpu.guest_mode
    assert s.l1.vcpu.fpu_active
    assert s.l1.vcpu.phase == Phase.LOOP


def external_interrupt_for_l1(s: KvmKvmLinux) -> None:
    deep.external_interrupt(s)
    deep.interrupt_for_l1(s)
    assert not s.vcpu.guest_mode
    assert s.host.cpu.non_root


# Composition


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(bundled_root())


@pytest.mark.parametrize(
    ("hypervisor", "stack"),
    [("kvm-vmx/v3.12-irq", "stack/kvm-linux"), ("kvm-nvmx/v3.14-repaired", "stack/kvm-kvm-linux")],
)
def test_the_recorded_verdicts_of_the_parts_give_that_of_the_stack(
    catalogue: Catalogue, hypervisor: str, stack: str
) -> None:
    parts = [Pair(hypervisor, name) for name in ("transparency", "isolation", "integrity")]
    parts += [Pair("native/lazy-v3.7", name) for name in ("isolation", "integrity")]
    assert {catalogue.expected[part] for part in parts} == {"proved"}
    assert {catalogue.expected[pair] for pair in catalogue.pairs_of(catalogue.system(stack))} == {
        "proved"
    }


def test_a_part_that_fails_fails_in_the_stack_too(catalogue: Catalogue) -> None:
    assert catalogue.expected[Pair("kvm-vmx/v3.12", "isolation")] == "violated"
    assert catalogue.expected[Pair("stack/kvm-linux-process", "isolation")] == "violated"


PROPERTIES = [
    function
    for module in (isolation, integrity, transparency)
    for function in map(about, vars(module).values())
    if function is not None and function.claims
]


def violated(system: System, *goals: str) -> set[str]:
    """Those of some goals that are violated; the others are proved."""
    verdicts: dict[str, Any] = {}
    known: list[TransitionSystem] = []

    def decided(goal: str) -> tuple[TransitionSystem, Any]:
        if not known:
            known.append(compile_system(system, PROPERTIES))
            verdicts.update(pdr(known[0].circuit, goals, Limits(seconds=60)))
        assert isinstance(verdicts[goal], Proved | Violated)
        return known[0], verdicts[goal]

    return {
        goal
        for goal in goals
        if steps_to(system, PROPERTIES, goal, partial(decided, goal)) is not None
    }


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], None]:
    """Put a function in the place of another, wherever KVM calls it."""

    def put(name: str, mutant: Any) -> None:
        for module in (exits, nested, run, vmx, x86):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, mutant)
        for pointer, function in vars(VMX_X86_OPS).items():
            if function.__name__ == name:
                monkeypatch.setitem(vars(VMX_X86_OPS), pointer, mutant)

    return put


@pytest.mark.parametrize(
    ("name", "mutant"),
    [
        ("kvm_put_guest_fpu", mutants.put_without_a_note),
        ("kvm_load_guest_fpu", mutants.load_without_a_section),
        ("__vmx_load_host_state", mutants.host_ts_stays_clear),
    ],
)
def test_a_mistake_in_kvm_shows_in_the_part_and_in_the_stack(
    replaced: Callable[[str, Any], None], name: str, mutant: Any
) -> None:
    replaced(name, mutant)
    assert violated(V3_12_IRQ, "isolation", "integrity") == {"isolation", "integrity"}
    assert violated(KVM_LINUX, "isolation", "integrity") == {"isolation", "integrity"}


def test_registers_that_are_lost_are_another_s_to_the_tasks_above(
    replaced: Callable[[str, Any], None],
) -> None:
    replaced("kvm_put_guest_fpu", mutants.put_without_a_save)
    assert violated(V3_12_IRQ, "isolation", "integrity", "transparency") == {"integrity"}
    assert violated(KVM_LINUX, "isolation", "integrity") == {"isolation", "integrity"}
