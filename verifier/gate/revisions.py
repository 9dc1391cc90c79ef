"""The revision that a change is compared with, by git."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from verifier.catalogue import PARTS
from verifier.language.errors import ModelError

MAIN = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""Where the main branch is looked for, in this order."""

EVIDENCE = "properties/certificates/"
SECONDS = 120


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
        where = [f"{self.prefix}{part}" for part in PARTS]
        known = _git(self.top, "diff", "--name-only", "-z", self.commit, "--", *where)
        new = _git(self.top, "ls-files", "--others", "--exclude-standard", "-z", "--", *where)
        files = {name for name in (*known.split("\0"), *new.split("\0")) if name}
        inside = (name.removeprefix(self.prefix) for name in files)
        return tuple(sorted(name for name in inside if not name.startswith(EVIDENCE)))

    def diff(self) -> str:
        """The lines that differ in the working tree, without context, in the project's paths."""
        where = [f"{self.prefix}{part}" for part in PARTS]
        options = ("--unified=0", "--no-color", "--no-ext-diff", "--no-renames")
        text = _git(self.top, "diff", *options, self.commit, "--", *where)
        return text.replace(f"+++ b/{self.prefix}", "+++ b/")

    def extract(self, folder: Path) -> bool:
        """Write the project as it was into a folder; False where there was none."""
        there = _quiet(self.top, "ls-tree", "--name-only", "-z", f"{self.commit}:{self.prefix}")
        parts = [part for part in PARTS if part in (there or "").split("\0")]
        if len(parts) < len(PARTS):
            return False
        wanted = [f"{self.prefix}{part}" for part in parts]
        archive = _run(self.top, "archive", "--format=tar", self.commit, "--", *wanted)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        return True


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
    top = Path(_git(root, "rev-parse", "--show-toplevel").strip())
    prefix = _git(root, "rev-parse", "--show-prefix").strip()
    torn = _git(top, "ls-files", "--unmerged", "-z", "--", *(f"{prefix}{p}" for p in PARTS))
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
    if commit is None:
        raise ModelError(f"there is no revision `{revision}`", mend=_deepen(root))
    return commit


def _branching_point(root: Path) -> str | None:
    """Where HEAD left the main branch; None before the first commit."""
    head = _quiet(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
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


def _deepen(root: Path) -> str:
    if _git(root, "rev-parse", "--is-shallow-repository").strip() == "true":
        return "the clone is shallow: fetch more (`git fetch --unshallow`, or fetch-depth: 0)"
    return "`git log` shows the commits there are"


def _inside(root: Path) -> bool:
    try:
        return _quiet(root, "rev-parse", "--git-dir") is not None
    except FileNotFoundError:
        return False


def _environment() -> dict[str, str]:
    """Messages in one language, and the repository that the folder is in, not a hook's."""
    mine = {
        k: v for k, v in os.environ.items() if k not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX")
    }
    return {**mine, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _quiet(root: Path, *arguments: str) -> str | None:
    """What git prints, None where it fails."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if "dubious ownership" in done.stderr:
        raise ModelError(
            f"git does not trust the repository of `{root}`, which somebody else owns",
            mend=f"git config --global --add safe.directory {root}",
        )
    return done.stdout.strip() or None if done.returncode == 0 else None


def _git(root: Path, *arguments: str) -> str:
    return os.fsdecode(_run(root, *arguments))


def _run(root: Path, *arguments: str) -> bytes:
    done = subprocess.run(
        ["git", *arguments], cwd=root, env=_environment(), capture_output=True, timeout=SECONDS
    )
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().splitlines() or ["it gave no reason"]
        raise ModelError(f"git {arguments[0]} fails: {said[-1]}")
    return done.stdout
