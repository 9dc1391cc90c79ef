"""What became of programs, as the payload reports it; anything but the exact form is refused.

An outcome is u32 number, u16 acts, u16 bytes, then 128 bytes for each act that runs code (the
fields of `Outcome` in their order, and seven results) and 8 for each field that L1 reads.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple

from verifier.lab.layout import RESULT_COUNT
from verifier.lab.programs import Program, Read, Write
from verifier.language.errors import ModelError

HEAD = struct.Struct("<IHH")
RUN = struct.Struct(f"<BBHIQIIQQIIQQII{RESULT_COUNT}Q")
NO_VECTOR = 0xFFFF


class Status(IntEnum):
    """How an act that runs code has ended."""

    ENDED = 0
    VMFAIL_INVALID = 1
    VMFAIL_VALID = 2
    FAULT_IN_L1 = 3


class Outcome(NamedTuple):
    """Of L2 the exit; of L1 a fault. Addresses are relative to the beginning of the code."""

    kind: int
    status: int
    vector: int
    """Of a fault that L1, or L2 through its own IDT, has taken; NO_VECTOR without one."""
    exit_reason: int
    qualification: int
    interruption: int
    instruction_error: int
    rip: int
    pushed_rip: int
    pushed_error: int
    entry_interruption: int
    guest_cr0: int
    cr0: int
    instruction_length: int
    exit_error: int
    results: tuple[int, ...]


Reported = Outcome | tuple[int, ...]
"""Of an act that runs code, or what L1 has read."""


def outcomes_of(data: bytes, programs: Iterable[Program]) -> Iterator[list[Reported]]:
    """The outcomes of programs, in their order; a ModelError where one is missing or damaged."""
    place = 0
    for number, program in enumerate(programs):
        if place + HEAD.size > len(data):
            raise ModelError(f"the outcome of program {number} is missing")
        found, acts, size = HEAD.unpack_from(data, place)
        expected = size_of(program)
        if (found, acts, size) != (number, len(program.acts), expected):
            raise ModelError(f"the outcome of program {number} is damaged")
        if place + size > len(data):
            raise ModelError(f"the outcome of program {number} is cut off")
        yield list(_reported(data, place + HEAD.size, program))
        place += size
    if place != len(data):
        raise ModelError("there are more outcomes than programs")


def size_of(program: Program) -> int:
    """Bytes of its outcome."""
    return HEAD.size + sum(map(_size, program.acts))


def _size(act: object) -> int:
    match act:
        case Write():
            return 0
        case Read(fields):
            return 8 * len(fields)
        case _:
            return RUN.size


def _reported(data: bytes, place: int, program: Program) -> Iterator[Reported]:
    for act in program.acts:
        if isinstance(act, Read):
            yield struct.unpack_from(f"<{len(act.fields)}Q", data, place)
        elif not isinstance(act, Write):
            values = RUN.unpack_from(data, place)
            yield Outcome._make((*values[:-RESULT_COUNT], values[-RESULT_COUNT:]))
        place += _size(act)
