"""The payload: the same bytes again, and small."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from verifier.lab.image import HEADER_SECTOR, SECTOR, payload

SOURCES = Path(__file__).parent.parent.parent / "verifier" / "lab" / "payload"


def version(program: str) -> str:
    if shutil.which(program) is None:
        return ""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout)
    return found[0] if found else ""


DEBIAN_12 = {"nasm": "2.16.01", "gcc": "12.2.0", "ld": "2.40"}


@pytest.mark.skipif(
    {name: version(name) for name in DEBIAN_12} != DEBIAN_12,
    reason="needs nasm, gcc and binutils of Debian 12",
)
def test_it_and_the_vmm_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    made = [tmp_path / name for name in ("payload.bin", "vmm.bin")]
    subprocess.run(["sh", SOURCES / "build.sh", *made], check=True, capture_output=True)
    for file in made:
        assert file.read_bytes() == (SOURCES / file.name).read_bytes()


def test_it_fits_before_the_header() -> None:
    assert payload()[510:512] == b"\x55\xaa"
    assert len(payload()) < min(10_000, HEADER_SECTOR * SECTOR)


def test_it_knows_no_instruction_of_programs() -> None:
    """Of what is tried it has no bytes, and of expectations no words."""
    text = "".join(file.read_text() for file in SOURCES.glob("*.c"))
    assert not re.search(r"clts|lmsw|smsw|expect|predict", text.lower())
