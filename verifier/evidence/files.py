"""Saved evidence: written whole or not at all, checked when read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

from verifier.evidence.bundle import Bundle
from verifier.evidence.certificates import Certificate
from verifier.evidence.saved_execution import FirstTrace, SavedTrace, saved_trace
from verifier.evidence.traces import Trace
from verifier.evidence.validation import rejection
from verifier.storage.atomic import write_whole
from verifier.storage.reading import content_of

LARGEST = 64 * 1024 * 1024
"""Bytes beyond which a file is refused unread."""

Saved = SavedTrace | Certificate
"""Evidence about one claim, as a file holds it."""

SCHEMAS: dict[tuple[str, int], type[SavedTrace | FirstTrace | Certificate | Bundle]] = {
    ("trace", 1): FirstTrace,
    ("trace", 2): SavedTrace,
    ("certificate", 1): Certificate,
    ("kept", 1): Bundle,
}

E = TypeVar("E")

NEWLINE = "\n"
UNKNOWN = "Object contains unknown field "
"""How msgspec begins to report a key that a type does not have."""


class DamagedFile(Exception):
    """A file that is not what it should be, with the reason."""


class UnknownKey(DamagedFile):
    """A file that is well-formed but for a key that its schema does not have.

    `about` is the claim or system that it names.
    """

    about = ""


class _Kind(msgspec.Struct):
    schema: int = 0
    kind: str = ""
    system: str = ""
    property: str = ""


def save(evidence: Trace | Saved, file: Path) -> None:
    """Write evidence as JSON, atomically."""
    write_whole(file, encoded(evidence))


def encoded(evidence: Trace | Saved) -> bytes:
    """Evidence as JSON. Same evidence, same bytes."""
    held = saved_trace(evidence) if isinstance(evidence, Trace) else evidence
    return msgspec.json.format(msgspec.json.encode(held), indent=1) + b"\n"


def read(file: Path) -> Saved:
    """A trace or certificate; DamagedFile where it is neither."""
    found = read_any(file)
    if isinstance(found, Bundle):
        raise DamagedFile("it holds the evidence of a system; name the pair, `SYSTEM/PROPERTY`")
    return found


def read_bundle(file: Path) -> Bundle:
    """A system's evidence; DamagedFile where it is not."""
    return decoded(_content(file), Bundle)


def read_any(file: Path) -> Saved | Bundle:
    """Evidence of any kind; DamagedFile where it is not."""
    content = _content(file)
    found = _decoded(content, _Kind)
    kind = SCHEMAS.get((found.kind, found.schema))
    if kind is None:
        what = f"a `{found.kind}` of schema {found.schema}" if found.kind else "of no kind"
        raise DamagedFile(
            f"it is {what}; this version reads traces of schema 1 and 2, certificates of schema 1"
        )
    try:
        evidence = decoded(content, kind)
    except UnknownKey as unknown:
        unknown.about = "/".join(filter(None, (found.system, found.property)))
        raise
    return saved_trace(evidence) if isinstance(evidence, FirstTrace) else evidence


def decoded(content: bytes, kind: type[E]) -> E:
    """Evidence as saved; DamagedFile where it is not, or where a key is there twice."""
    found = _decoded(content, kind)
    _refuse_repeated_keys(content)
    if isinstance(found, SavedTrace | FirstTrace | Certificate | Bundle):
        wrong = rejection(found)
        if wrong is not None:
            raise DamagedFile(wrong)
    return found


def _decoded(content: bytes, kind: type[E]) -> E:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        text = str(error)
        if text.startswith(UNKNOWN):
            raise UnknownKey(f"unknown key {text.removeprefix(UNKNOWN)}") from None
        raise DamagedFile(text) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise DamagedFile(f"it is not JSON: {_mistake(content)}") from None


def _mistake(content: bytes) -> str:
    """Where a text is not JSON, and why."""
    text = content.decode(errors="surrogateescape").rstrip()
    try:
        text.encode()
        json.loads(text, parse_constant=_refused)
    except UnicodeEncodeError as error:
        return f"line {text.count(NEWLINE, 0, error.start) + 1} is not UTF-8"
    except json.JSONDecodeError as error:
        if error.pos >= len(text) or error.msg.startswith("Unterminated"):
            return f"it ends early, in line {text.count(NEWLINE) + 1}"
        why = f"{error.msg[:1].lower()}{error.msg[1:]}".removesuffix(" at")
        return f"line {error.lineno}, column {error.colno}: {why}"
    except DamagedFile as constant:
        return str(constant)
    except RecursionError:
        return "it is nested too deeply"
    return "a text in it has characters that there are not"


def _refuse_repeated_keys(content: bytes) -> None:
    """Of a key that is there twice, one reader takes the first value and another the last."""

    def looked_at(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise DamagedFile(f"the key `{key}` is there twice in one object")
            seen.add(key)

    try:
        json.loads(
            content.decode(),
            object_pairs_hook=looked_at,
            parse_int=str,
            parse_float=str,
            parse_constant=_refused,
        )
    except (ValueError, RecursionError):
        raise DamagedFile(f"it is not JSON: {_mistake(content)}") from None


def _refused(constant: str) -> NoReturn:
    raise DamagedFile(f"`{constant}` is not a number of JSON's")


def _content(file: Path) -> bytes:
    """What a file holds, if it may be JSON."""
    try:
        content = content_of(file, LARGEST)
    except OSError as error:
        raise DamagedFile(error.strerror or str(error)) from None
    if not content.lstrip()[:1] == b"{":
        raise DamagedFile("it is not saved evidence, which is JSON")
    return content
