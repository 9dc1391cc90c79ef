"""What FPU registers hold by the manual: what was last written to them, by whichever level."""

from __future__ import annotations

from nestproof.models.x86.instructions import Instruction
from verifier.lab.encodings import Issued

UNKNOWN = None
"""In what an instruction stores: anything."""


class Registers:
    """The registers of one processor, which VM entries and exits leave alone."""

    def __init__(self) -> None:
        self._held: dict[str, int] = {}

    def issue(self, one: Issued) -> None:
        """An instruction has completed; others than those of registers may change any."""
        form = one.form
        if form.register and form.takes:
            self._held[form.register] = one.operand
        elif not (form.register or form.instruction is Instruction.EXEMPT):
            self._held.clear()

    def read(self, one: Issued) -> int | None:
        """What it stores."""
        return self._held.get(one.form.register, UNKNOWN)
