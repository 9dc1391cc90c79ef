"""Disk images: boot sector, payload, programs, and room for what becomes of them.

Sector 0 boots, 1 to 62 are the payload, 63 is the header, then come the programs, the status and
the outcomes. Header: 16 bytes of magic, then u32: programs, their first sector and number of
sectors, the sector of the status, the first sector of the outcomes and how many there may be.
Status: magic, u32 programs done, bytes of outcomes, end mark, error, u64 checksum, 16 u64 of facts.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.resources import files
from typing import BinaryIO

SECTOR = 512
HEADER_SECTOR = 63
MAGIC = b"nestproof-lab 1\0"
HEADER = struct.Struct("<16s6I")
STATUS = struct.Struct("<16s4IQ16Q")
ENDED = 0x646E65
TRACK = 16 * 63
"""Sectors of a cylinder."""
NO_VMX, TOO_MANY = 1, 2
"""Errors of the status."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What the processor has: CPUID's leaves 1, 7 and 13.1, and the capability MSRs of VMX."""

    words: tuple[int, ...]
    COUNT = 16

    def __contains__(self, feature: str) -> bool:
        word, bit = FEATURES[feature]
        return bool(self.words[word] >> bit & 1)

    @property
    def cr0_fixed0(self) -> int:
        return self.words[4 + 6]

    @property
    def cr0_fixed1(self) -> int:
        return self.words[4 + 7]

    @property
    def secondary_controls(self) -> int:
        """Those that can be 1."""
        return self.words[4 + 11] >> 32


FEATURES = {
    "sse3": (0, 32),
    "vmx": (0, 37),
    "ssse3": (0, 41),
    "sse4.1": (0, 51),
    "sse4.2": (0, 52),
    "popcnt": (0, 55),
    "aes": (0, 57),
    "xsave": (0, 58),
    "avx": (0, 60),
    "bmi1": (1, 3),
    "avx2": (1, 5),
    "umip": (1, 34),
    "pku": (1, 35),
    "xsaveopt": (2, 0),
    "xsavec": (2, 1),
    "xsaves": (2, 3),
}
"""Where the facts have a feature: word and bit."""


@dataclass(frozen=True)
class Status:
    """How far the payload has come."""

    done: int
    size: int
    ended: bool
    error: int
    checksum: int
    facts: Facts


@dataclass(frozen=True)
class Image:
    """Where an image has what."""

    content: bytes
    status: int
    outcomes: int
    sectors: int

    @property
    def cylinders(self) -> int:
        return self.sectors // TRACK


def payload() -> bytes:
    """The boot sector and the payload."""
    return files("verifier.lab").joinpath("payload", "payload.bin").read_bytes()


def image(programs: bytes, count: int, room: int) -> Image:
    """An image for some programs, with so many bytes of room for their outcomes."""
    boot = payload()
    assert len(boot) <= HEADER_SECTOR * SECTOR
    program_sectors, outcome_sectors = (-(-size // SECTOR) for size in (len(programs), room))
    first = HEADER_SECTOR + 1
    status = first + program_sectors
    fields = (count, first, program_sectors, status, status + 1, outcome_sectors)
    content = boot.ljust(HEADER_SECTOR * SECTOR, b"\0")
    content += HEADER.pack(MAGIC, *fields).ljust(SECTOR, b"\0") + programs
    sectors = -(-(status + 1 + outcome_sectors) // TRACK) * TRACK
    return Image(content, status * SECTOR, (status + 1) * SECTOR, sectors)


def status_of(file: BinaryIO, image: Image) -> Status | None:
    """The status as it is now; None before the payload has written one."""
    file.seek(image.status)
    data = file.read(STATUS.size)
    if len(data) < STATUS.size:
        return None
    magic, done, size, ended, error, checksum, *facts = STATUS.unpack(data)
    if magic != MAGIC:
        return None
    return Status(done, size, ended == ENDED, error, checksum, Facts(tuple(facts)))


def checksum(data: bytes) -> int:
    """What the payload's status says of its outcomes."""
    total = 0
    for (word,) in struct.iter_unpack("<I", data):
        total = total * 31 + word & 0xFFFFFFFFFFFFFFFF
    return total
