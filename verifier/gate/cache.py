"""What earlier gates have found, on disk: it saves time and is never believed.

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
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import msgspec

from verifier.evidence.certificates import Certificate
from verifier.evidence.contents import content_of
from verifier.evidence.files import write_whole
from verifier.evidence.verdicts import Limits
from verifier.evidence.wellformed import fault
from verifier.gate.kept import Run, Witnesses

FORMAT = "1"
LARGEST_ENTRY = 16 * 2**20
LARGEST = 256 * 2**20
"""Bytes beyond which the oldest entries go."""
OURS = re.compile(r"\.?[0-9a-f]{40}\.json")
"""An entry, or one that is being written."""
ABANDONED = 3600.0
"""Seconds after which a file that was never finished goes."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that is known: a proof, an execution, or a system's witnesses."""

    format: str
    key: str
    proof: Certificate | None = None
    run: Run | None = None
    witnesses: Witnesses | None = None


def cache_folder() -> Path:
    """Where this user's programs keep what can be made again."""
    home = Path.home()
    given = os.environ.get("XDG_CACHE_HOME")
    if given and Path(given).is_absolute():
        return Path(given) / "nestproof"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "nestproof"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "nestproof"
    return home / ".cache" / "nestproof"


class Cache:
    """A folder of entries, shared by all gates of a user; `None` is one that is switched off."""

    def __init__(self, folder: Path | None, limits: Limits) -> None:
        self.complaint = ""
        """Why something could not be saved; empty if all was."""
        self._folder = None if folder is None else folder / f"results-{FORMAT}"
        made_by = ("nestproof", "z3-solver", "python-sat")
        versions = [f"{name} {version(name)}" for name in made_by]
        self._salt = repr((FORMAT, versions, limits.depth, limits.seconds, limits.memory))

    @property
    def on(self) -> bool:
        return self._folder is not None

    def key(self, system: str, what: str, digest: str) -> str:
        """The name of an entry about a circuit."""
        text = repr((self._salt, system, what, digest))
        return blake2b(text.encode(), digest_size=20).hexdigest()

    def get(self, key: str) -> Entry | None:
        """The entry of that name; None where there is none that can be read."""
        if self._folder is None:
            return None
        try:
            content = content_of(self._folder / f"{key}.json", LARGEST_ENTRY, links=False)
            entry = msgspec.json.decode(content, type=Entry)
        except (OSError, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return None
        proofs = [entry.proof] if entry.proof is not None else []
        if entry.witnesses is not None:
            proofs += entry.witnesses.unreachable.values()
        fits = entry.format == FORMAT and entry.key == key
        return entry if fits and not any(map(fault, proofs)) else None

    def put(self, entry: Entry) -> None:
        """Save an entry, or note why that is not possible."""
        if self._folder is None or self.complaint:
            return
        content = msgspec.json.encode(entry)
        if len(content) > LARGEST_ENTRY:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / f"{entry.key}.json", content)
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
