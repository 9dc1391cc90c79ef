"""Copies of the checkout in which files are changed; the checkout itself never is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

PLUGIN = "tests.verifier_mutants.plugin"


@dataclass(frozen=True)
class Tree:
    """A copy of a project in a folder that goes with it."""

    root: Path
    scratch: Path
    """For temporary files, also of processes that are killed."""

    def write(self, file: str, text: str) -> None:
        """Change a file, and forget its bytecode, which may look as recent as the text."""
        path = self.root / file
        path.write_text(text)
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()

    def pytest(self, arguments: Sequence[str], seconds: float) -> int | None:
        """Run pytest in the copy: its exit code; None where it has to be killed."""
        command = [sys.executable, "-m", "pytest", f"--rootdir={self.root}", "-p", PLUGIN]
        command += ["-p", "no:cacheprovider", "-k", "test"]  # every case of what is sampled
        environment = os.environ | {
            "PYTHONPATH": str(self.root),
            "TMPDIR": str(self.scratch),
        }
        with (self.scratch / "output").open("w") as output:
            running = subprocess.Popen(
                [*command, *arguments],
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                return running.wait(seconds)
            except subprocess.TimeoutExpired:
                return None
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                running.wait()

    @property
    def output(self) -> str:
        """What the last run has printed."""
        return (self.scratch / "output").read_text(errors="replace")


@contextmanager
def copied(root: Path) -> Iterator[Tree]:
    """A copy of what git would have of a checkout, uncommitted changes included."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listing, cwd=root, check=True, capture_output=True, text=True).stdout
    with TemporaryDirectory(prefix="verifier-mutants-") as folder:
        tree = Tree(Path(folder, "tree"), Path(folder, "scratch"))
        tree.scratch.mkdir(parents=True)
        for name in filter(None, files.split("\0")):
            if os.path.lexists(root / name):
                (tree.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, tree.root / name, follow_symlinks=False)
        yield tree
