"""A base from before its modules were in a package, by the names that they have now.

In a checkout of nestproof modules were `models.*` once (docs/decisions/0027-one-import-name.md).
What is imported and recorded by a name that a module no longer has would count as something else.
"""

from __future__ import annotations

import re
from pathlib import Path

from verifier.language.packages import BUNDLED, LINKS, PARTS
from verifier.mutation.baseline import FILE as MUTANTS
from verifier.project.sources import python_files

IMPORTED = re.compile(rb"^([ \t]*(?:from|import)[ \t]+)(models|properties)\b", re.MULTILINE)
RECORDED = re.compile(rb"([\"'])(models|properties)/")


def put_into_package(root: Path) -> None:
    """Give a base's modules the package of the bundled ones; nothing where they have it."""
    if any((root / link).is_symlink() for link in LINKS):
        return
    name = BUNDLED.encode()
    for file in (each for part in PARTS for each in python_files(root / part)):
        _rewrite(file, IMPORTED, rb"\1" + name + rb".\2")
    _rewrite(root / MUTANTS, RECORDED, rb"\1" + name + rb"/\2/")
    (root / BUNDLED).mkdir(exist_ok=True)
    for link, part in zip(LINKS, PARTS, strict=True):
        (root / link).symlink_to(f"../{part}")


def _rewrite(file: Path, pattern: re.Pattern[bytes], new: bytes) -> None:
    if file.is_file():
        text = file.read_bytes()
        found = pattern.sub(new, text)
        if found != text:
            file.write_bytes(found)
