"""The walkthroughs quote what is really shown."""

import re
from pathlib import Path

import pytest

import verifier
from tests.viewer.conftest import saved
from tests.viewer.picture import picture
from verifier.viewer.markup import rendered
from verifier.viewer.text import trace_lines

DOCS = Path(verifier.__file__).parent.parent / "docs"
PAGES = DOCS / "walkthroughs"


@pytest.mark.parametrize("version", ["v3.1", "v3.13", "v3.14"])
def test_every_quoted_line_is_shown(version: str) -> None:
    page = (PAGES / f"kvm-nvmx-{version}.md").read_text()
    quoted = "\n".join(re.findall(r"^```\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    shown = {text.strip() for text in rendered(trace_lines(saved(version)))}
    assert quoted
    assert {text.strip() for text in quoted.splitlines() if text.strip()} <= shown


def test_the_readme_s_picture_is_the_screen() -> None:
    assert (DOCS / "screen.svg").read_text() == picture(), "make it with `make picture`"


@pytest.mark.parametrize("version", ["v3.1", "v3.13", "v3.14"])
def test_every_field_and_choice_that_is_named_occurs(version: str) -> None:
    page = (PAGES / f"kvm-nvmx-{version}.md").read_text()
    shown = "\n".join(rendered(trace_lines(saved(version), everything=True)))
    for name in re.findall(r"`([a-z_.0-9]+=\d|vcpu\.[\w.]+|\w+\(\))`", page):
        assert name in shown
