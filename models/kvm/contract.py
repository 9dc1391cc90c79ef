"""The virtual CPU that KVM promises, and what the guest saw compared with it."""

from models.x86.cpu import Cpu
from models.x86.cr0 import Cr0
from models.x86.instructions import Instruction
from models.x86.outcome import Outcome
from verifier.language import event, ghost


@ghost
class Contract:
    """The CPU of the manual, executing what the guest executes; its VMCS is L1's VMCS12.

    `pending` is the instruction that has left the physical guest and is not yet handled.
    """

    cpu: Cpu = Cpu()
    pending: Instruction = Instruction.EXEMPT


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


@ghost
class Retry:
    """What KVM did about the last #NM exit, as long as nothing has changed since.

    `kept`: it resumed the guest, which executes the same again. `misled`: it sent an exit to L1
    that the contract does not have, and L1 can only resume.
    """

    kept: bool = False
    misled: bool = False


@event
class Retried:
    """An exit was handled that had been handled before, with nothing changed in between."""

    in_vain: bool = False
