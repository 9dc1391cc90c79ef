"""What a project consists of, at a commit and in the working tree: files by their bytes.

That is the project's parts, and what links in these lead to. No filter and no attribute has a say.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.language.errors import ModelError
from verifier.project import git

LINK = "120000"
"""The mode of a symbolic link in a tree."""
SUBMODULE = "160000"
"""The mode of another repository's commit in a tree."""


@dataclass(frozen=True)
class TreeEntry:
    """A file, link or submodule of a commit, by its name from the top of the repository."""

    mode: str
    object: str
    name: str


@dataclass(frozen=True)
class Contents:
    """What a commit has of a project, below some folders and files of the repository."""

    entries: tuple[TreeEntry, ...]
    paths: tuple[str, ...]
    outside: str = ""
    """Why some of it is not in the commit; empty where all is."""

    @property
    def files(self) -> list[TreeEntry]:
        """Files first, then links, so that nothing is written through one."""
        found = [entry for entry in self.entries if entry.mode != SUBMODULE]
        return sorted(found, key=lambda entry: entry.mode == LINK)


def contents_of(top: Path, commit: str, paths: Sequence[str]) -> Contents:
    """What a commit has below some paths, and wherever links in them lead."""
    known, outside = dict.fromkeys(paths), ""
    while True:
        entries = tuple(_entries(top, commit, known))
        links = [entry for entry in entries if entry.mode == LINK]
        for entry in entries:
            if entry.mode == SUBMODULE:
                outside = outside or f"`{entry.name}` is a commit of another repository"
        before = len(known)
        for link, target in zip(links, objects(top, [e.object for e in links]), strict=True):
            inside = led_to(link.name, os.fsdecode(target))
            if inside is None:
                outside = outside or f"the link `{link.name}` leads out of the repository"
            elif not _is_below(inside, known):
                known[inside] = None
        if len(known) == before:
            return Contents(entries, tuple(known), outside)


def led_to(link: str, target: str) -> str | None:
    """Where a link leads, from the top of the repository; None where that is outside.

    What comes back up out of a folder, which may be a link itself, counts as outside.
    """
    parts = target.split("/")
    down = next((number for number, part in enumerate(parts) if part not in ("..", ".", "")), None)
    if os.path.isabs(target) or ".." in parts[down:]:
        return None
    path = os.path.normpath(os.path.join(os.path.dirname(link), target))
    return None if path == ".." or path.startswith("../") else path


def objects(top: Path, names: Sequence[str]) -> Iterator[bytes]:
    """What is stored under each name of an object."""
    asked = "".join(f"{name}\n" for name in names).encode()
    stream = io.BytesIO(git.output(top, "cat-file", "--batch", asked=asked) if asked else b"")
    for name in names:
        size = stream.readline().split()[-1]
        if not size.isdigit():
            raise ModelError(f"git has no object `{name}`", help="see `git fsck`")
        yield stream.read(int(size))
        stream.readline()


def written(top: Path, paths: Iterable[str]) -> set[str]:
    """The files and links of a working tree below some paths, and where links in them lead."""
    found: dict[str, None] = {}
    left, seen = list(paths), set[str]()
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in _below(top, path):
            found[name] = None
            if os.path.islink(top / name):
                inside = led_to(name, os.readlink(top / name))
                left += [inside] if inside is not None and not _is_below(inside, seen) else []
    return set(found)


def is_as_stored(top: Path, entry: TreeEntry) -> bool:
    """Whether the working tree has the bytes that the commit has."""
    path = top / entry.name
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            return entry.mode == LINK and entry.object == _hash(
                entry, os.fsencode(os.readlink(path))
            )
        if entry.mode == LINK or not stat.S_ISREG(found.st_mode):
            return False
        return entry.object == _hash(entry, path.read_bytes())
    except OSError:
        return False


def _hash(entry: TreeEntry, content: bytes) -> str:
    """The name that git gives a content, as long as those of the repository."""
    algorithm = "sha1" if len(entry.object) == 40 else "sha256"
    named = b"blob %d\0" % len(content)
    return hashlib.new(algorithm, named + content, usedforsecurity=False).hexdigest()


def _entries(top: Path, commit: str, paths: Iterable[str]) -> Iterator[TreeEntry]:
    below = [] if "." in paths else list(paths)
    listed = git.output(top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *below)
    for line in os.fsdecode(listed).split("\0"):
        if line:
            kind, name = line.split("\t", 1)
            mode, _, identity = kind.split(" ")
            yield TreeEntry(mode, identity, name)


def _below(top: Path, path: str) -> Iterator[str]:
    """The files and links at or below a path, but git's and Python's own."""
    if os.path.islink(top / path) or not os.path.isdir(top / path):
        if os.path.lexists(top / path):
            yield path
        return
    for folder, folders, files in os.walk(top / path):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = [name for name in folders if name not in {*links, ".git", "__pycache__"}]
        for name in (*files, *links):
            yield os.path.relpath(os.path.join(folder, name), top)


def _is_below(path: str, paths: Iterable[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in paths)
