"""Fetches a stock kernel by the package manager of Debian: the newest of a series."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from verifier.lab.running import Incomplete

SECONDS = 300.0
HELP = "on Debian: apt-get update; of a newer series, add Debian's backports"


def newest(series: str, names: Sequence[str]) -> str | None:
    """The newest cloud kernel of a series among packages."""
    pattern = re.compile(rf"linux-image-{re.escape(series)}\.[0-9.+a-z-]*-?cloud-amd64")
    found = [name for name in names if pattern.fullmatch(name)]
    return max(found, key=_numbers, default=None)


def _numbers(name: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", name)]


def fetch_kernel(series: str, folder: Path) -> Path:
    """The package with the newest kernel of a series, in a folder; raises Incomplete."""
    listed = _ran(["apt-cache", "pkgnames", f"linux-image-{series}."], folder)
    name = newest(series, listed.split())
    if name is None:
        raise Incomplete(f"apt knows no cloud kernel of the series {series}", help=HELP)
    _ran(["apt-get", "--quiet", "download", name], folder)
    files = sorted(folder.glob(f"{name}_*.deb"), key=lambda file: file.stat().st_mtime)
    if not files:
        raise Incomplete(f"apt has not written a package `{name}`", help=HELP)
    return files[-1]


def _ran(command: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Incomplete(f"`{command[0]}` cannot be run here", help=HELP) from None
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise Incomplete(f"`{' '.join(command)}` failed: {why[0]}", help=HELP)
    return done.stdout
