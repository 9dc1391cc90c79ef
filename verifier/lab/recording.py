"""Recordings: what programs came to on a machine, as one file that needs no emulator to be judged.

`nestproof-lab 1`, a line of JSON (`Header`), then programs and outcomes, compressed with zlib.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import msgspec

from verifier.lab.image import Facts, payload
from verifier.lab.outcomes import Reported, outcomes_of
from verifier.lab.programs import Machine, Program, programs_of
from verifier.language.errors import ModelError
from verifier.storage.reading import content_of

MAGIC = b"nestproof-lab 1\n"
LARGEST = 256 << 20
"""Bytes of a recording, and of its programs and outcomes."""
DAMAGED = "record it again: `nestproof lab run -o FILE`"


class Header(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where a recording is from, and what is in it."""

    leg: str
    emulator: str
    cpu: str
    list: str
    """Of the programs: `quick`, `full`, or `random N seed S`."""
    payload: str
    """SHA-256 of the boot sector and payload that have run them."""
    facts: tuple[int, ...]
    programs: int
    bytes: tuple[int, int]
    """Of the programs and of their outcomes, uncompressed."""
    kernel: str = ""
    """Of a leg with a kernel, its version and the SHA-256 of its package."""
    silicon: bool = False
    """Whether a processor has executed L2, and no emulator."""


@dataclass(frozen=True)
class Recording:
    """Programs and what became of them."""

    header: Header
    data: bytes

    @cached_property
    def programs(self) -> list[Program]:
        """The programs; a ModelError where they are damaged."""
        found = list(programs_of(self.data[: self.header.bytes[0]]))
        if len(found) != self.header.programs:
            raise ModelError(f"there are {len(found)} programs, not {self.header.programs}")
        return found

    @property
    def machine(self) -> Machine:
        """What the programs are for."""
        return self.programs[0].machine if self.programs else Machine.VMX

    @cached_property
    def outcomes(self) -> list[list[Reported]]:
        """The outcome of each program."""
        return list(outcomes_of(self.data[self.header.bytes[0] :], self.programs))

    @cached_property
    def facts(self) -> Facts:
        """What the processor has."""
        return Facts(self.header.facts)

    @property
    def content(self) -> bytes:
        """The file's content, the same for the same recording."""
        header = msgspec.json.encode(self.header)
        return MAGIC + header + b"\n" + zlib.compress(self.data, 9)


def payload_digest() -> str:
    """Of the payload that is here."""
    return sha256(payload()).hexdigest()


def read_recording(file: Path) -> Recording:
    """A recording from a file; a ModelError where it is damaged."""
    try:
        content = content_of(file, LARGEST)
    except OSError as error:
        raise ModelError(f"`{file}` cannot be read: {error.strerror or error}") from None
    try:
        recording = _parsed(content)
        assert recording.outcomes is not None
        return recording
    except (ValueError, zlib.error) as error:
        raise ModelError(f"`{file}` is not a recording: {error}", help=DAMAGED) from None
    except ModelError as error:
        raise ModelError(f"`{file}` is damaged: {error.message}", help=DAMAGED) from None


def _parsed(content: bytes) -> Recording:
    if not content.startswith(MAGIC):
        raise ValueError("it does not begin with `nestproof-lab 1`")
    line, _, packed = content[len(MAGIC) :].partition(b"\n")
    header = msgspec.json.decode(line, type=Header)
    expected = sum(header.bytes)
    if min(header.bytes) < 0 or expected > LARGEST or len(header.facts) != Facts.COUNT:
        raise ValueError("its header is damaged")
    unpacked = zlib.decompressobj()
    data = unpacked.decompress(packed, expected + 1)
    if len(data) != expected or not unpacked.eof or unpacked.unused_data:
        raise ValueError("its programs and outcomes are damaged")
    return Recording(header, data)
