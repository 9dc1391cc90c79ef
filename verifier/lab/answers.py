"""What the bench's fields come to in an outcome: the manual's numbers for the model's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nestproof.models.x86.instructions import Location
from nestproof.models.x86.numbers import BITS, EXIT_REASONS, POSITIONS, cr0_of, exit_qualification
from nestproof.models.x86.outcome import Outcome as Became
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Vmcs
from verifier.lab.layout import NOWHERE, VALID
from verifier.lab.outcomes import NO_VECTOR, Status
from verifier.lab.setup import VMCS

Predicted = dict[str, Any]
"""Fields of an outcome that the model decides; the others are not compared."""

NM = 7
VECTORS = {Became.UD: 6, Became.NM: NM, Became.GP: 13, Became.OPERAND: 14, Became.MF: 16}
WITH_ERROR_CODE = (13, 14)
VMCALL = 18


@dataclass(frozen=True, eq=False)
class Seen:
    """The bench after a step."""

    @property
    def runs(self) -> bool:
        """Whether the code goes on."""
        return self.outcome is Became.DONE

    non_root: bool
    outcome: Became
    read: int
    cr0: int
    shows_source: bool
    """Whether an exit shows what LMSW has loaded."""
    registers: Predicted
    """CR0 of L1 and L2 once L1 runs again, and whether an event is still to be injected."""
    exit: Predicted
    """What L1 finds in the VMCS after a VM exit."""


RECORDS = ("cpu.cr0", "read", f"{VMCS}.guest_cr0", f"{VMCS}.exit_operand")
EXITS = tuple(f"{VMCS}.{name}" for name in ("exit_reason", "exit_access", "exit_location"))
WATCHED = [
    *(f"{record}.{name}" for record in RECORDS for name in BITS),
    *(*EXITS, f"{VMCS}.entry_injects_nm", "cpu.non_root", "outcome"),
]


def number_at(fields: Mapping[str, Any], record: str) -> int:
    """A CR0, or a set of its bits."""
    return sum(fields[f"{record}.{name}"] << at for name, at in POSITIONS.items())


def seen_of(fields: Mapping[str, Any]) -> Seen:
    """The bench of models/x86 after a step."""
    cr0, read, guest_cr0, operand = (number_at(fields, record) for record in RECORDS)
    injects = fields[f"{VMCS}.entry_injects_nm"]
    registers = {"cr0": cr0, "guest_cr0": guest_cr0, "injects": injects}
    reason, access, location = (fields[path] for path in EXITS)
    return Seen(
        non_root=fields["cpu.non_root"],
        outcome=fields["outcome"],
        read=read,
        cr0=cr0,
        shows_source=reason is ExitReason.CR_ACCESS,
        registers=registers,
        exit=found_after(registers, fields["outcome"], reason, access, operand, location),
    )


def found_after(
    registers: Predicted,
    outcome: Became,
    reason: ExitReason,
    access: CrAccess,
    operand: int,
    location: Location,
) -> Predicted:
    """What L1 finds in the VMCS after a VM exit."""
    found: Predicted = registers | {"status": Status.ENDED, "vector": NO_VECTOR}
    found["exit_reason"] = EXIT_REASONS.get(reason, VMCALL)
    found["qualification"] = _qualification(reason, access, operand, location)
    if reason is ExitReason.EXCEPTION_NM:
        vector = VECTORS.get(outcome, NM)
        found["interruption"] = VALID | 3 << 8 | vector | (vector in WITH_ERROR_CODE) << 11
        if outcome is Became.OPERAND:
            found["qualification"] = NOWHERE
    return found


def _qualification(reason: ExitReason, access: CrAccess, operand: int, location: Location) -> int:
    vmcs = Vmcs(
        exit_reason=reason,
        exit_access=access,
        exit_operand=cr0_of(operand),
        exit_location=location,
    )
    return exit_qualification(vmcs)
