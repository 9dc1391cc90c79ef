"""The project that a command is used in."""

from __future__ import annotations

from pathlib import Path

from verifier.cli.errors import print_message
from verifier.language.packages import bundled_root
from verifier.project.root import project_above


def project_here() -> Path:
    """The project's folder; outside of any, that of the bundled catalogue, and a warning."""
    root = project_above(Path.cwd())
    if root is None:
        print_message("warning", "no project here: using the bundled catalogue")
    return root or bundled_root()
