"""Disk images: boot sector, payload, programs, and room for what becomes of them.

Sector 0 boots, 1 to 62 are the payload, 63 is the header, then come the programs, the status and
the outcomes. Header: 16 bytes of magic, then u32: programs, their first sector and number of
sectors, the sector of the status, the first sector of the outcomes and how many there may be.
Status: magic, u32 programs done, bytes of outcomes, end mark, error, u64 checksum, 16 u64 of facts.
Where a kernel is to run the programs, it and its first files follow, and the header goes on with
u32: the kernel's first sector, its bytes, and the same of the files.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.resources import files
from typing import BinaryIO

SECTOR = 512
HEADER_SECTOR = 63
MAGIC = b"nestproof-lab 1\0"
HEADER = struct.Struct("<16s10I")
STATUS = struct.Struct("<16s4IQ16Q")
ENDED = 0x646E65
TRACK = 16 * 63
"""Sectors of a cylinder."""
NOT_THERE, TOO_MANY, OTHER_MACHINE = 1, 2, 3
"""Errors of the status."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What the processor has: CPUID's leaves 1, 7, 13.1 and 80000001, and that of VMX or SVM.

    Of VMX there are the capability MSRs, of SVM the features in CPUID's leaf 8000000A.
    """

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
    def cr3_targets(self) -> int:
        """The largest valid CR3-target count."""
        return self.words[4 + 5] >> 16 & 0x1FF

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
    "svm": (3, 2),
    "decode assists": (4, 7),
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
    """Where an image has what; what is in no part is 0."""

    parts: tuple[tuple[int, bytes], ...]
    """Each with the sector where it begins."""
    status: int
    outcomes: int
    sectors: int

    @property
    def cylinders(self) -> int:
        return self.sectors // TRACK

    def write(self, file: BinaryIO) -> None:
        """Write all of it."""
        for sector, content in self.parts:
            file.seek(sector * SECTOR)
            file.write(content)
        file.truncate(self.sectors * SECTOR)


def payload() -> bytes:
    """The boot sector and the payload."""
    return files("verifier.lab").joinpath("payload", "payload.bin").read_bytes()


def image(programs: bytes, count: int, room: int, kernel: bytes = b"", first: bytes = b"") -> Image:
    """An image for some programs, with so many bytes of room for their outcomes.

    With a kernel and its first files, it runs the programs in a virtual machine.
    """
    boot = payload()
    assert len(boot) <= HEADER_SECTOR * SECTOR
    begin = HEADER_SECTOR + 1
    status = begin + _sectors(programs)
    kernel_sector = status + 1 + -(-room // SECTOR)
    first_sector = kernel_sector + _sectors(kernel)
    end = first_sector + _sectors(first)
    fields = (count, begin, _sectors(programs), status, status + 1, -(-room // SECTOR))
    beyond = (kernel_sector, len(kernel), first_sector, len(first)) if kernel else (0, 0, 0, 0)
    header = HEADER.pack(MAGIC, *fields, *beyond)
    parts = ((0, boot), (HEADER_SECTOR, header), (begin, programs))
    linux = ((kernel_sector, kernel), (first_sector, first))
    return Image((*parts, *linux), status * SECTOR, (status + 1) * SECTOR, -(-end // TRACK) * TRACK)


def _sectors(content: bytes) -> int:
    return -(-len(content) // SECTOR)


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
