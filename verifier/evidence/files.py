"""Saved evidence: written whole or not at all, read with suspicion."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec

from verifier.evidence.certificates import Certificate
from verifier.evidence.contents import content_of
from verifier.evidence.kept import Kept
from verifier.evidence.traces import Trace
from verifier.evidence.wellformed import fault

LARGEST = 64 * 1024 * 1024
"""Bytes beyond which a file is refused unread."""

Evidence = Trace | Certificate

KINDS: dict[str, type[Evidence | Kept]] = {"trace": Trace, "certificate": Certificate, "kept": Kept}

E = TypeVar("E")


class DamagedFile(Exception):
    """A file that is not what it should be, with the reason."""


class _Kind(msgspec.Struct):
    schema: int = 0
    kind: str = ""


def save(evidence: Evidence, file: Path) -> None:
    """Write evidence as JSON, atomically."""
    write_whole(file, encoded(evidence))


def encoded(evidence: Evidence) -> bytes:
    """Evidence as JSON. Same evidence, same bytes."""
    return msgspec.json.format(msgspec.json.encode(evidence), indent=1) + b"\n"


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file's content in one move, so that no reader sees half of it."""
    try:
        _replace(file, content)
    except OSError as error:  # which names the temporary file, or none
        raise OSError(error.errno, error.strerror, str(file)) from None


def _replace(file: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise


def read(file: Path) -> Evidence:
    """A trace or certificate; DamagedFile where it is neither."""
    content, kind = _content(file)
    if kind == "trace":
        return decoded(content, Trace)
    if kind == "certificate":
        return decoded(content, Certificate)
    raise DamagedFile("it holds the evidence of a system; name the pair, `SYSTEM/PROPERTY`")


def read_kept(file: Path) -> Kept:
    """A system's evidence; DamagedFile where it is none."""
    content, _ = _content(file)
    return decoded(content, Kept)


def read_any(file: Path) -> Evidence | Kept:
    """Evidence of any kind; DamagedFile where it is none."""
    content, kind = _content(file)
    return decoded(content, KINDS[kind])


def decoded(content: bytes, kind: type[E]) -> E:
    """Evidence as saved; DamagedFile where it is not."""
    try:
        found = msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise DamagedFile(f"{error}") from None
    if isinstance(found, Trace | Certificate | Kept):
        wrong = fault(found)
        if wrong is not None:
            raise DamagedFile(wrong)
    return found


def _content(file: Path) -> tuple[bytes, str]:
    """What a file holds, and which kind of evidence it says that it is."""
    try:
        content = content_of(file, LARGEST)
    except OSError as error:
        raise DamagedFile(error.strerror or str(error)) from None
    if not content.lstrip()[:1] == b"{":
        raise DamagedFile("it is no saved evidence, which is JSON")
    kind = decoded(content, _Kind)
    if kind.schema != 1 or kind.kind not in KINDS:
        what = f"a `{kind.kind}` of schema {kind.schema}" if kind.kind else "of no kind"
        raise DamagedFile(f"it is {what}; this version reads traces and certificates of schema 1")
    return content, kind.kind
