"""The commit that a project is compared with, and whether git can say which."""

from __future__ import annotations

import os
import re
from pathlib import Path

from verifier.language.errors import ModelError
from verifier.language.packages import PARTS
from verifier.processes.pool import SCARCE
from verifier.project import git
from verifier.project.revisions import Base

MAIN = (
    *("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"),
    *("refs/heads/main", "refs/heads/master"),
)
"""Where the main branch is looked for, in this order; a tag is not a branch."""


COMMIT = re.compile(r"[0-9a-f]{40,64}")


def base_of(root: Path, revision: str | None) -> Base | None:
    """The commit to compare a project with; None outside git.

    Without a revision it is where the work has branched off from the main branch.
    """
    if not _inside(root):
        if revision is not None:
            what = f"`{root}` is not in a git repository, so there is no `{revision}`"
            raise ModelError(what, help="leave --base out to check everything")
        return None
    refuse_bare(root)
    top = Path(git.text(root, "rev-parse", "--show-toplevel").removesuffix("\n"))
    prefix = git.text(root, "rev-parse", "--show-prefix").removesuffix("\n")
    torn = git.text(
        top, "ls-files", "--unmerged", "-z", "--", *(f"{prefix}{part}" for part in PARTS)
    )
    if torn:
        name = torn.split("\0")[0].split("\t")[-1]
        raise ModelError(f"`{name}` has a merge conflict", help="resolve it first")
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
    if _inside(folder) and git.line_of(folder, "rev-parse", "--is-bare-repository") == "true":
        what = f"the repository `{folder}` is bare: it has no files to check"
        raise ModelError(what, help="run the gate in a clone or a worktree")


def refuse_foreign(folder: Path) -> None:
    """Refuse a repository that has no project here: no change to one would be looked at."""
    if _inside(folder):
        what = f"there is no project in `{folder}`, and it is in a repository"
        raise ModelError(what, help="change to the project's folder: a gate is about its changes")


def _resolved(root: Path, revision: str) -> str:
    kinds = [
        f"refs/{kind}/{revision}"
        for kind in ("tags", "heads", "remotes")
        if _verified(root, f"refs/{kind}/{revision}")
    ]
    if len(kinds) > 1:
        raise ModelError(
            f"`{revision}` is the name of {len(kinds)} things in this repository",
            help=f"say which: {' or '.join(f'`--base {each}`' for each in kinds)}",
        )
    commit = _verified(root, "--end-of-options", f"{revision}^{{commit}}")
    if commit is None or not COMMIT.fullmatch(commit):
        raise ModelError(f"unknown revision `{revision}`", help=_deepen(root))
    return commit


def _branching_point(root: Path) -> str | None:
    """Where HEAD left the main branch; None before the first commit."""
    head = _verified(root, "HEAD^{commit}")
    if head is None:
        _require_unborn(root)
        return None
    for branch in MAIN:
        main = _verified(root, f"{branch}^{{commit}}")
        if main is not None:
            found = (git.line_of(root, "merge-base", "--all", main, head) or "").split()
            if not found:
                raise ModelError(
                    f"HEAD has no commit in common with `{branch}`", help=_deepen(root)
                )
            if len(found) > 1:
                name = branch.removeprefix("refs/heads/").removeprefix("refs/remotes/")
                raise ModelError(
                    f"HEAD left `{name}` in {len(found)} commits: there are criss-cross merges",
                    help=f"merge `{name}` into this branch, or name a revision: --base REV",
                )
            return found[0]
    raise ModelError(
        "there is no main branch to compare with", help=_deepen(root, "name a revision: --base REV")
    )


def _require_unborn(root: Path) -> None:
    """Refuse a HEAD that leads to no commit though it has one: nothing could be compared."""
    branch = git.line_of(root, "symbolic-ref", "--quiet", "HEAD")
    file = None if branch is None else git.line_of(root, "rev-parse", "--git-path", branch)
    there = file is not None and (root / file).exists()
    if branch is None or there or _verified(root, "HEAD"):
        raise ModelError(
            f"the repository of `{root}` is damaged: HEAD leads to no commit", help="see `git fsck`"
        )


def _verified(root: Path, *name: str) -> str | None:
    """The object that has a name; None where there is none."""
    return git.line_of(root, "rev-parse", "--verify", "--quiet", *name)


def _deepen(root: Path, otherwise: str = "`git log` shows the commits there are") -> str:
    if git.text(root, "rev-parse", "--is-shallow-repository").strip() == "true":
        return "the clone is shallow: fetch more (`git fetch --unshallow`, or fetch-depth: 0)"
    return otherwise


def _inside(root: Path) -> bool:
    """Whether a folder is in a repository. Raises ModelError where that cannot be found out."""
    try:
        done = git.done(root, "rev-parse", "--git-dir")
    except OSError as error:
        if not any((folder / ".git").exists() for folder in (root, *root.parents)):
            return False
        absent = isinstance(error, FileNotFoundError)
        raise ModelError(
            f"git cannot be run: {error.strerror}",
            help=f"install git, or remove the repository around {root}" if absent else SCARCE,
        ) from None
    said = os.fsdecode(done.stderr)
    if "dubious ownership" in said:
        what = f"git does not trust the repository of `{root}`, which another user owns"
        raise ModelError(what, help=f"git config --global --add safe.directory {root}")
    if done.returncode and "not a git repository" not in said:
        raise git.failure("rev-parse", said)
    return not done.returncode
