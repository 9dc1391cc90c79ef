"""Git as a program: what it prints, and its failures as a ModelError."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from verifier.language.errors import ModelError

SECONDS = 120

FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_DIFF_OPTS")
INERT = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false", "--literal-pathspecs", "--no-replace-objects"),
)
"""No program of the repository's own runs to find changes; names and objects are as they are."""


def line_of(root: Path, *arguments: str) -> str | None:
    """What git prints, stripped; None where it fails or prints nothing."""
    ended = done(root, *arguments)
    return os.fsdecode(ended.stdout).strip() or None if ended.returncode == 0 else None


def text(root: Path, *arguments: str, index: Path | None = None) -> str:
    return os.fsdecode(output(root, *arguments, index=index))


def names(root: Path, *arguments: str, index: Path) -> list[str]:
    """The names that git prints, each ended by a zero byte."""
    return [name for name in text(root, *arguments, index=index).split("\0") if name]


def output(root: Path, *arguments: str, asked: bytes = b"", index: Path | None = None) -> bytes:
    ended = done(root, *arguments, asked=asked, index=index)
    if ended.returncode:
        raise failure(arguments[0], os.fsdecode(ended.stderr))
    return ended.stdout


def done(
    root: Path, *arguments: str, asked: bytes = b"", index: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *INERT, *arguments],
            cwd=root,
            env=_environment() | ({} if index is None else _apart(root, index)),
            input=asked,
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"git {arguments[0]} timed out after {SECONDS} seconds") from None


def _apart(root: Path, index: Path) -> dict[str, str]:
    """An index with the objects that git adds to it, so that the repository stays as it is."""
    own = index.with_name("objects")
    own.mkdir(exist_ok=True)
    theirs = str(root.absolute() / (line_of(root, "rev-parse", "--git-path", "objects") or ""))
    quoted = theirs.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return {
        "GIT_INDEX_FILE": str(index),
        "GIT_OBJECT_DIRECTORY": str(own),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{quoted}"',
    }


def failure(command: str, printed: str) -> ModelError:
    lines = printed.strip().splitlines() or ["it gave no reason"]
    return ModelError(f"git {command} fails: {lines[-1]}")


def _environment() -> dict[str, str]:
    """Messages in one language, and the repository that the folder is in, not a hook's."""
    mine = {k: v for k, v in os.environ.items() if k not in FOREIGN}
    return {**mine, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
