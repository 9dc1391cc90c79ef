"""Small models of known bugs, step by step: XCR0 of guests, MPX, MXCSR, TS under Xen."""

from dataclasses import replace

import pytest

from nestproof.models.linux import early, processor
from nestproof.models.linux.native import Native
from nestproof.models.linux.task import Place
from nestproof.models.ownership.contents import Context
from nestproof.models.systems import kvm_mpx, kvm_xcr0, linux_mxcsr, native_early, xen_hvm
from nestproof.models.xcr0.state import Machine, Phase
from nestproof.models.xen.hvm import XenHvm
from nestproof.models.xen.state import Name
from verifier.language import System, snapshot


def machine(system: System) -> Machine:
    """A host in whose VMM thread AVX is in use, and whose guest runs without it."""
    state: Machine = snapshot(system.initial)
    kvm_xcr0.avx_instruction(state, True)
    kvm_xcr0.kvm_run(state)
    kvm_xcr0.enter(state, True)
    assert not state.xcr0_avx
    return state


def test_a_guest_without_avx_leaves_the_host_its_own_xcr0() -> None:
    state = machine(kvm_xcr0.V5_2)
    kvm_xcr0.xsetbv(state, False)
    assert state.xcr0_avx
    kvm_xcr0.kvm_run_ends(state)
    kvm_xcr0.avx_instruction(state, False)
    assert (state.access.found.owner, state.access.found.value) == (Context.VMM, True)


@pytest.mark.parametrize("swaps", [True, False])
def test_a_loaded_xcr0_that_is_forgotten_is_never_given_up(swaps: bool) -> None:
    state = machine(kvm_xcr0.V5_2)
    state.era = replace(state.era, xsetbv_puts=False, puts_at_exit=False, swaps_in_kvm_run=swaps)
    kvm_xcr0.xsetbv(state, False)
    with pytest.raises(AssertionError, match="not within XCR0"):
        kvm_xcr0.kvm_run_ends(state)


def test_a_machine_check_that_sleeps_under_the_guests_xcr0_makes_the_switch_fault() -> None:
    state = machine(kvm_xcr0.V4_19_MCE)
    kvm_xcr0.machine_check(state)
    assert state.phase == Phase.MACHINE_CHECK
    kvm_xcr0.schedule(state)  # the other task has used no AVX
    assert not state.xcr0_avx
    state.guest_fpu.has_avx = True
    with pytest.raises(AssertionError, match="not within XCR0"):
        kvm_xcr0.schedule(state)


def test_mpx_raises_no_nm() -> None:
    for system, owner in ((kvm_mpx.V3_14, Context.VMM), (kvm_mpx.V4_1, Context.GUEST)):
        state = snapshot(system.initial)
        kvm_mpx.kvm_run(state)
        kvm_mpx.enter(state)
        kvm_mpx.mpx_instruction(state, True)
        assert state.access.found.owner == owner


def test_the_kernel_computes_by_its_own_mxcsr_since_v5_8() -> None:
    for system, owner in (
        (linux_mxcsr.V5_2, Context.TASK_A),
        (linux_mxcsr.V5_10, Context.KERNEL),
    ):
        state = snapshot(system.initial)
        linux_mxcsr.enter_kernel(state)
        linux_mxcsr.compute(state)
        assert state.access.found.owner == owner


def xen(system: System) -> XenHvm:
    """A state in which A has the FPU."""
    state: XenHvm = snapshot(system.initial)
    if not state.era.eager:
        xen_hvm.fpu_instruction(state, True)
    xen_hvm.fpu_instruction(state, True)
    return state


def test_the_emulator_finds_the_registers_of_the_task_that_the_guest_runs() -> None:
    for system, owner in (
        (xen_hvm.V4_7_EMULATOR, Context.L1_A),
        (xen_hvm.V4_10, Context.L1_B),
        (xen_hvm.V4_11_EAGER, Context.L1_B),
    ):
        state = xen(system)
        xen_hvm.guest_schedules(state)
        xen_hvm.emulate(state, True)
        if owner == Context.L1_B:  # the guest's own #NM comes first
            xen_hvm.emulate(state, True)
        assert (state.access.context, state.access.found.owner) == (Context.L1_B, owner)


def test_a_virtual_cpu_that_is_reset_while_another_runs_gets_its_own_registers() -> None:
    for system, ts in ((xen_hvm.V3_2_OTHER, False), (xen_hvm.V4_10, True)):
        state = xen(system)
        xen_hvm.schedule(state, Name.B)
        xen_hvm.init(state, Name.A)
        assert state.vcpus[Name.A].hw_ts == ts


def test_an_instruction_of_padlock_uses_nobodys_registers() -> None:
    state: Native = snapshot(native_early.PADLOCK.initial)
    early.padlock(state)
    assert state.host.cpu.cr0.ts
    assert not state.host.running.fpu.has_fpu


def test_an_interrupt_on_its_own_stack_leaves_the_task_ts_and_a_stale_image() -> None:
    state: Native = snapshot(native_early.IRQ_STACK.initial)
    processor.fpu_instruction(state, True)
    while state.host.running.place != Place.USER:
        allocates = state.host.running.place == Place.ALLOCATING
        (processor.allocate if allocates else processor.finish_nm)(state)
    processor.fpu_instruction(state, True)
    early.hardirq_on_its_own_stack(state)
    assert state.host.cpu.cr0.ts
    assert state.host.running.fpu.has_fpu
    assert not state.host.running.fpu.state.value
