"""The VMCB: what the level above the guest writes, and what #VMEXIT tells it."""

from enum import Enum

from nestproof.models.x86.cr0 import NO_BITS, RUNNING, Cr0
from nestproof.models.x86.instructions import Location
from verifier.language import record


class ExitCode(Enum):
    """EXITCODE; no rule of this layer causes a nested page fault, as memory is not in it."""

    NONE = "no exit yet"
    CR0_READ = "read of CR0"
    CR0_WRITE = "write of CR0"
    CR0_SEL_WRITE = "write of CR0 that changes more than TS and MP"
    EXCEPTION_NM = "#NM"
    INTR = "physical interrupt"
    TASK_SWITCH = "task switch"
    VMRUN = "VMRUN"
    NPF = "nested page fault"
    INVALID = "VMRUN refused: illegal state"


class VmcbName(Enum):
    """A VMCB by whose guest runs on it: L1, or L1's own guest."""

    VMCB01 = "VMCB01"
    VMCB02 = "VMCB02"


@record
class Vmcb:
    """The fields that matter for CR0 and #NM; physical interrupts are always intercepted.

    `event_inj_nm` is an EVENTINJ of #NM as hardware raises it. `controls_valid` stands for all
    conditions of VMRUN but those of CR0 and of its own intercept. `exit_is_mov` and `exit_gpr` are
    EXITINFO1 with decode assists; `exit_operand` is the value of the register that a MOV to CR0
    names.
    """

    cr0: Cr0 = RUNNING
    intercept_cr0_read: bool = False
    intercept_cr0_write: bool = False
    intercept_cr0_sel_write: bool = False
    intercept_nm: bool = False
    intercept_task_switch: bool = True
    intercept_vmrun: bool = True
    event_inj_nm: bool = False
    controls_valid: bool = True
    exit_code: ExitCode = ExitCode.NONE
    exit_is_mov: bool = False
    exit_gpr: Location = Location.RAX
    exit_operand: Cr0 = NO_BITS
