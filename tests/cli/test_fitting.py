"""Lines on a narrow terminal go on between words, and lose nothing."""

from pathlib import Path

import click
import pytest

from verifier.cli import nestproof
from verifier.cli.fitting import fitted

RED, END = "\x1b[31m", "\x1b[0m"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 0, ["one two three"]),
        ("one two three", 13, ["one two three"]),
        ("one two three", 12, ["one two", "    three"]),
        ("  one two three four", 11, ["  one two", "     three", "     four"]),
        ("one    two", 6, ["one", "   two"]),
        ("one two   ", 7, ["one two   "]),
        ("unbreakable word", 5, ["unbreakable", "  word"]),
        ("  unbreakable", 5, ["  unbreakable"]),
        (f"{RED}one two{END} three", 7, [f"{RED}one two{END}", "   three"]),
        (f"one {RED}two three{END}", 7, [f"one {RED}two", f"   three{END}"]),
        ("    " * 10, 5, ["    " * 10]),
        ("", 5, [""]),
    ],
)
def test_a_line_goes_on_between_words(text: str, width: int, lines: list[str]) -> None:
    assert fitted(text, width).split("\n") == lines


@pytest.mark.parametrize("width", range(1, 40))
def test_nothing_but_blanks_is_lost_and_only_a_word_is_too_long(width: int) -> None:
    text = "  use.by=Q  models/duo.py:61  here  there is (drop `assume(to != cpu.running)`)"
    lines = fitted(text, width).split("\n")
    assert "\n".join(lines).split() == text.split()
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        "show lazy/broken/isolation --plain",
        "mutate lazy/fixed --function use_fpu --all",
        "diff lazy/fixed lazy/broken",
    ],
)
def test_what_a_narrow_terminal_shows_is_in_its_width(
    arguments: str,
    example: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(example)

    def printed(columns: int) -> list[str]:
        monkeypatch.setattr("verifier.cli.fitting.columns", lambda: columns)
        with nestproof.make_context("nestproof", arguments.split()) as context:
            nestproof.invoke(context)
        return click.unstyle(capsys.readouterr().out).splitlines()

    narrow = printed(30)
    assert all(len(line) <= 30 or len(line.split()) == 1 for line in narrow)
    assert max(map(len, printed(0))) > 30
