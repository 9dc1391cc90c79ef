"""`python -m tests.versions [PYTEST ARGUMENT ...]`: the suite with the oldest and newest packages.

For each Python that pyproject.toml allows and each resolution of its dependencies, uv makes an
environment from nothing and runs pytest in it; it uses interpreters that are installed and
downloads none. `--python` and `--resolution` choose some. Exit code: 0 all of the chosen passed, 1
some failed, 3 none failed and an interpreter is missing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
RESOLUTIONS = ("lowest-direct", "highest")
PASSED, NOT_RUN = "passed", "not run"


@dataclass(frozen=True)
class Outcome:
    """How the suite went with one Python and one resolution."""

    python: str
    resolution: str
    result: str
    """`passed`, or what failed or is missing."""
    last_line: str
    """The last line that pytest printed."""
    seconds: float


def uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run uv, without any Python that it would have to download."""
    command = [sys.executable, "-m", "uv", *arguments, "--no-python-downloads"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def interpreter(version: str) -> str | None:
    """The installed interpreter of that version, outside any environment."""
    found = uv("python", "find", "--system", version)
    return found.stdout.strip() if found.returncode == 0 else None


def tried(version: str, resolution: str, arguments: Sequence[str]) -> Outcome:
    """Make an environment and run the suite in it."""
    python = interpreter(version)
    if python is None:
        return Outcome(version, resolution, NOT_RUN, f"no Python {version} is installed", 0.0)
    begin = monotonic()
    with tempfile.TemporaryDirectory(prefix="nestproof-versions-") as folder:
        own = str(Path(folder, "bin", "python"))
        steps = (
            ("venv", "--python", python, folder),
            ("pip", "install", "--python", own, "--resolution", resolution, "-e", ".[dev]"),
            ("pip", "check", "--python", own),
        )
        for step in steps:
            made = uv(*step)
            if made.returncode != 0:
                print(made.stderr, file=sys.stderr)
                return Outcome(version, resolution, f"uv {step[0]} failed", "", monotonic() - begin)
        print(_heading(version, resolution, own), flush=True)
        code, last = _suite(own, arguments)
    result = PASSED if code == 0 else f"pytest exits with {code}"
    return Outcome(version, resolution, result, last, monotonic() - begin)


def _heading(version: str, resolution: str, python: str) -> str:
    """The Python, the resolution, and the versions of what pyproject.toml asks for."""
    packages = json.loads(uv("pip", "list", "--python", python, "--format", "json").stdout)
    listed = (ROOT / "pyproject.toml").read_text()
    named = [f"{p['name']} {p['version']}" for p in packages if f'"{p["name"]}>=' in listed]
    return f"\n## Python {version}, {resolution}: {', '.join(named)}\n"


def _suite(python: str, arguments: Sequence[str]) -> tuple[int, str]:
    """Pytest's exit code and its last line; everything that it prints is passed on."""
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    last = ""
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return running.returncode, last


def table(outcomes: Iterable[Outcome]) -> str:
    """The outcomes as a Markdown table."""
    rows = ["| Python | resolution | result | seconds | |", "|---|---|---|---|---|"]
    rows += [
        f"| {o.python} | {o.resolution} | {o.result} | {o.seconds:.0f} | {o.last_line} |"
        for o in outcomes
    ]
    return "\n".join(rows)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """1 where something failed, else 3 where something was not run, else 0."""
    results = {outcome.result for outcome in outcomes}
    if results - {PASSED, NOT_RUN}:
        return 1
    return 3 if NOT_RUN in results or not results else 0


def main(arguments: Sequence[str]) -> int:
    """Try every Python with every resolution and print the table."""
    if find_spec("uv") is None:
        print("error: uv is missing\n  help: pip install -e '.[dev]'", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(prog="python -m tests.versions", description=__doc__)
    parser.add_argument("--python", action="append", choices=PYTHONS)
    parser.add_argument("--resolution", action="append", choices=RESOLUTIONS)
    chosen, rest = parser.parse_known_args(arguments)
    outcomes = [
        tried(python, resolution, rest)
        for python in chosen.python or PYTHONS
        for resolution in chosen.resolution or RESOLUTIONS
    ]
    print(f"\n{table(outcomes)}")
    return exit_code(outcomes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
