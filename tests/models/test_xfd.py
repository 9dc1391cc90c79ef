"""Tile data under Linux and KVM: what XFD stops, and executions that were found by hand."""

import pytest

from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.systems import xfd
from nestproof.models.x86.outcome import Outcome
from nestproof.models.xfd import guest, machine, signals
from nestproof.models.xfd.machine import TileTasks
from nestproof.models.xfd.processor import (
    TileCpu,
    XsaveArea,
    sse_instruction,
    tile_instruction,
    xrstors,
    xsaves,
)
from nestproof.models.xfd.task import Place, TaskName
from nestproof.models.xfd.vcpu import Exit, TileGuest
from verifier.language import System, snapshot

MINE = Contents(owner=Context.TASK_A, value=True)


def test_a_tile_instruction_raises_nm_by_xfd_alone_and_says_so_in_xfd_err() -> None:
    for ts in (False, True):
        cpu = TileCpu(xfd=True, ts=ts)
        assert tile_instruction(cpu) == Outcome.NM
        assert cpu.xfd_err
        assert not cpu.xinuse
    cpu = TileCpu(xfd=False, ts=True)
    assert tile_instruction(cpu) == Outcome.DONE
    assert cpu.xinuse
    assert not cpu.xfd_err


def test_nm_by_cr0_ts_leaves_xfd_err_alone() -> None:
    cpu = TileCpu(xfd=True, ts=True)
    assert sse_instruction(cpu) == Outcome.NM
    assert not cpu.xfd_err
    cpu = TileCpu(xfd=True, ts=True, ts_gates_tiles=True)
    assert tile_instruction(cpu) == Outcome.NM
    assert not cpu.xfd_err


def test_saving_what_xfd_disables_saves_the_initial_state() -> None:
    cpu, area = TileCpu(xfd=True, xinuse=True, tiles=MINE), XsaveArea(xstate_bv=True)
    xsaves(cpu, area)
    assert not area.xstate_bv
    cpu.xfd = False
    xsaves(cpu, area)
    assert area.xstate_bv
    assert area.tiles.owner == Context.TASK_A


def test_loading_what_xfd_disables_raises_nm_and_loading_nothing_does_not() -> None:
    cpu = TileCpu(xfd=True, xinuse=True, tiles=MINE)
    assert xrstors(cpu, XsaveArea(xstate_bv=True)) == Outcome.NM
    assert cpu.xfd_err
    assert cpu.xinuse
    assert xrstors(cpu, XsaveArea()) == Outcome.DONE
    assert not cpu.xinuse
    assert cpu.tiles.owner == Context.INIT


def started(system: System) -> TileGuest:
    s: TileGuest = snapshot(system.initial)
    return s


def enlarge(s: TileTasks) -> None:
    """The current task, which is in user mode, uses tiles for the first time."""
    machine.task_uses_tiles(s, True)
    machine.xfd_enable_feature(s)
    machine.leave_kernel(s)
    machine.task_uses_tiles(s, True)
    assert s.latest.value[s.host.running.context]


def run_guest(s: TileGuest) -> None:
    """From task A in user mode to its guest."""
    machine.enter_kernel(s)
    guest.kvm_run(s)
    guest.vcpu_enter_guest(s)


def test_a_task_that_is_permitted_gets_room_for_tiles_and_another_gets_none() -> None:
    s = started(xfd.LINUX_V6_19)
    enlarge(s)
    assert s.host.fpstate.has_tiles
    assert not s.host.cpu.xfd
    s = started(xfd.LINUX_V6_19)
    s.host.running.permitted = False
    machine.task_uses_tiles(s, True)
    machine.xfd_enable_feature(s)
    assert not s.host.fpstate.has_tiles
    assert s.host.cpu.xfd


def test_a_task_that_comes_back_finds_its_tiles_and_its_xfd() -> None:
    s = started(xfd.LINUX_V5_17)
    enlarge(s)
    machine.enter_kernel(s)
    machine.schedule(s, TaskName.B)
    machine.leave_kernel(s)
    assert s.host.cpu.xfd
    assert not s.host.cpu.xinuse
    machine.enter_kernel(s)
    machine.schedule(s, TaskName.A)
    machine.leave_kernel(s)
    machine.task_uses_tiles(s, False)
    assert s.access.found.owner == Context.TASK_A
    assert s.access.found.value


def test_a_processor_that_is_brought_up_leaves_an_old_copy_of_xfd_behind() -> None:
    for system, is_stale in ((xfd.LINUX_V5_17, True), (xfd.LINUX_V6_12, False)):
        s = started(system)
        enlarge(s)
        machine.enter_kernel(s)
        machine.schedule(s, TaskName.KTHREAD)
        machine.cpu_off_and_on(s)
        assert (s.host.xfd_state != s.host.cpu.xfd) == is_stale


def test_a_signal_handler_runs_with_another_tasks_xfd_before_v6_19() -> None:
    for system, is_stale in ((xfd.LINUX_V6_12, True), (xfd.LINUX_V6_19, False)):
        s = started(system)
        machine.enter_kernel(s)
        signals.signal(s)
        machine.schedule(s, TaskName.B)
        machine.leave_kernel(s)
        enlarge(s)
        machine.enter_kernel(s)
        machine.schedule(s, TaskName.A)
        signals.handle_signal(s)
        machine.leave_kernel(s)
        assert (s.host.cpu.xfd != s.host.fpstate.xfd) == is_stale


