"""The revision that a change is compared with, by git."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from verifier.language.errors import ModelError, within_project
from verifier.language.packages import LINKS, PARTS
from verifier.processes.signals import shielded
from verifier.project import git
from verifier.project.contents import (
    LINK,
    Contents,
    TreeEntry,
    contents_of,
    is_as_stored,
    led_to,
    objects,
    written,
)

NO_MODELS = "it has no models"
ELSEWHERE = "the project was in another folder"

EVIDENCE = "properties/certificates/"
READ = (".py", ".toml")
"""How the names of files end that a project is made of, whether or not git ignores them."""

PATCH = (
    *("--unified=0", "--inter-hunk-context=0", "--no-color", "--no-renames", "--text"),
    *("--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"),
)
"""A patch that looks the same whatever the repository is configured to."""

NEW_NAME = re.compile(r"^\+\+\+ b/(.*)$", re.MULTILINE)

NOTED = ("add", "--intent-to-add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
"""Notes files in an index without their content, also ignored ones."""


@dataclass(frozen=True)
class Base:
    """A commit, and the project's folder in its repository, from the top."""

    top: Path
    commit: str
    prefix: str
    incomplete: str = ""
    """Why files of the project may be in no commit of its repository; empty where none are."""

    @property
    def short(self) -> str:
        return self.commit[:12]

    @property
    def parts(self) -> list[str]:
        """The paths of models and properties, from the top of the repository."""
        return [f"{self.prefix}{part}" for part in PARTS]

    @cached_property
    def links(self) -> list[str]:
        """The links that say whose these are, at the base or now, from the top."""
        names = [f"{self.prefix}{link}" for link in LINKS]
        entries = contents_of(self.top, self.commit, names).entries
        stored = {entry.name for entry in entries if entry.mode == LINK}
        return [name for name in names if name in stored or os.path.islink(self.top / name)]

    @cached_property
    def contents(self) -> Contents:
        """What it has of the models and properties, and of those links."""
        return contents_of(self.top, self.commit, [*self.parts, *self.links])

    def with_sources(self, sources: Iterable[str]) -> Base:
        """The same; it is incomplete if one of these files of the project would not be compared."""
        files = {
            os.path.realpath(self.top / each) for each in written(self.top, self.contents.paths)
        }
        unseen = sorted(each for each in sources if os.path.realpath(each) not in files)
        reason = (
            f"`{within_project(unseen[0])}` is loaded but is not a file of the project"
            if unseen
            else ""
        )
        return replace(self, incomplete=self.incomplete or self.contents.outside or reason)

    def changed(self) -> tuple[str, ...]:
        """Files of the project that differ in the working tree, new ones too, without evidence."""
        stored = {entry.name: entry for entry in self.contents.files}
        differ = {name for name, each in stored.items() if not is_as_stored(self.top, each)}
        there = written(self.top, self.contents.paths)
        listed = ("ls-files", "--others", "--exclude-standard", "-z", "--", *self.parts)
        with self._compared() as index:
            others = {*git.names(self.top, *listed, index=index)}
        others |= {name for name in there if name.endswith(READ) or name in self.links}
        names = (self._inside(name) for name in differ | (others - stored.keys()))
        return tuple(sorted(name for name in names if not _is_evidence(name)))

    def diff(self) -> str:
        """The lines that differ in the working tree, without context, by names from the project."""
        inside = [path for path in self.contents.paths if path.startswith(self.prefix)]
        beside = [path for path in self.contents.paths if not path.startswith(self.prefix)]
        here, names = self.top / self.prefix, [path.removeprefix(self.prefix) for path in inside]
        with self._compared() as index:
            arguments = ("diff", *PATCH, "--relative", self.commit, "--", *names)
            found = git.text(here, *arguments, index=index)
            if beside:
                other = git.text(self.top, "diff", *PATCH, self.commit, "--", *beside, index=index)
                found += NEW_NAME.sub(lambda name: f"+++ b/{self._inside(name[1])}", other)
        return found

    @contextmanager
    def _compared(self) -> Iterator[Path]:
        """An index of the base alone: no file counts as unchanged because git assumes so.

        What the project is made of is in it, empty, where the base does not have it.
        """
        try:
            folder = TemporaryDirectory(prefix="nestproof-index-")
        except OSError as error:
            raise ModelError(
                f"what has changed cannot be found: no temporary folder can be made: {error}",
                help="free some space, or name a folder that can be written in TMPDIR",
            ) from None
        try:
            index = Path(folder.name) / "index"
            stored = [f"{e.mode} {e.object}\t{e.name}\0" for e in self.contents.entries]
            tree = os.fsencode("".join(stored))
            git.output(self.top, "update-index", "-z", "--index-info", asked=tree, index=index)
            listed = ("ls-files", "--others", "-z", "--", *self.parts)
            others = git.names(self.top, *listed, index=index)
            new = os.fsencode("\0".join(name for name in others if name.endswith(READ)))
            if new:
                git.output(self.top, *NOTED, asked=new, index=index)
            yield index
        finally:
            with shielded():
                folder.cleanup()

    def _inside(self, name: str) -> str:
        """A name from the project's folder, of a file beside it, too."""
        return os.path.relpath(name, self.prefix or ".")

    def extract(self, folder: Path, whole: bool = False) -> str | None:
        """Write the project as it was into a folder; why that was not possible, None where it was.

        The contents are taken as they are stored. `whole` stands for all that is in the project's
        folder. Where the repository is has no say: a link that leads out of it is left out.
        """
        found = self.contents
        if not {name for e in found.entries for name in self._parts_with(e)} >= {*self.parts}:
            return found.outside or (ELSEWHERE if self._is_elsewhere() else NO_MODELS)
        if whole:
            everything = [*found.paths, self.prefix.rstrip("/") or "."]
            found = contents_of(self.top, self.commit, everything)
        contents = objects(self.top, [entry.object for entry in found.files])
        for entry, content in zip(found.files, contents, strict=True):
            file = folder / entry.name
            if ".." in file.parts:
                raise ModelError(f"`{entry.name}` leads out of the repository")
            file.parent.mkdir(parents=True, exist_ok=True)
            if entry.mode != LINK:
                file.write_bytes(content)
            elif led_to(entry.name, os.fsdecode(content)) is not None:
                file.symlink_to(os.fsdecode(content))
        return found.outside or self.incomplete or None

    def _parts_with(self, entry: TreeEntry) -> Iterator[str]:
        return (part for part in self.parts if f"{entry.name}/".startswith(f"{part}/"))

    def _is_elsewhere(self) -> bool:
        """Whether there was a project in another folder."""
        everything = contents_of(self.top, self.commit, ["."]).entries
        names = [f"/{entry.name}" for entry in everything]
        models, properties = (
            {name.split(f"/{part}/")[0] for name in names if f"/{part}/" in name} for part in PARTS
        )
        return not models.isdisjoint(properties)


def _is_evidence(name: str) -> bool:
    return name.startswith(EVIDENCE) and name.endswith(".json")
