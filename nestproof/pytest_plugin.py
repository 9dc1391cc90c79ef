"""pytest's plugin: a test for each pair of the project that pytest is run in.

Models are loaded by `nestproof` in a process of its own and never by pytest, whose imports they
would share. Nothing is loaded, and nothing collected, where the root folder is not a project. It
imports nothing of nestproof: who runs pytest may have a package `verifier` of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

FILE = "pyproject.toml"
"""The file whose tests the pairs are: that which makes a folder a project."""
PROVED, UNKNOWN = "proved", "unknown"


def pytest_configure(config: pytest.Config) -> None:
    """Collect the pairs, also where pytest is given no more than the paths of `testpaths`."""
    root = config.rootpath
    if not _is_project(root / FILE):
        return
    config.pluginmanager.register(Project(root), "nestproof-project")
    if config.args_source == pytest.Config.ArgsSource.TESTPATHS:
        config.args.append(str(root / FILE))


def _is_project(file: Path) -> bool:
    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool")
    except (OSError, ValueError):
        return False
    return isinstance(tool, dict) and "nestproof" in tool


class Project:
    """The project in the root folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """The pairs, where pytest comes to the project's file."""
        if file_path != self._root / FILE:
            return None
        return Pairs.from_parent(parent, path=file_path)


class Pairs(pytest.File):
    """All pairs of a project, with what is found of them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.found: dict[str, Mapping[str, Any] | str] = {}
        """Of each pair that is decided the result, of others why they are not."""

    def collect(self) -> Iterator[pytest.Item]:
        ran = _nestproof(self.path.parent, "list", "--json")
        if ran.returncode:
            raise self.CollectError(ran.stderr.strip())
        for system in json.loads(ran.stdout)["systems"]:
            for pair in system["pairs"]:
                name = f"{system['name']}/{pair['property']}"
                yield Pair.from_parent(self, name=name, system=system["name"])

    def result_of(self, pair: Pair) -> Mapping[str, Any] | str:
        """What is found of a pair, with the others of its system that are to be tested.

        With xdist other processes may have these: each pair is decided by itself.
        """
        if pair.name not in self.found:
            alone = hasattr(self.config, "workerinput")
            items = [pair] if alone else self.session.items
            names = [i.name for i in items if isinstance(i, Pair) and i.system == pair.system]
            jobs = ["--jobs", "1"] if alone else []
            ran = _nestproof(self.path.parent, "check", "--json", *jobs, *names)
            self.found |= dict.fromkeys(names, ran.stderr.strip())
            for each in json.loads(ran.stdout)["results"] if ran.stdout else ():
                is_known = each["verdict"] != UNKNOWN
                why = f"{each['pair']} is {UNKNOWN}: {each['reason']}\n{ran.stderr}"
                self.found[each["pair"]] = each if is_known else why.rstrip()
        return self.found[pair.name]


class Undecided(Exception):
    """Why nothing is known of a pair."""


class Unexpected(Exception):
    """What is found of a pair, and what was expected."""


class Pair(pytest.Item):
    """One pair: an error where it is not decided, a failure where it is not as expected."""

    parent: Pairs

    def __init__(self, *, system: str, **given: Any) -> None:
        super().__init__(**given)
        self.system = system
        self.result: Mapping[str, Any] = {}

    def setup(self) -> None:
        found = self.parent.result_of(self)
        if isinstance(found, str):
            raise Undecided(found)
        self.result = found

    def runtest(self) -> None:
        verdict, expected = self.result["verdict"], self.result["expected"] or PROVED
        if verdict == expected:
            return
        reason = self.result["reason"]
        what = f"{self.name} is {verdict}, expected {expected}" + f": {reason}" * bool(reason)
        if verdict == PROVED:
            raise Unexpected(what)
        shown = _nestproof(self.path.parent, "show", self.name)
        raise Unexpected(f"{what}\n\n{shown.stdout or shown.stderr}".rstrip())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, Undecided | Unexpected):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


def _nestproof(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a project, without colours."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "verifier", *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