def test_a_program_goes_on_with_its_tiles_behind_a_signal_handler() -> None:
    s = started(xfd.LINUX_V6_19)
    enlarge(s)
    machine.enter_kernel(s)
    signals.signal(s)
    signals.handle_signal(s)
    machine.leave_kernel(s)
    machine.task_uses_tiles(s, False)
    machine.enter_kernel(s)
    signals.sigreturn(s)
    machine.leave_kernel(s)
    machine.task_uses_tiles(s, False)
    assert s.access.found.value


def test_sigreturn_leaves_another_tasks_tiles_to_a_task_that_has_not_used_amx() -> None:
    """Task A is preempted in sigreturn by task B, whose tiles stay in the registers."""
    for system, is_left in ((xfd.LINUX_V6_19, True), (xfd.LINUX_V6_19_REPAIRED, False)):
        s = started(system)
        machine.enter_kernel(s)
        signals.signal(s)
        signals.handle_signal(s)
        machine.leave_kernel(s)
        machine.enter_kernel(s)
        machine.schedule(s, TaskName.B)
        machine.leave_kernel(s)
        enlarge(s)
        machine.enter_kernel(s)
        machine.schedule(s, TaskName.A)
        signals.sigreturn(s)
        machine.leave_kernel(s)
        assert (s.host.cpu.tiles.owner == Context.TASK_B) == is_left
        enlarge(s)
        assert s.access.executed == is_left


def test_the_guests_first_write_of_xfd_exits_and_later_ones_do_not() -> None:
    s = started(xfd.KVM_V6_19)
    run_guest(s)
    guest.guest_writes_xfd(s, True)
    assert s.vcpu.exit == Exit.WRITES_XFD
    guest.handle_exit(s)
    guest.vcpu_enter_guest(s)
    assert s.host.cpu.xfd
    guest.guest_writes_xfd(s, False)
    assert s.host.running.place == Place.GUEST
    assert not s.host.cpu.xfd


def test_the_guest_reads_the_xfd_err_of_its_own_nm() -> None:
    s = started(xfd.KVM_V6_19)
    run_guest(s)
    guest.guest_writes_xfd(s, True)
    guest.handle_exit(s)
    guest.vcpu_enter_guest(s)
    guest.guest_uses_tiles(s, True)
    assert s.vcpu.exit == Exit.NM
    assert not s.host.cpu.xfd_err
    guest.handle_exit(s)
    guest.vcpu_enter_guest(s)
    guest.guest_reads_xfd_err(s)
    assert s.outcome.read
    assert s.outcome.promised_read


def test_v6_19_leaves_xfd_err_in_the_processor_where_the_guest_has_set_ts() -> None:
    for system, is_left in ((xfd.KVM_V6_19, True), (xfd.KVM_V6_19_REPAIRED, False)):
        s = started(system)
        run_guest(s)
        guest.guest_writes_xfd(s, True)
        guest.handle_exit(s)
        guest.vcpu_enter_guest(s)
        guest.guest_sets_ts(s, True)
        guest.guest_uses_tiles(s, True)
        assert s.host.cpu.xfd_err == is_left


def test_a_write_of_xfd_that_is_handled_late_takes_tiles_from_another_task() -> None:
    """Task B has tiles in the registers while KVM writes the guest's IA32_XFD."""
    for system, is_lost in ((xfd.KVM_V6_19, True), (xfd.KVM_V6_19_REPAIRED, False)):
        s = started(system)
        machine.enter_kernel(s)
        machine.schedule(s, TaskName.B)
        machine.leave_kernel(s)
        enlarge(s)
        machine.enter_kernel(s)
        machine.schedule(s, TaskName.A)
        machine.leave_kernel(s)
        run_guest(s)
        guest.guest_writes_xfd(s, True)
        machine.schedule(s, TaskName.B)
        machine.leave_kernel(s)
        machine.enter_kernel(s)
        machine.schedule(s, TaskName.A)
        guest.handle_exit(s)
        machine.schedule(s, TaskName.B)
        machine.leave_kernel(s)
        machine.enter_kernel(s)
        machine.schedule(s, TaskName.A)
        assert s.host.fpstates[s.host.tasks[TaskName.B].fpstate].regs.xstate_bv != is_lost


def test_what_the_guest_disables_stays_in_its_image_before_v6_19() -> None:
    for system in (xfd.KVM_V6_12, xfd.KVM_V6_19):
        s = started(system)
        run_guest(s)
        guest.guest_uses_tiles(s, True)
        guest.guest_writes_xfd(s, True)
        machine.kernel_fpu_section(s)
        guest.handle_exit(s)
        if system is xfd.KVM_V6_19:
            guest.vcpu_enter_guest(s)
        else:
            with pytest.raises(AssertionError, match="unexpected #NM"):
                guest.vcpu_enter_guest(s)
