"""Programs: what L1 sets, what L1 and L2 execute; to the bytes of `nestproof-lab 1` and back.

A program is u16 bytes (a multiple of 4), u8 machine, u8 flags (bit 0: L2 runs at CPL 3), u32
number, then acts: u8 kind, u8 count, u16 length of the body, the body padded to a multiple of 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from verifier.lab.encodings import Issued
from verifier.lab.forms import decoded
from verifier.lab.layout import CODE_ROOM
from verifier.language.errors import ModelError

HEAD = struct.Struct("<HBBI")
ACT = struct.Struct("<BBH")
WRITTEN = struct.Struct("<IQ")
MOST_BYTES = 0xFFFF


class Machine(IntEnum):
    """What a program takes of the processor."""

    VMX = 0
    SVM = 1


class Kind(IntEnum):
    """Kinds of acts."""

    WRITE = 1
    L1 = 2
    L2 = 3
    RESUME = 4
    READ = 5


@dataclass(frozen=True)
class Write:
    """L1 writes fields of the VMCS or VMCB."""

    fields: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Read:
    """L1 reads such fields."""

    fields: tuple[int, ...]


@dataclass(frozen=True)
class L1:
    """L1 executes instructions."""

    code: tuple[Issued, ...]


@dataclass(frozen=True)
class L2:
    """L1 enters L2, which executes instructions from the first one on."""

    code: tuple[Issued, ...]


@dataclass(frozen=True)
class Resume:
    """L1 enters L2 where it has left, or so many bytes further on."""

    skip: int = 0


Act = Write | Read | L1 | L2 | Resume


@dataclass(frozen=True)
class Program:
    """Acts in their order, with L2 at CPL 0 or 3."""

    acts: tuple[Act, ...]
    user: bool = False
    machine: Machine = Machine.VMX

    @property
    def name(self) -> str:
        """What it is about: its only instruction, or how many there are."""
        codes = [act.code for act in self.acts if isinstance(act, L2)]
        codes = codes or [act.code for act in self.acts if isinstance(act, L1)]
        if len(codes) == 1 and len(codes[0]) == 1:
            return str(codes[0][0].form.instruction.value)
        return "sequences" if codes else "entries"


def code_of(issued: Iterable[Issued]) -> bytes:
    """The bytes of some instructions."""
    return b"".join(each.code for each in issued)


def encoded(program: Program, number: int) -> bytes:
    """A program's bytes."""
    acts = b"".join(_act(act) for act in program.acts)
    size = HEAD.size + len(acts)
    assert size <= MOST_BYTES
    return HEAD.pack(size, program.machine, program.user, number) + acts


@lru_cache(maxsize=65536)
def _act(act: Act) -> bytes:
    count = 0
    match act:
        case Write(fields):
            kind, count = Kind.WRITE, len(fields)
            body = b"".join(WRITTEN.pack(*each) for each in fields)
        case Read(fields):
            kind, count = Kind.READ, len(fields)
            body = struct.pack(f"<{len(fields)}I", *fields)
        case L1(code):
            kind, body = Kind.L1, code_of(code)
        case L2(code):
            kind, body = Kind.L2, code_of(code)
        case Resume(skip):
            kind, body = Kind.RESUME, struct.pack("<I", skip)
    assert len(body) <= CODE_ROOM
    assert count < 256
    return ACT.pack(kind, count, len(body)) + body + bytes(-len(body) % 4)


def programs_of(data: bytes) -> Iterator[Program]:
    """The programs in some bytes, which are numbered from 0 on."""
    place = number = 0
    while place < len(data):
        try:
            size, machine, flags, found = HEAD.unpack_from(data, place)
            body = data[place + HEAD.size : place + size]
            if found != number or len(body) != size - HEAD.size:
                raise ValueError
            if machine not in set(Machine) or flags > 1:
                raise ModelError(f"program {number} is for another machine than VMX or SVM")
            yield Program(_acts(body), bool(flags), Machine(machine))
        except (ValueError, struct.error):
            raise ModelError(f"program {number} is damaged") from None
        place += size
        number += 1


def _acts(data: bytes) -> tuple[Act, ...]:
    found = []
    place = 0
    while place < len(data):
        kind, count, length = ACT.unpack_from(data, place)
        place += ACT.size
        body = data[place : place + length]
        if len(body) != length:
            raise ValueError
        found.append(_read_act(kind, count, body))
        place += length + -length % 4
    return tuple(found)


@lru_cache(maxsize=65536)
def _read_act(kind: int, count: int, body: bytes) -> Act:
    match kind:
        case Kind.WRITE if len(body) == WRITTEN.size * count:
            return Write(tuple(WRITTEN.iter_unpack(body)))
        case Kind.READ if len(body) == 4 * count:
            return Read(struct.unpack(f"<{count}I", body))
        case Kind.L1:
            return L1(decoded(body))
        case Kind.L2:
            return L2(decoded(body))
        case Kind.RESUME if len(body) == 4:
            return Resume(*struct.unpack("<I", body))
    raise ValueError
