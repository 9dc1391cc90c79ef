"""What earlier gates have found, on disk: it saves time and is never trusted.

An entry is a proof's lemmas or an execution, under a digest of the circuit that it is about; it is
audited when it is used. Whatever else is found under that name is as good as nothing.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import msgspec

from verifier.evidence.bundle import Bundle
from verifier.evidence.validation import rejection
from verifier.evidence.verdicts import Limits
from verifier.processes.signals import shielded
from verifier.storage.atomic import write_whole
from verifier.storage.reading import content_of

FORMAT = "2"
LARGEST_ENTRY = 16 * 2**20
LARGEST = 256 * 2**20
"""Bytes beyond which the oldest entries go."""
OURS = re.compile(r"\.?[0-9a-f]{40}\.(json|circuit)")
"""An entry, or one that is being written."""
ABANDONED = 3600.0
"""Seconds after which a file that was never finished goes."""


class _Entry(msgspec.Struct, frozen=True):
    """What is known under a key."""

    format: str
    key: str
    kept: Bundle


def cache_folder() -> Path:
    """Where this user's programs keep what can be made again."""
    if sys.platform == "darwin":
        return user_folder("XDG_CACHE_HOME", "Library/Caches")
    return user_folder("XDG_CACHE_HOME", ".cache")


def user_folder(variable: str, otherwise: str) -> Path:
    """This program's folder where a variable says, else under one in the user's home."""
    given = os.environ.get(variable)
    if given and Path(given).is_absolute():
        return Path(given) / "nestproof"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "nestproof"
    return Path.home() / otherwise / "nestproof"


class Cache:
    """A folder of entries, shared by all gates of a user; `None` is one that is switched off."""

    def __init__(self, folder: Path | None, limits: Limits) -> None:
        self.complaint = ""
        """Why something could not be saved; empty if all was."""
        self._folder = None if folder is None else folder / f"results-{FORMAT}"
        self._limits = limits

    @property
    def on(self) -> bool:
        return self._folder is not None

    def key(self, system: str, what: str, digest: str) -> str:
        """The name of an entry about a circuit."""
        text = repr((self._salt, system, what, digest))
        return blake2b(text.encode(), digest_size=20).hexdigest()

    @cached_property
    def _salt(self) -> str:
        """What the same circuit could have other results under."""
        from importlib.metadata import version

        limits = self._limits
        versions = [f"{name} {version(name)}" for name in ("nestproof", "z3-solver", "python-sat")]
        return repr((FORMAT, versions, limits.depth, limits.seconds, limits.memory))

    def get(self, key: str) -> Bundle | None:
        """What is known under a key; None where there is nothing that can be read."""
        if self._folder is None:
            return None
        try:
            content = content_of(self._folder / f"{key}.json", LARGEST_ENTRY, links=False)
            entry = msgspec.json.decode(content, type=_Entry)
        except (OSError, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return None
        fits = entry.format == FORMAT and entry.key == key and rejection(entry.kept) is None
        return entry.kept if fits else None

    def put(self, key: str, evidence: Bundle) -> None:
        """Save what is known under a key, or note why that is not possible."""
        content = msgspec.json.encode(_Entry(FORMAT, key, evidence))
        if self._folder is None or self.complaint or len(content) > LARGEST_ENTRY:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with shielded():
                write_whole(self._folder / f"{key}.json", content)
        except OSError as error:
            self.complaint = f"`{self._folder}` cannot be written: {error.strerror or error}"

    def trim(self, largest: int = LARGEST) -> None:
        """Remove the oldest entries beyond a size, and what killed gates have left."""
        if self._folder is None:
            return
        files = sorted(_files(self._folder), reverse=True)
        total = 0
        for used, size, file in files:
            unfinished = file.name.startswith(".") and time.time() - used > ABANDONED
            total += size
            if unfinished or total > largest:
                with suppress(OSError):
                    file.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Entries by age and size; what vanishes meanwhile is left out, and what is nobody's."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        with suppress(OSError):
            if OURS.match(entry.name) and entry.is_file(follow_symlinks=False):
                found = entry.stat(follow_symlinks=False)
                yield found.st_mtime, found.st_size, Path(entry.path)
