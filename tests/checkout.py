"""What makes a folder a checkout of nestproof: its modules are those of the package nestproof."""

from pathlib import Path

from verifier.language.packages import BUNDLED, PARTS


def expose(root: Path) -> None:
    """Make the package expose a project's models and properties."""
    (root / BUNDLED).mkdir()
    for part in PARTS:
        (root / BUNDLED / part).symlink_to(f"../{part}")
