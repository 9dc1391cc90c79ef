"""A project in a git repository, with its evidence kept, and the command as a person runs it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import verifier
from tests.command import HOME, Ran, ran

TEMPLATE = Path(verifier.__file__).parent / "template"

Git = Callable[..., str]


@dataclass(frozen=True)
class Project:
    """A project that tests may spoil."""

    folder: Path
    environment: dict[str, str]

    @property
    def model(self) -> Path:
        return self.folder / "models" / "lazy.py"

    @property
    def verdicts(self) -> Path:
        return self.folder / "properties" / "verdicts.toml"

    @property
    def certificates(self) -> Path:
        return self.folder / "properties" / "certificates"

    @property
    def cache(self) -> Path:
        return Path(self.environment["XDG_CACHE_HOME"]) / "nestproof"

    def edit(self, old: str, new: str, file: str = "models/lazy.py") -> None:
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, message: str = "change") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "verifier", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None) -> Ran:
        return ran(arguments, cwd or self.folder, self.environment)

    def gate(self, *arguments: str) -> Ran:
        return self.run("gate", *arguments)


def environment_in(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **kept,
        "PYTHONPATH": str(HOME),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }


@pytest.fixture(scope="session")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template in a repository whose main branch has its evidence.

    Its circuits are stored, as they are where a gate has run before: a test that changes the models
    has those of the base. No earlier results are.
    """
    folder = tmp_path_factory.mktemp("gated")
    project = Project(folder / "lazy", environment_in(folder))
    shutil.copytree(TEMPLATE, project.folder, ignore=shutil.ignore_patterns("__pycache__"))
    project.git("init", "--quiet", "--initial-branch=main")
    accepted = project.gate("--accept")
    assert accepted.code == 0, accepted.err
    shutil.rmtree(project.cache)
    project.commit()
    return folder


@pytest.fixture(scope="session")
def branched(gated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it, on a branch of its own."""
    folder = tmp_path_factory.mktemp("branched")
    copied(gated, folder).git("checkout", "--quiet", "-b", "topic")
    return folder


@pytest.fixture
def project(branched: Path, tmp_path: Path) -> Project:
    """A copy of that."""
    return copied(branched, tmp_path)


def copied(folder: Path, to: Path) -> Project:
    """A project with its cache, in another folder."""
    shutil.copytree(folder, to, dirs_exist_ok=True, symlinks=True)
    return Project(to / "lazy", environment_in(to))
