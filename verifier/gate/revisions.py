"""The revision that a change is compared with, by git."""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from verifier.language.errors import ModelError
from verifier.processes.pool import SCARCE
from verifier.processes.signals import shielded
from verifier.project.root import PARTS

MAIN = (
    *("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"),
    *("refs/heads/main", "refs/heads/master"),
)
"""Where the main branch is looked for, in this order; a tag is no branch."""

EVIDENCE = "properties/certificates/"
READ = (".py", ".toml")
"""How the names of files end that a project is made of, whether or not git ignores them."""
SECONDS = 120
LINK = "120000"
"""The mode of a symbolic link in a tree."""
SUBMODULE = "160000"
"""The mode of another repository's commit in a tree."""
COMMIT = re.compile(r"[0-9a-f]{40,64}")

FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_DIFF_OPTS")
INERT = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false", "--literal-pathspecs"),
)
"""No program of the repository's own runs to find changes, and names are as they are."""
PATCH = (
    *("--unified=0", "--inter-hunk-context=0", "--no-color", "--no-renames"),
    *("--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--relative"),
)
"""A patch that looks the same whatever the repository is configured to."""

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

    @property
    def short(self) -> str:
        return self.commit[:12]

    def changed(self) -> tuple[str, ...]:
        """Files of the project that differ in the working tree, new ones too, without evidence."""
        listed = ("ls-files", "--others", "--exclude-standard", "-z", "--", *self._where)
        names = ("diff", "--name-only", "-z", "--no-renames", self.commit, "--", *self._where)
        with self._compared() as index:
            files = {*_names(self.top, *listed, index=index)}
            files |= {*_names(self.top, *names, index=index)}
        inside = (name.removeprefix(self.prefix) for name in files)
        return tuple(sorted(name for name in inside if not _is_evidence(name)))

    def diff(self) -> str:
        """The lines that differ in the working tree, without context, in the project's paths."""
        with self._compared() as index:
            here = self.top / self.prefix
            return _git(here, "diff", *PATCH, self.commit, "--", *PARTS, index=index)

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
            _run(self.top, "update-index", "-z", "--index-info", asked=self._tree(), index=index)
            others = _names(self.top, "ls-files", "--others", "-z", "--", *self._where, index=index)
            new = os.fsencode("\0".join(name for name in others if name.endswith(READ)))
            if new:
                _run(self.top, *NOTED, asked=new, index=index)
            yield index
        finally:
            with shielded():
                folder.cleanup()

    def _tree(self) -> bytes:
        """The project's entries at the base, each ended by a zero byte."""
        return _run(self.top, "ls-tree", "-r", "-z", "--full-tree", self.commit, "--", *self._where)

    def extract(self, folder: Path) -> bool:
        """Write the project as it was into a folder; False where there was none.

        The contents are taken as they are stored: no filter and no attribute has a say. Where the
        repository is has none either: a link that leads out of it by `..` is left out.
        """
        tree = os.fsdecode(self._tree())
        entries = [entry.split("\t", 1) for entry in tree.split("\0") if entry]
        found = [(*kind.split(" "), name) for kind, name in entries]
        files = [(blob, name, mode == LINK) for mode, kind, blob, name in found if kind == "blob"]
        files.sort(key=lambda file: file[2])  # links last, so that nothing is written through one
        inside = {name.removeprefix(self.prefix).split("/")[0] for _, name, _ in files}
        if inside != set(PARTS):
            return False
        contents = self._contents([blob for blob, _, _ in files])
        for (_, name, is_link), content in zip(files, contents, strict=True):
            file = folder / name
            if ".." in file.parts:
                raise ModelError(f"`{name}` leads out of the repository")
            file.parent.mkdir(parents=True, exist_ok=True)
            target = os.fsdecode(content) if is_link else ""
            if not is_link:
                file.write_bytes(content)
            elif not os.path.normpath(os.path.join(os.path.dirname(name), target)).startswith(".."):
                file.symlink_to(target)
        return True

    def is_elsewhere(self) -> bool:
        """Whether there was a project in another folder, or a part of this one was a submodule."""
        tree = os.fsdecode(_run(self.top, "ls-tree", "-r", "-z", "--full-tree", self.commit))
        entries = [entry.split("\t", 1) for entry in tree.split("\0") if entry]
        if any(kind.startswith(SUBMODULE) and name in self._where for kind, name in entries):
            return True
        names = [f"/{name}" for _, name in entries]
        models, properties = (
            {name.split(f"/{part}/")[0] for name in names if f"/{part}/" in name} for part in PARTS
        )
        return not models.isdisjoint(properties)

    @property
    def _where(self) -> list[str]:
        return [f"{self.prefix}{part}" for part in PARTS]

    def _contents(self, blobs: Sequence[str]) -> Iterator[bytes]:
        """What is stored under each name of an object."""
        asked = "".join(f"{blob}\n" for blob in blobs).encode()
        stream = io.BytesIO(_run(self.top, "cat-file", "--batch", asked=asked))
        for blob in blobs:
            size = stream.readline().split()[-1]
            if not size.isdigit():
                raise ModelError(f"git has no object `{blob}`", mend="`git fsck` says more")
            yield stream.read(int(size))
            stream.readline()


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
    top = Path(_git(root, "rev-parse", "--show-toplevel").removesuffix("\n"))
    prefix = _git(root, "rev-parse", "--show-prefix").removesuffix("\n")
    torn = _git(top, "ls-files", "--unmerged", "-z", "--", *(f"{prefix}{part}" for part in PARTS))
    if torn:
        name = torn.split("\0")[0].split("\t")[-1]
        raise ModelError(f"`{name}` has a merge conflict", mend="resolve it first")
    commit = _resolved(root, revision) if revision is not None else _branching_point(root)
    return None if commit is None else Base(top, commit, prefix)


