"""The virtual CPU that KVM promises, and what the guest saw compared with it."""

from enum import Enum

from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import RUNNING, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmx import VmxCpu
from verifier.language import event, ghost


@ghost
class Contract:
    """The CPU of the manual, executing what the guest executes.

    `pending` is the instruction that has left the physical guest and is not yet handled. A
    contract that was `broken` says nothing more.
    """

    cpu: Cpu = Cpu()
    pending: Instruction = Instruction.EXEMPT
    broken: bool = False


@ghost
class VmxContract(Contract):
    """With VMX; its VMCS is L1's VMCS12."""

    cpu: VmxCpu = VmxCpu()


@event
class GuestOutcome:
    """What the guest saw of an instruction or a VM entry in this step, and what it should see.

    `killed`: KVM gave the guest up instead. `read` and `promised_read` are what an instruction
    that reads CR0 returned. `exit_differs`: L1 was told something else about the exit.
    """

    observed: bool = False
    instruction: Instruction = Instruction.EXEMPT
    outcome: Outcome = Outcome.DONE
    promised: Outcome = Outcome.DONE
    read: Cr0 = Cr0()
    promised_read: Cr0 = Cr0()
    exit_differs: bool = False
    killed: bool = False


class Handled(Enum):
    """What KVM did about an exit."""

    NOTHING = "resumed the guest, which goes on"
    RESUMED = "resumed the guest, which executes the same instruction again"
    EMULATED = "executed the instruction for the guest"
    REFUSED = "injected #GP instead"
    REFUSED_AND_SKIPPED = "injected #GP behind the instruction"
    QUEUED_NM = "injected #NM"
    TO_L1 = "gave the exit to L1"
    KILLED = "gave the guest up"


@ghost
class Retry:
    """A #NM exit that the guest will take again if nothing changes.

    `kept`: KVM resumed the guest. `misled`: KVM sent L1 an exit that the contract does not have.
    Then which instruction it was, and the CR0 under which the guest runs it.
    """

    kept: bool = False
    misled: bool = False
    instruction: Instruction = Instruction.EXEMPT
    cr0: Cr0 = RUNNING


@event
class Retried:
    """An exit was handled that had been handled before, with nothing changed in between."""

    in_vain: bool = False
