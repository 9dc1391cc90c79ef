"""What the fields of SVM's bench come to in an outcome: the manual's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nestproof.models.x86.numbers import BITS, EXIT_CODES, exit_info_1
from nestproof.models.x86.outcome import Outcome as Became
from nestproof.models.x86.vmcb import ExitCode, Vmcb
from verifier.lab.answers import NM, VECTORS, Predicted, Seen, number_at
from verifier.lab.layout import NOWHERE
from verifier.lab.outcomes import NO_VECTOR, Status
from verifier.lab.svm_setup import VMCB

VMMCALL = 0x81
EXCEPTIONS = 0x40
"""The exit code of vector 0."""
LOW_HALF = 0xFFFFFFFF
RECORDS = ("cpu.cr0", "read", f"{VMCB}.cr0")
EXITS = tuple(f"{VMCB}.{name}" for name in ("exit_code", "exit_is_mov", "exit_gpr"))
WATCHED = [
    *(f"{record}.{name}" for record in RECORDS for name in BITS),
    *(*EXITS, f"{VMCB}.event_inj_nm", "cpu.guest_mode", "outcome"),
]
OF_CR0 = (ExitCode.CR0_READ, ExitCode.CR0_WRITE, ExitCode.CR0_SEL_WRITE)


def svm_seen_of(fields: Mapping[str, Any]) -> Seen:
    """The bench of SVM after a step."""
    cr0, read, guest_cr0 = (number_at(fields, record) for record in RECORDS)
    registers = {
        "cr0": cr0,
        "guest_cr0": guest_cr0,
        "injects": fields[f"{VMCB}.event_inj_nm"],
    }
    outcome = fields["outcome"]
    code, is_mov, gpr = (fields[path] for path in EXITS)
    left = _exit(outcome, Vmcb(exit_code=code, exit_is_mov=is_mov, exit_gpr=gpr))
    return Seen(
        non_root=fields["cpu.guest_mode"],
        outcome=outcome,
        read=read,
        cr0=cr0,
        shows_source=False,
        registers=registers,
        exit=left | (_undefined(registers) if code is ExitCode.INVALID else registers),
    )


def _undefined(registers: Predicted) -> Predicted:
    """After a VMRUN that is refused: nothing says what the VMCB has of a guest that has not run."""
    return {name: value for name, value in registers.items() if name != "guest_cr0"}


def _exit(outcome: Became, vmcb: Vmcb) -> Predicted:
    """What L1 finds in the VMCB; EXITINFO only where the manual defines it."""
    found: Predicted = {"status": Status.ENDED, "vector": NO_VECTOR}
    code = vmcb.exit_code
    if code is ExitCode.EXCEPTION_NM:
        found["exit_reason"] = EXCEPTIONS + VECTORS.get(outcome, NM)
        if outcome is Became.OPERAND:
            found["exit_error"] = NOWHERE
    else:
        found["exit_reason"] = EXIT_CODES.get(code, VMMCALL) & LOW_HALF
    if code in OF_CR0:
        found["qualification"] = exit_info_1(vmcb, decode_assists=True)
    return found
