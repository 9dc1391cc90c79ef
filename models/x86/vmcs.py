"""The VMCS: what the level above the guest writes, and what a VM exit tells it."""

from enum import Enum

from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0
from nestproof.models.x86.instructions import Location
from verifier.language import record


class ExitReason(Enum):
    """Basic exit reasons; no rule of this layer causes an EPT violation, as memory is not in it."""

    NONE = "no exit yet"
    EXCEPTION_NM = "#NM through the exception bitmap"
    CR_ACCESS = "control-register access"
    TASK_SWITCH = "task switch"
    INVALID_GUEST_STATE = "VM entry failed: invalid guest state"
    EXTERNAL_INTERRUPT = "external interrupt"
    VMX_INSTRUCTION = "a VMX instruction"
    EPT_VIOLATION = "EPT violation or misconfiguration"


class CrAccess(Enum):
    """Bits 5:4 of the exit qualification; a cleared qualification reads MOV_TO."""

    MOV_TO = 0
    MOV_FROM = 1
    CLTS = 2
    LMSW = 3


class VmcsName(Enum):
    """A VMCS by whose guest runs on it: L1, or L1's own guest."""

    VMCS01 = "VMCS01"
    VMCS02 = "VMCS02"


@record
class Vmcs:
    """The fields that matter for CR0 and #NM.

    `entry_injects_nm` is a valid VM-entry interruption information of #NM as hardware raises it.
    `controls_valid` stands for all checks before those of the host's and the guest's state.
    """

    guest_cr0: Cr0 = RUNNING
    host_cr0: Cr0 = RUNNING
    cr0_mask: Cr0 = NO_BITS
    cr0_shadow: Cr0 = NO_BITS
    exception_bitmap_nm: bool = False
    unrestricted_guest: bool = True
    enable_xsaves: bool = True
    entry_injects_nm: bool = False
    controls_valid: bool = True
    exit_reason: ExitReason = ExitReason.NONE
    exit_access: CrAccess = CrAccess.MOV_TO
    exit_operand: Cr0 = NO_BITS
    exit_location: Location = Location.RAX
