"""The architecture's own numbers, for programs that give and compare cases as integers."""

from nestproof.models.x86.cr0 import Cr0
from nestproof.models.x86.instructions import Location
from nestproof.models.x86.vmcb import ExitCode, Vmcb
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Vmcs

BITS = ("pe", "mp", "em", "ts", "et", "ne", "wp", "am", "nw", "cd", "pg")
POSITIONS = dict(zip(BITS, (0, 1, 2, 3, 4, 5, 16, 18, 29, 30, 31), strict=True))
"""The defined bits of CR0."""

EXIT_REASONS = {
    ExitReason.EXCEPTION_NM: 0,
    ExitReason.EXTERNAL_INTERRUPT: 1,
    ExitReason.TASK_SWITCH: 9,
    ExitReason.CR_ACCESS: 28,
    ExitReason.EPT_VIOLATION: 48,
    ExitReason.INVALID_GUEST_STATE: 1 << 31 | 33,
}
"""The exit-reason field; its bit 31 says that VM entry failed."""

NM_INFORMATION = 1 << 31 | 3 << 8 | 7
"""Interruption information of #NM, of an exit or to inject: valid, hardware exception, vector 7."""


def cr0_of(number: int) -> Cr0:
    """The defined bits of a number."""
    return Cr0(**{name: bool(number >> place & 1) for name, place in POSITIONS.items()})


def number_of(value: Cr0) -> int:
    """CR0, or a set of its bits, as a number."""
    low = (value.pe, value.mp, value.em, value.ts, value.et, value.ne)
    high = (value.wp, value.am, value.nw, value.cd, value.pg)
    return sum(bit << place for bit, place in zip(low + high, POSITIONS.values(), strict=True))


def exit_qualification(vmcs: Vmcs) -> int:
    """The qualification of an access to CR0, of LMSW's data the low four bits; 0 for #NM.

    Not that of a task switch, which names a TSS.
    """
    if vmcs.exit_reason != ExitReason.CR_ACCESS:
        return 0
    access: int = vmcs.exit_access.value
    match vmcs.exit_access:
        case CrAccess.MOV_TO:
            register: int = vmcs.exit_location.value
            return access << 4 | register << 8
        case CrAccess.LMSW:
            from_memory = vmcs.exit_location == Location.MEMORY
            return access << 4 | from_memory << 6 | number_of(vmcs.exit_operand) << 16
        case _:
            return access << 4


EXIT_CODES = {
    ExitCode.CR0_READ: 0x0,
    ExitCode.CR0_WRITE: 0x10,
    ExitCode.EXCEPTION_NM: 0x47,
    ExitCode.INTR: 0x60,
    ExitCode.CR0_SEL_WRITE: 0x65,
    ExitCode.TASK_SWITCH: 0x7D,
    ExitCode.VMRUN: 0x80,
    ExitCode.NPF: 0x400,
    ExitCode.INVALID: -1,
}
"""EXITCODE of SVM."""


def exit_info_1(vmcb: Vmcb, decode_assists: bool) -> int:
    """EXITINFO1 of an access to CR0: with decode assists, bit 63 and the register of a MOV.

    0 where the manual leaves it undefined; not that of a task switch, which names a TSS.
    """
    if not (decode_assists and vmcb.exit_is_mov):
        return 0
    register: int = vmcb.exit_gpr.value
    return 1 << 63 | register
