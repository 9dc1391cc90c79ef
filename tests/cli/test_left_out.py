"""The walkthrough of an omission quotes what its commands print."""

import re
from pathlib import Path

from tests.cli.conftest import Runner

PAGE = (Path(__file__).parents[2] / "docs" / "walkthroughs" / "left-out.md").read_text()
SECONDS = re.compile(r"\d+\.\d s,")


def test_every_quoted_line_is_printed(nestproof: Runner, project: Path) -> None:
    [left_out] = re.findall(r"sed -i '/(.*)/d' models/lazy.py", PAGE)
    model = project / "models" / "lazy.py"
    kept = [text for text in model.read_text().splitlines(keepends=True) if left_out not in text]
    model.write_text("".join(kept))
    printed = ""
    for command in re.findall(r"^    nestproof ((?:check|show) .*)$", PAGE, re.MULTILINE):
        printed += nestproof(*command.split(), cwd=project).out
    quoted = "".join(re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    shown = {_without_times(text) for text in printed.splitlines()}
    assert quoted
    assert {_without_times(text) for text in quoted.splitlines() if text} <= shown


def _without_times(text: str) -> str:
    return SECONDS.sub("", text).strip()
