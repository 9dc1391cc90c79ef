"""Instructions as bytes: what a form of one is made of, and one that is issued."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from nestproof.models.x86.fpu import SpecialClass
from nestproof.models.x86.instructions import Instruction, Location
from verifier.lab.layout import FPU_IMAGE, NOWHERE, OPERANDS, RESULTS, TASK_SELECTOR


class Unmodelled(Enum):
    """Registers that models/x86 does not have; programs with them are compared between machines."""

    CR4 = "CR4"
    EFER = "EFER"


WORDS = {
    "IMAGE": FPU_IMAGE.to_bytes(4, "little"),
    "COMPACT": (FPU_IMAGE + 0x400).to_bytes(4, "little"),
    "HEADER": (FPU_IMAGE + 0x400 + 520).to_bytes(4, "little"),
    "COMPACTED": (1 << 63).to_bytes(8, "little"),
    "MEMORY": OPERANDS.to_bytes(4, "little"),
    "NOWHERE": NOWHERE.to_bytes(4, "little"),
    "SELECTOR": (TASK_SELECTOR << 32).to_bytes(8, "little"),
    "FCW": (0x340).to_bytes(8, "little"),
}
"""Constants in templates of code."""


@dataclass(frozen=True, eq=False)
class Form:
    """An instruction with what prepares its operand and stores what it reads.

    In `code` OPERAND stands for eight bytes of the operand and SLOT for where a result goes; the
    instruction itself is between `|` and `;`, or the end. `width` is of what SMSW reads, in bits.
    `effect` is on what the model takes from its surroundings: a pending x87 error ("error",
    "clears", or "loads" one, who knows), XCR0, the image that XRSTORS finds ("compacts"), or none
    but that L0 gives the registers up ("gives up") or has the time to ("spins").
    `register` is what it writes or reads of the FPU.
    """

    name: str
    instruction: Instruction | SpecialClass | Unmodelled
    code: str
    location: Location = Location.RAX
    needs: str = ""
    width: int = 64
    effect: str = ""
    register: str = ""

    @cached_property
    def start(self) -> int:
        """Bytes before the instruction itself."""
        before, bar, _ = self.code.partition("|")
        return len(_filled(before, 0, 0)) if bar else 0

    @cached_property
    def end(self) -> int:
        """Bytes up to the end of the instruction itself."""
        return len(_filled(self.code.partition(";")[0].replace("|", " "), 0, 0))

    @cached_property
    def reads(self) -> bool:
        """Whether it stores what it has read."""
        return "SLOT" in self.code

    @cached_property
    def takes(self) -> bool:
        """Whether it has an operand."""
        return "OPERAND" in self.code

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """What recognises it."""
        found = b""
        for word in _parts(self.code):
            if word == "OPERAND":
                found += b"(?P<operand>.{8})"
            elif word == "SLOT":
                found += b"(?P<slot>.{4})"
            else:
                found += re.escape(_filled(word, 0, 0))
        return re.compile(found, re.DOTALL)


@dataclass(frozen=True)
class Issued:
    """One instruction of a program, with its operand and the number of its result."""

    form: Form
    operand: int = 0
    slot: int = 0

    @cached_property
    def code(self) -> bytes:
        """Its bytes."""
        return _filled(self.form.code, self.operand, self.slot)


def _parts(code: str) -> list[str]:
    return code.replace("|", " ").replace(";", " ").split()


def _filled(code: str, operand: int, slot: int) -> bytes:
    fields = WORDS | {
        "OPERAND": operand.to_bytes(8, "little"),
        "SLOT": (RESULTS + 8 * slot).to_bytes(4, "little"),
    }
    return b"".join(fields[p] if p in fields else bytes.fromhex(p) for p in _parts(code))
