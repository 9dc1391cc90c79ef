"""What KVM remembers about a guest's XFD, and the processor that the guest is promised."""

from enum import Enum

from nestproof.models.x86.outcome import Outcome
from nestproof.models.xfd.machine import TileTasks
from verifier.language import event, ghost, record


class Exit(Enum):
    """Why the guest was left; INTERRUPT stands for all exits that change none of this."""

    NONE = "none"
    NM = "#NM"
    WRITES_XFD = "WRMSR of IA32_XFD"
    WRITES_XFD_ERR = "WRMSR of IA32_XFD_ERR"
    INTERRUPT = "an interrupt"


@record
class Vcpu:
    """struct kvm_vcpu and its VMCS; the guest's fpstate is a field of the host.

    `ts` is CR0.TS in the VMCS, which the guest owns. `loads`: the guest's next tile instruction
    loads tiles without reading any, as after each write to IA32_XFD. `exit` and `data` are what
    the exit that is being handled is about.
    """

    xfd_err: bool = False
    xfd_no_write_intercept: bool = False
    intercepts_nm: bool = False
    ts: bool = False
    loads: bool = True
    exit: Exit = Exit.NONE
    data: bool = False


@ghost
class PromisedCpu:
    """The same bits of a processor that the guest would have for itself."""

    xfd: bool = False
    xfd_err: bool = False


@event
class XfdOutcome:
    """What the guest saw of one instruction, and what it was promised."""

    observed: bool = False
    outcome: Outcome = Outcome.DONE
    promised: Outcome = Outcome.DONE
    read: bool = False
    promised_read: bool = False


@record
class TileGuest(TileTasks):
    """Two tasks, of which A is the VMM of a guest."""

    vcpu: Vcpu = Vcpu()
    promised: PromisedCpu = PromisedCpu()
    outcome: XfdOutcome = XfdOutcome()
