"""A project's pages about what was found, `docs/findings/*.md`; each names its pairs at the top."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

FOLDER = Path("docs", "findings")
LABEL = "Pairs: "
TOP = 40
"""Lines among which the paragraph is that names a page's pairs."""


def pairs_of(page: Path) -> tuple[str, ...]:
    """The pairs that a page says it is about."""
    with page.open(encoding="utf-8", errors="replace") as lines:
        paragraphs = "".join(islice(lines, TOP)).split("\n\n")
    told = next((each for each in paragraphs if each.startswith(LABEL)), LABEL)
    names = (name.strip("` \n") for name in told.removeprefix(LABEL).split(","))
    return tuple(filter(None, names))


def finding_of(root: Path, pair: str) -> str:
    """The page about a pair, from the project's folder on; empty where there is none."""
    pages = (page for page in sorted((root / FOLDER).glob("*.md")) if page.is_file())
    found = next((page for page in pages if pair in pairs_of(page)), None)
    return found.relative_to(root).as_posix() if found is not None else ""