def refuse_bare(folder: Path) -> None:
    """Refuse a repository without a working tree."""
    if _inside(folder) and _quiet(folder, "rev-parse", "--is-bare-repository") == "true":
        raise ModelError(
            f"the repository `{folder}` is bare: it has no files to check",
            mend="run the gate in a clone or a worktree",
        )


def _resolved(root: Path, revision: str) -> str:
    commit = _quiet(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
    )
    if commit is None or not COMMIT.fullmatch(commit):
        raise ModelError(f"there is no revision `{revision}`", mend=_deepen(root))
    return commit


def _branching_point(root: Path) -> str | None:
    """Where HEAD left the main branch; None before the first commit."""
    head = _quiet(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
        _require_unborn(root)
        return None
    for branch in MAIN:
        main = _quiet(root, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}")
        if main is not None:
            base = _quiet(root, "merge-base", main, head)
            if base is None:
                raise ModelError(
                    f"HEAD has no commit in common with `{branch}`", mend=_deepen(root)
                )
            return base
    raise ModelError("there is no main branch to compare with", mend="name a revision: --base REV")


def _require_unborn(root: Path) -> None:
    """Refuse a HEAD that leads to no commit though it has one: nothing could be compared."""
    branch = _quiet(root, "symbolic-ref", "--quiet", "HEAD")
    file = None if branch is None else _quiet(root, "rev-parse", "--git-path", branch)
    there = file is not None and (root / file).exists()
    if branch is None or there or _quiet(root, "rev-parse", "--verify", "--quiet", "HEAD"):
        raise ModelError(
            f"the repository of `{root}` is damaged: HEAD leads to no commit",
            mend="`git fsck` says more",
        )


def _deepen(root: Path) -> str:
    if _git(root, "rev-parse", "--is-shallow-repository").strip() == "true":
        return "the clone is shallow: fetch more (`git fetch --unshallow`, or fetch-depth: 0)"
    return "`git log` shows the commits there are"


def _inside(root: Path) -> bool:
    """Whether a folder is in a repository. Raises ModelError where that cannot be told."""
    try:
        done = _done(root, "rev-parse", "--git-dir")
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
        raise _failure("rev-parse", said)
    return not done.returncode


def _environment() -> dict[str, str]:
    """Messages in one language, and the repository that the folder is in, not a hook's."""
    mine = {k: v for k, v in os.environ.items() if k not in FOREIGN}
    return {**mine, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _quiet(root: Path, *arguments: str) -> str | None:
    """What git prints, None where it fails."""
    done = _done(root, *arguments)
    return os.fsdecode(done.stdout).strip() or None if done.returncode == 0 else None


def _git(root: Path, *arguments: str, index: Path | None = None) -> str:
    return os.fsdecode(_run(root, *arguments, index=index))


def _names(root: Path, *arguments: str, index: Path) -> list[str]:
    """The names that git prints, each ended by a zero byte."""
    return [name for name in _git(root, *arguments, index=index).split("\0") if name]


def _run(root: Path, *arguments: str, asked: bytes = b"", index: Path | None = None) -> bytes:
    done = _done(root, *arguments, asked=asked, index=index)
    if done.returncode:
        raise _failure(arguments[0], os.fsdecode(done.stderr))
    return done.stdout


def _done(
    root: Path, *arguments: str, asked: bytes = b"", index: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *INERT, *arguments],
            cwd=root,
            env=_environment() | ({} if index is None else {"GIT_INDEX_FILE": str(index)}),
            input=asked,
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"git {arguments[0]} has not ended after {SECONDS} seconds") from None


def _failure(command: str, said: str) -> ModelError:
    lines = said.strip().splitlines() or ["it gave no reason"]
    return ModelError(f"git {command} fails: {lines[-1]}")
