"""`nestproof check` next to an earlier version of itself, on that version's models and pairs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from tomllib import loads

from tests.bench.comparisons import Comparison, Tool, compared
from tests.bench.processes import Run
from verifier.language.packages import bundled_root

REVISION = "d965cc0"
"""What the figures are ratios to."""
PROJECT = '[project]\nname = "earlier"\nversion = "0"\n\n[tool.nestproof]\n'
SECONDS = 1800.0
"""For one system."""


def against_earlier(rounds: int) -> Comparison:
    """Each system in one process, from its sources: compiled, compared, searched and audited."""
    with _earlier_trees() as (tree, project):
        pairs = _pairs(tree)

        def check(system: str) -> list[str]:
            options = ("--fresh", "--no-cache", "--jobs", "1")
            return [sys.executable, "-m", "verifier", "check", *options, *pairs[system]]

        tools = (
            Tool("nestproof", check, _is_done, project),
            Tool(REVISION, check, _is_done, tree),
        )
        title = f"Cold checks next to {REVISION}"
        return compared(title, list(pairs), tools, rounds, SECONDS)


@contextmanager
def _earlier_trees() -> Iterator[tuple[Path, Path]]:
    """The earlier version, and its models and properties as a project of this version's."""
    root = bundled_root()
    archive = subprocess.run(
        ["git", "-C", root, "archive", REVISION], capture_output=True, check=False
    )
    if archive.returncode:
        sys.exit(f"the bench needs the history of this repository: {REVISION} is not in it")
    with TemporaryDirectory(prefix="nestproof-bench-") as name:
        tree, project = Path(name) / "earlier", Path(name) / "project"
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(tree, filter="data")
        for part in ("models", "properties"):
            shutil.copytree(tree / part, project / part)
        (project / "pyproject.toml").write_text(PROJECT)
        yield tree, project


def _pairs(tree: Path) -> dict[str, list[str]]:
    """The pairs of each system that have a verdict there."""
    verdicts = loads((tree / "properties" / "verdicts.toml").read_text())
    return {system: [f"{system}/{name}" for name in each] for system, each in verdicts.items()}


def _is_done(run: Run) -> bool:
    return run.code == 0
