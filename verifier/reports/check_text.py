"""Results as people and programs read them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click
import msgspec

from verifier.check.result import Result
from verifier.engines.contract import ENGINES
from verifier.evidence.certificates import Certificate
from verifier.evidence.verdicts import Verdict
from verifier.language.errors import ModelError
from verifier.language.plain_values import plural
from verifier.project.catalogue import Pair
from verifier.viewer.claims import length_of

COLOURS = {
    Verdict.PROVED: "green",
    Verdict.VIOLATED: "red",
    Verdict.VACUOUS: "magenta",
    Verdict.UNKNOWN: "yellow",
}


PROVING = "try --engine pdr --timeout 300"

WIDTH = 38
"""Of the column with the pairs, where none is longer."""
WIDEST = 45
"""Of it where some are longer than this: these stick out."""


HOW = 32
"""Of the column with how it was decided."""


def refusals(results: Iterable[Result]) -> list[ModelError]:
    """Why systems are ill-formed; a line that several systems run is named once."""
    found: dict[str, ModelError] = {}
    for result in results:
        if result.error is not None:
            found.setdefault(str(result.error.place or result.error), result.error)
    return list(found.values())


def lines(result: Result, expected: str | None, width: int = 0, columns: int = 0) -> str:
    """A result in one line, and what to do next in another; `width` is that of the longest pair.

    Of a terminal with so many `columns` what does not fit goes below the pair.
    """
    pair = str(result.pair)
    colour = "yellow" if result.code(expected) == 0 else COLOURS[result.verdict]
    colour = "green" if result.verdict is Verdict.PROVED else colour
    verdict = click.style(f"{result.verdict:<9}", fg=colour, bold=True)
    named = f"{pair:<{min(max(width, WIDTH), WIDEST)}}"
    how, against = _how(result), _against(result, expected)
    after = f"{how:<{HOW}}  {against}".rstrip()
    before = f"{verdict}  {named}"
    fits = not columns or len(click.unstyle(f"{before}  {after}")) <= columns
    below = f"\n{' ' * 11}{how}  {against}".rstrip()
    line = f"{before}  {after}" if fits else f"{before.rstrip()}{below}"
    if result.verdict is Verdict.VIOLATED:
        line += f"\n           see it: nestproof show {pair}"
    if result.reason and result.error is None:
        line += f"\n           {result.reason}{_hint(result)}"
    return line


def undecided_line(system: str, pairs: int) -> str:
    """The pairs of a system that is ill-formed, in one line; the error follows where all end."""
    verdict = click.style(f"{Verdict.UNKNOWN:<9}", fg=COLOURS[Verdict.UNKNOWN], bold=True)
    return f"{verdict}  {system:<{WIDTH}}  ill-formed, {plural(pairs, 'pair')}"


def columns() -> int:
    """How many the terminal has that shows results; 0 where none does."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def _hint(result: Result) -> str:
    """What to try where the engine cannot prove what it has not refuted."""
    bounded = result.engine in ENGINES and not ENGINES[result.engine].proves
    return f"; {PROVING}" if bounded and result.verdict is Verdict.UNKNOWN else ""


def _how(result: Result) -> str:
    if result.verdict is Verdict.UNKNOWN:
        return f"{result.engine}, {result.seconds:.1f} s"
    if isinstance(result.evidence, Certificate):
        what = plural(len(result.evidence.lemmas), "lemma")
        if result.evidence.induction:
            what += f", induction {result.evidence.induction}"
    elif result.evidence is not None:
        known = result.good_steps if result.verdict is Verdict.VIOLATED else result.depth
        what = length_of(result.depth, known)
    else:
        what = "all found"
    return f"{result.engine}, {what}, {result.seconds:.1f} s, audited"


def _against(result: Result, expected: str | None) -> str:
    if expected is None or result.verdict is Verdict.UNKNOWN:
        return ""
    if result.verdict == expected:
        return "" if expected == Verdict.PROVED else "expected"
    return click.style(f"expected {expected}", fg="red", bold=True)


def document(
    results: Sequence[Result], expected: Mapping[Pair, str], saved: Mapping[Pair, Path]
) -> bytes:
    """The results as one JSON document."""
    rows = [row_of(each, expected.get(each.pair), saved.get(each.pair)) for each in results]
    return msgspec.json.format(msgspec.json.encode({"schema": 1, "results": rows}), indent=1)


def row_of(result: Result, expected: str | None, file: Path | None) -> dict[str, object]:
    """A result as documents have it; `file` is where its evidence is."""
    return {
        "pair": str(result.pair),
        "system": result.system,
        "property": result.property,
        "verdict": result.verdict,
        "expected": expected,
        "engine": result.engine,
        "depth": result.depth,
        "shortest": result.is_shortest() if result.verdict is Verdict.VIOLATED else None,
        "good_steps": result.good_steps if result.verdict is Verdict.VIOLATED else None,
        "seconds": round(result.seconds, 3),
        "audited": result.verdict is not Verdict.UNKNOWN,
        "evidence": None if file is None else str(file),
        "reason": result.reason,
    }
