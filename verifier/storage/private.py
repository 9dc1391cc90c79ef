"""Files that only this user can have written."""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

CHECK = 20
"""Bytes of the checksum that a file starts with: against damage, not against people."""

LARGEST = 256 * 2**20
"""Bytes beyond which the oldest files go."""

ABANDONED = 3600.0
"""Seconds after which a file that was never finished goes."""

_SUFFIX = ".unfinished"


class PrivateFolder:
    """A folder of this user's own, made when something is first written.

    It is not used where somebody else owns it or may write in it. It is held open while it is
    used, so that nobody can put another in its place.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.complaint = ""
        """Why it is not used; empty where it is."""

    def make(self) -> None:
        """Make it where it is not there; where it cannot be used, `complaint` says why."""
        with self._opened(make=True):
            pass

    def read(self, name: str, largest: int) -> bytes | None:
        """A file's content as it was written; None where there is none."""
        with self._opened(make=False) as folder:
            if folder is None:
                return None
            try:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
                with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as stream:
                    found = os.fstat(stream.fileno())
                    if not stat.S_ISREG(found.st_mode) or _of_others(found):
                        return None
                    whole = stream.read(largest + CHECK + 1)
            except OSError:
                return None
        content = whole[CHECK:]
        intact = len(content) <= largest and whole[:CHECK] == _check(name, content)
        return content if intact else None

    def write(self, name: str, content: bytes) -> None:
        """Put a file there, whole or not at all; where that fails, `complaint` says why."""
        with self._opened(make=True) as folder:
            if folder is None:
                return
            temporary = f".{name}.{secrets.token_hex(8)}{_SUFFIX}"
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
                descriptor = os.open(temporary, flags, 0o600, dir_fd=folder)
                try:
                    with os.fdopen(descriptor, "wb") as stream:
                        stream.write(_check(name, content) + content)
                    os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
                except BaseException:
                    with suppress(FileNotFoundError):
                        os.unlink(temporary, dir_fd=folder)
                    raise
            except OSError as error:
                self._complain(error)

    def trim(self, largest: int = LARGEST) -> None:
        """Remove the oldest files beyond a size, and those that were never finished."""
        with self._opened(make=False) as folder, suppress(OSError):
            if folder is None:
                return
            found = [(os.stat(name, dir_fd=folder), name) for name in os.listdir(folder)]
            total = 0
            for status, name in sorted(found, key=lambda each: -each[0].st_mtime):
                total += status.st_size
                old = time.time() - status.st_mtime > ABANDONED
                if total > largest or (old and name.endswith(_SUFFIX)):
                    os.unlink(name, dir_fd=folder)

    @contextmanager
    def _opened(self, make: bool) -> Iterator[int | None]:
        """The folder, held open; None where it is not there or not this user's own."""
        descriptor = None
        try:
            if make:
                self.folder.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileExistsError):
                    self.folder.mkdir(mode=0o700)
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            wrong = _of_others(os.fstat(descriptor))
            if wrong:
                self.complaint = f"`{self.folder}` {wrong}"
        except FileNotFoundError:
            wrong = "is not there"
        except OSError as error:
            wrong = self._complain(error)
        try:
            yield None if wrong else descriptor
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _complain(self, error: OSError) -> str:
        self.complaint = f"`{self.folder}` cannot be used: {error.strerror or error}"
        return self.complaint


def _of_others(found: os.stat_result) -> str:
    """What somebody else may do to a file or folder; empty if nothing."""
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    return "may be written by others" if found.st_mode & 0o022 else ""


def _check(name: str, content: bytes) -> bytes:
    return blake2b(name.encode() + b"\0" + content, digest_size=CHECK).digest()
