"""Which way a model's conditions went, for people who read traces."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from verifier.language.call_hook import tracing
from verifier.language.call_log import Branch
from verifier.language.concrete_execution import ConcreteRun, can_change
from verifier.language.errors import is_model_file
from verifier.language.probes import PROBES, Probes
from verifier.language.texts import remembered

Position = tuple[int, int]
"""A line and a column."""


@dataclass(frozen=True)
class _Part:
    """A text, and where what it leads to begins and in which line it ends."""

    text: str
    first: Position
    last: int
    inline: bool
    """Whether what it leads to begins in its own line, so that only a mark shows that it runs."""

    def is_on(self, line: int) -> bool:
        """Whether a line has some of what it leads to."""
        return self.first[0] <= line <= self.last


@dataclass(frozen=True)
class _Condition(_Part):
    """The test of an `if`, with its lines, and its body."""

    lines: range


@dataclass(frozen=True)
class _Conditions:
    tests: dict[int, _Condition]
    cases: dict[int, _Part]


@remembered
def _conditions(file: str) -> _Conditions:
    """Every `if` by the first line of its test, every `case` by the first line of its body."""
    tests, cases = {}, {}
    source = "".join(linecache.getlines(file))
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.If | ast.match_case):
            continue
        body, last = node.body[0], node.body[-1]
        first, end = (body.lineno, body.col_offset), last.end_lineno or last.lineno
        if isinstance(node, ast.If):
            lines = range(node.test.lineno, (node.test.end_lineno or node.test.lineno) + 1)
            text, inline = ast.unparse(node.test), first[0] in lines
            tests[node.test.lineno] = _Condition(text, first, end, inline, lines)
        else:
            text, inline = f"case {ast.unparse(node.pattern)}", first[0] == node.pattern.end_lineno
            cases[first[0]] = _Part(text, first, end, inline)
    return _Conditions(tests, cases)


class _Frame:
    """One running function: the condition that is being evaluated, and the case, if any."""

    def __init__(self, run: ConcreteRun, frame: FrameType) -> None:
        self.run = run
        self.depth = run.depth
        self.known = _conditions(frame.f_code.co_filename)
        self.probes: Probes | None = frame.f_builtins.get(PROBES)
        self.open: _Condition | None = None
        self.case: _Part | None = None
        self.since = self.logged = 0

    def trace(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        if event == "line":
            self._settle(frame.f_lineno)
            self._begin(frame.f_lineno)
        elif event == "return":
            self._settle(0)
        return self.trace

    def _begin(self, line: int) -> None:
        """Open the condition or the case of a line."""
        if self.case is None and line in self.known.cases:
            self.case = self.known.cases[line]
            self._clear(self.case)
            if not self.case.inline:
                self.run.log(Branch(self.case.text, True, line, ()))
        if self.open is None and line in self.known.tests:
            self.open = self.known.tests[line]
            self._clear(self.open)
            self.since = len(self.run.recent)

    def _settle(self, line: int) -> None:
        """The open condition is decided once a line outside its test runs."""
        test, case = self.open, self.case
        if case is not None and not case.is_on(line):
            if case.inline and self._ran(case):
                self.run.log(Branch(case.text, True, case.first[0], ()), self.logged)
            self.case = None
        if test is not None and line not in test.lines:
            reads = {
                path: value
                for depth, path, value in self.run.recent[self.since :]
                if depth == self.depth and can_change(value)
            }
            holds = self._ran(test) if test.inline else test.is_on(line)
            branch = Branch(test.text, holds, test.lines[0], tuple(reads.items()))
            self.run.log(branch, self.logged if test.inline else None)
            self.open = None

    def _clear(self, part: _Part) -> None:
        """Nothing has run of what a part in one line leads to."""
        if part.inline and self.probes is not None:
            self.probes.set(part.first, False)
            self.logged = self.run.logged

    def _ran(self, part: _Part) -> bool:
        return self.probes is not None and self.probes.is_set(part.first)


@contextmanager
def watched(run: ConcreteRun) -> Iterator[None]:
    """Log the branches that model functions take in this run."""

    def entered(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        if event != "call" or not is_model_file(frame.f_code.co_filename):
            return None
        return _Frame(run, frame).trace

    run.recent.clear()
    run.watching = True
    try:
        with tracing(entered):
            yield
    finally:
        run.watching = False
