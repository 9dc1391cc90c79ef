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
from verifier.processes.pool import SCARCE
from verifier.processes.signals import shielded
from verifier.project import git
from verifier.project.contents import (
    LINK,
    Contents,
    Entry,
    contents_of,
    is_as_stored,
    led_to,
    objects,
    written,
)
from verifier.project.root import PARTS

MAIN = (
    *("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"),
    *("refs/heads/main", "refs/heads/master"),
)
"""Where the main branch is looked for, in this order; a tag is no branch."""

NO_MODELS = "it has no models"
ELSEWHERE = "the project was in another folder"

EVIDENCE = "properties/certificates/"
READ = (".py", ".toml")
"""How the names of files end that a project is made of, whether or not git ignores them."""
COMMIT = re.compile(r"[0-9a-f]{40,64}")

PATCH = (
    *("--unified=0", "--inter-hunk-context=0", "--no-color", "--no-renames", "--text"),
    *("--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"),
)
"""A patch that looks the same whatever the repository is configured to."""

NEW_NAME = re.compile(r"^\+\+\+ b/(.*)$", re.MULTILINE)

NOTED = (
    *("add", "--intent-to-add", "--force"),
    *("--pathspec-from-file=-", "--pathspec-file-nul"),
)
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
    def contents(self) -> Contents:
        """What it has of the models and properties."""
        return contents_of(self.top, self.commit, self.parts)

    def with_sources(self, sources: Iterable[str]) -> Base:
        """The same; it is incomplete if one of these files of the project would not be compared."""
        files = {
            os.path.realpath(self.top / each) for each in written(self.top, self.contents.paths)
        }
        unseen = sorted(each for each in sources if os.path.realpath(each) not in files)
        reason = (
            f"`{within_project(unseen[0])}` is loaded, and is no file of the project"
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
        others |= {name for name in there if name.endswith(READ)}
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
                mend="free some space, or name a folder that can be written in TMPDIR",
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

    def _parts_with(self, entry: Entry) -> Iterator[str]:
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


def base_of(root: Path, revision: str | None) -> Base | None:
    """The commit to compare a project with; None outside git.

    Without a revision it is where the work has branched off from the main branch.
    """
    if not _inside(root):
        if revision is not None:
            raise ModelError(
                f"`{root}` is in no git repository, so there is no `{revision}`",
                mend="leave --base out to check everything",
            )
        return None
    refuse_bare(root)
    top = Path(git.text(root, "rev-parse", "--show-toplevel").removesuffix("\n"))
    prefix = git.text(root, "rev-parse", "--show-prefix").removesuffix("\n")
    torn = git.text(
        top, "ls-files", "--unmerged", "-z", "--", *(f"{prefix}{part}" for part in PARTS)
    )
    if torn:
        name = torn.split("\0")[0].split("\t")[-1]
        raise ModelError(f"`{name}` has a merge conflict", mend="resolve it first")
    commit = _resolved(root, revision) if revision is not None else _branching_point(root)
    return None if commit is None else Base(top, commit, prefix, _split_off(top))


def _split_off(top: Path) -> str:
    """That a repository is a submodule of one that had a folder in its place; empty if not."""
    asked = "rev-parse", "--show-superproject-working-tree"
    around = git.text(top, *asked).removesuffix("\n")
    if not around:
        return ""
    commit = _branching_point(Path(around))
    if commit is None:
        return ""
    place = os.path.relpath(top, os.path.realpath(around))
    stored = git.text(Path(around), "ls-tree", "--full-tree", commit, "--", place)
    was_folder = stored.split()[1:2] == ["tree"]
    return f"the project was a folder of the repository `{around}`" if was_folder else ""


def refuse_bare(folder: Path) -> None:
    """Refuse a repository without a working tree."""
    if _inside(folder) and git.said(folder, "rev-parse", "--is-bare-repository") == "true":
        raise ModelError(
            f"the repository `{folder}` is bare: it has no files to check",
            mend="run the gate in a clone or a worktree",
        )


def refuse_foreign(folder: Path) -> None:
    """Refuse a repository that has no project here: no change to one would be looked at."""
    if _inside(folder):
        raise ModelError(
            f"there is no project in `{folder}`, and it is in a repository",
            mend="change to the project's folder: a gate is about its changes",
        )


def _resolved(root: Path, revision: str) -> str:
    kinds = [
        f"refs/{kind}/{revision}"
        for kind in ("tags", "heads", "remotes")
        if git.said(root, "rev-parse", "--verify", "--quiet", f"refs/{kind}/{revision}")
    ]
    if len(kinds) > 1:
        raise ModelError(
            f"`{revision}` is the name of {len(kinds)} things in this repository",
            mend=f"say which: {' or '.join(f'`--base {each}`' for each in kinds)}",
        )
    commit = git.said(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
    )
    if commit is None or not COMMIT.fullmatch(commit):
        raise ModelError(f"there is no revision `{revision}`", mend=_deepen(root))
    return commit


def _branching_point(root: Path) -> str | None:
    """Where HEAD left the main branch; None before the first commit."""
    head = git.said(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
        _require_unborn(root)
        return None
    for branch in MAIN:
        main = git.said(root, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}")
        if main is not None:
            found = (git.said(root, "merge-base", "--all", main, head) or "").split()
            if not found:
                raise ModelError(
                    f"HEAD has no commit in common with `{branch}`", mend=_deepen(root)
                )
            if len(found) > 1:
                name = branch.removeprefix("refs/heads/").removeprefix("refs/remotes/")
                raise ModelError(
                    f"HEAD left `{name}` in {len(found)} commits: the two were merged crosswise",
                    mend=f"merge `{name}` into this branch, or name a revision: --base REV",
                )
            return found[0]
    raise ModelError(
        "there is no main branch to compare with", mend=_deepen(root, "name a revision: --base REV")
    )


def _require_unborn(root: Path) -> None:
    """Refuse a HEAD that leads to no commit though it has one: nothing could be compared."""
    branch = git.said(root, "symbolic-ref", "--quiet", "HEAD")
    file = None if branch is None else git.said(root, "rev-parse", "--git-path", branch)
    there = file is not None and (root / file).exists()
    if branch is None or there or git.said(root, "rev-parse", "--verify", "--quiet", "HEAD"):
        raise ModelError(
            f"the repository of `{root}` is damaged: HEAD leads to no commit",
            mend="`git fsck` says more",
        )


def _deepen(root: Path, otherwise: str = "`git log` shows the commits there are") -> str:
    if git.text(root, "rev-parse", "--is-shallow-repository").strip() == "true":
        return "the clone is shallow: fetch more (`git fetch --unshallow`, or fetch-depth: 0)"
    return otherwise


def _inside(root: Path) -> bool:
    """Whether a folder is in a repository. Raises ModelError where that cannot be told."""
    try:
        done = git.done(root, "rev-parse", "--git-dir")
    except OSError as error:
        if not any((folder / ".git").exists() for folder in (root, *root.parents)):
            return False
        absent = isinstance(error, FileNotFoundError)
        raise ModelError(
            f"git cannot be run: {error.strerror}",
            mend=f"install git, or remove the repository around {root}" if absent else SCARCE,
        ) from None
    said = os.fsdecode(done.stderr)
    if "dubious ownership" in said:
        raise ModelError(
            f"git does not trust the repository of `{root}`, which somebody else owns",
            mend=f"git config --global --add safe.directory {root}",
        )
    if done.returncode and "not a git repository" not in said:
        raise git.failure("rev-parse", said)
    return not done.returncode
