"""Which way a model's conditions went, for people who read traces."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

from verifier.language.errors import is_model_file
from verifier.language.texts import remembered
from verifier.language.tracing import tracing

if TYPE_CHECKING:
    from verifier.language.concrete import ConcreteRun


@dataclass(frozen=True)
class Branch:
    """A condition, whether it held, its line, and the fields that it names."""

    test: str
    taken: bool
    line: int
    reads: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class _Condition:
    """The lines of an `if`'s test and of its body."""

    text: str
    first: int
    last: int
    body: range


@dataclass(frozen=True)
class _Conditions:
    tests: dict[int, _Condition]
    cases: dict[int, str]


@remembered
def _conditions(file: str) -> _Conditions:
    """Every `if` by the first line of its test, every `case` by the first line of its body."""
    tests, cases = {}, {}
    source = "".join(linecache.getlines(file))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.If):
            last = node.test.end_lineno or node.test.lineno
            body = range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
            tests[node.test.lineno] = _Condition(
                ast.unparse(node.test), node.test.lineno, last, body
            )
        elif isinstance(node, ast.match_case):
            cases[node.body[0].lineno] = f"case {ast.unparse(node.pattern)}"
    return _Conditions(tests, cases)


class _Frame:
    """One running function: the condition that is being evaluated, if any."""

    def __init__(self, run: ConcreteRun, file: str) -> None:
        self.run = run
        self.depth = run.depth
        self.known = _conditions(file)
        self.open: _Condition | None = None
        self.since = 0

    def trace(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        if event == "line":
            self._settle(frame.f_lineno)
            if frame.f_lineno in self.known.cases:
                self.run.log(Branch(self.known.cases[frame.f_lineno], True, frame.f_lineno, ()))
            if self.open is None and frame.f_lineno in self.known.tests:
                self.open = self.known.tests[frame.f_lineno]
                self.since = len(self.run.recent)
        elif event == "return":
            self._settle(0)
        return self.trace

    def _settle(self, line: int) -> None:
        """The open condition is decided once a line outside its test runs."""
        test = self.open
        if test is None or test.first <= line <= test.last:
            return
        reads = {
            path: value
            for depth, path, value in self.run.recent[self.since :]
            if depth == self.depth
        }
        self.run.log(Branch(test.text, line in test.body, test.first, tuple(reads.items())))
        self.open = None


@contextmanager
def watched(run: ConcreteRun) -> Iterator[None]:
    """Log the branches that model functions take in this run."""

    def entered(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        file = frame.f_code.co_filename
        if event != "call" or not is_model_file(file):
            return None
        return _Frame(run, file).trace

    run.recent.clear()
    run.watching = True
    try:
        with tracing(entered):
            yield
    finally:
        run.watching = False
