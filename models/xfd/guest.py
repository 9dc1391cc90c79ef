"""KVM_RUN and what the guest does: tile instructions, SSE, and its own MSRs."""

from nestproof.models.ownership.contents import Context
from nestproof.models.x86.outcome import Outcome
from nestproof.models.xfd.kvm import (
    before_entry,
    behind_exit,
    fpu_swap_kvm_fpstate,
    vmx_handle_exit,
)
from nestproof.models.xfd.machine import stands, tile_access
from nestproof.models.xfd.processor import sse_instruction, tile_instruction
from nestproof.models.xfd.task import Place, TaskName
from nestproof.models.xfd.vcpu import Exit, TileGuest
from verifier.language import abstracts, assume, observer, step


@step
def kvm_run(s: TileGuest) -> None:
    """The VMM calls KVM_RUN: kvm_load_guest_fpu."""
    assume(stands(s, Place.KERNEL) and s.host.current == TaskName.A)
    fpu_swap_kvm_fpstate(s.host, True)
    s.host.running.place = Place.VCPU


@step
def kvm_run_returns(s: TileGuest) -> None:
    """KVM_RUN returns to the VMM: kvm_put_guest_fpu."""
    assume(stands(s, Place.VCPU))
    fpu_swap_kvm_fpstate(s.host, False)
    s.host.running.place = Place.KERNEL


@step
def vcpu_enter_guest(s: TileGuest) -> None:
    """The guest runs, first what it has for a #NM that is queued."""
    assume(stands(s, Place.VCPU))
    before_entry(s.host, s.vcpu)
    s.host.running.place = Place.GUEST


@step
def handle_exit(s: TileGuest) -> None:
    """An exit is handled with interrupts on."""
    assume(stands(s, Place.EXITED))
    vmx_handle_exit(s.host, s.vcpu)
    s.host.running.place = Place.VCPU


@abstracts("The guest leaves for the host, and interrupts are enabled there")
def leave(s: TileGuest, exit: Exit, data: bool) -> None:
    """What happens with interrupts off happens at once."""
    behind_exit(s.host, s.vcpu, exit)
    s.vcpu.data = data
    s.host.running.place = Place.EXITED


@step
def interrupt(s: TileGuest) -> None:
    """An interrupt for the host."""
    assume(stands(s, Place.GUEST))
    leave(s, Exit.INTERRUPT, False)


@step
def guest_uses_tiles(s: TileGuest, value: bool) -> None:
    """The guest executes a tile instruction."""
    assume(stands(s, Place.GUEST))
    outcome = tile_instruction(s.host.cpu)
    stopped_by_ts = s.host.cpu.ts_gates_tiles and s.host.cpu.ts
    guest_used_tiles(s, outcome, stopped_by_ts)
    if outcome == Outcome.DONE:
        tile_access(s, Context.GUEST, s.vcpu.loads, value)
        s.vcpu.loads = False
    elif s.vcpu.intercepts_nm:
        leave(s, Exit.NM, False)


@observer("The promised processor executes the same tile instruction")
def guest_used_tiles(s: TileGuest, outcome: Outcome, stopped_by_ts: bool) -> None:
    """#NM by XFD leaves its mark in XFD_ERR."""
    stopped_by_xfd = s.promised.xfd and not stopped_by_ts
    if stopped_by_xfd:
        s.promised.xfd_err = True
    s.outcome.observed = True
    s.outcome.outcome = outcome
    s.outcome.promised = Outcome.NM if stopped_by_ts or stopped_by_xfd else Outcome.DONE


@step
def guest_uses_sse(s: TileGuest) -> None:
    """The guest executes an SSE instruction, which raises #NM where the guest has set CR0.TS."""
    assume(stands(s, Place.GUEST))
    if sse_instruction(s.host.cpu) == Outcome.NM and s.vcpu.intercepts_nm:
        leave(s, Exit.NM, False)


@step
def guest_sets_ts(s: TileGuest, ts: bool) -> None:
    """CR0.TS is the guest's own."""
    assume(stands(s, Place.GUEST))
    s.host.cpu.ts = ts


@step
def guest_writes_xfd(s: TileGuest, data: bool) -> None:
    """WRMSR of IA32_XFD; a guest that changes it loads tiles before it reads them."""
    assume(stands(s, Place.GUEST))
    s.vcpu.loads = True
    promise_xfd(s, data)
    if s.vcpu.xfd_no_write_intercept:
        s.host.cpu.xfd = data
    else:
        leave(s, Exit.WRITES_XFD, data)


@observer("The promised processor's IA32_XFD")
def promise_xfd(s: TileGuest, data: bool) -> None:
    """It has what the guest has written."""
    s.promised.xfd = data


@step
def guest_writes_xfd_err(s: TileGuest, data: bool) -> None:
    """WRMSR of IA32_XFD_ERR, which always exits."""
    assume(stands(s, Place.GUEST))
    promise_xfd_err(s, data)
    leave(s, Exit.WRITES_XFD_ERR, data)


@observer("The promised processor's XFD_ERR")
def promise_xfd_err(s: TileGuest, data: bool) -> None:
    """It has what the guest has written."""
    s.promised.xfd_err = data


@step
def guest_reads_xfd_err(s: TileGuest) -> None:
    """RDMSR of IA32_XFD_ERR, which never exits."""
    assume(stands(s, Place.GUEST))
    xfd_err_is_read(s, s.host.cpu.xfd_err)


@observer("What the guest reads from IA32_XFD_ERR")
def xfd_err_is_read(s: TileGuest, read: bool) -> None:
    """Beside what it was promised."""
    s.outcome.observed = True
    s.outcome.read = read
    s.outcome.promised_read = s.promised.xfd_err


@step
def guest_reads_xfd(s: TileGuest) -> None:
    """RDMSR of IA32_XFD, from the register or, while KVM intercepts it, from the fpstate."""
    assume(stands(s, Place.GUEST))
    passes = s.vcpu.xfd_no_write_intercept
    xfd_is_read(s, s.host.cpu.xfd if passes else s.host.fpstate.xfd)


@observer("What the guest reads from IA32_XFD")
def xfd_is_read(s: TileGuest, read: bool) -> None:
    """Beside what it was promised."""
    s.outcome.observed = True
    s.outcome.read = read
    s.outcome.promised_read = s.promised.xfd
