"""Which way the code's own decisions went, and what if one of them had gone the other way.

A decision is the condition of an `if`, or a bool that is returned. A function that makes some is
run as a twin that reports each of them before it acts on it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType
from typing import Any, cast

from verifier.language.citations import Abstraction, Section
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.functions import ModelFunction
from verifier.language.source_text import definition
from verifier.language.tracing.quotation import Quoting

READS, DECIDED = "__reads__", "__decided__"
"""The names under which a twin reports; no model can have them, as they are not its globals."""


@dataclass(frozen=True)
class Decision:
    """A condition or a returned bool, where it is, which way it went, and what it looked at.

    `given` are the assignments before it of the local names that it reads. `depth` counts the
    model functions that were running.
    """

    function: ModelFunction
    test: str
    given: tuple[str, ...]
    line: int
    taken: bool
    returned: bool
    depth: int
    reads: frozenset[str]

    def is_same_as(self, other: Decision) -> bool:
        """Whether it is the same place, whichever way it went."""
        return (self.function, self.line, self.test) == (other.function, other.line, other.test)


class Decisions:
    """What a run has decided so far; the one at the place `turned` goes the other way."""

    def __init__(self, run: ConcreteRun, turned: int | None) -> None:
        self.run = run
        self.turned = turned
        self.made: list[Decision] = []

    def body(self, function: ModelFunction) -> Callable[..., Any]:
        """The function's body, or a twin that reports its decisions."""
        body = cast("FunctionType", function.body)
        code = _twin(function) if _is_code(function) and body.__closure__ is None else None
        if code is None:
            return body

        def decided(
            since: int, value: Any, line: int, test: str, given: tuple[str, ...], returned: bool
        ) -> Any:
            reads = frozenset(path for _, path, _ in self.run.recent[since:])
            if type(value) is not bool or not (returned or reads):
                return value  # a condition that looks at nothing that can change decides nothing
            return self._decided(
                Decision(function, test, given, line, value, returned, self.run.depth, reads)
            )

        names = {READS: lambda: len(self.run.recent), DECIDED: decided}
        twin = FunctionType(code, body.__globals__ | names, code.co_name, body.__defaults__)
        twin.__kwdefaults__ = body.__kwdefaults__
        return twin

    def _decided(self, decision: Decision) -> bool:
        turn = self.turned == len(self.made)
        self.made.append(decision)
        return decision.taken is not turn


@contextmanager
def deciding(run: ConcreteRun, turned: int | None = None) -> Iterator[list[Decision]]:
    """Note the decisions of the steps that are taken meanwhile, and turn one of them."""
    decisions = Decisions(run, turned)
    run.decisions, run.watching = decisions, True
    run.recent.clear()
    try:
        yield decisions.made
    finally:
        run.decisions, run.watching = None, False


def _is_code(function: ModelFunction) -> bool:
    """Whether it stands for code that could be written otherwise, not for hardware."""
    rule = isinstance(function.citation, Section | Abstraction)
    return not function.observes and not rule


@cache
def _twin(function: ModelFunction) -> CodeType | None:
    """The code that reports; None where there is nothing to report."""
    code = function.body.__code__
    node = deepcopy(definition(code))
    if not isinstance(node, ast.FunctionDef):
        return None
    node.decorator_list = []
    reporting = _Reporting(Quoting(node))
    module = ast.Module([reporting.visit(node)], [])
    if not reporting.found:
        return None
    compiled = compile(
        ast.fix_missing_locations(module), code.co_filename, "exec", dont_inherit=True, optimize=0
    )
    return next(part for part in compiled.co_consts if isinstance(part, CodeType))


class _Reporting(ast.NodeTransformer):
    """Puts a report around each condition and each returned value."""

    def __init__(self, quoting: Quoting) -> None:
        self.quoting = quoting
        self.found = False

    def visit_If(self, node: ast.If) -> ast.If:
        node.test = self._reported(node.test, returned=False)
        self.generic_visit(node)
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        if node.value is not None:
            node.value = self._reported(node.value, returned=True)
        return node

    def _reported(self, value: ast.expr, returned: bool) -> ast.expr:
        self.found = True
        reads = ast.Call(ast.Name(READS, ast.Load()), [], [])
        quoted = self.quoting.quoted(value)
        about: list[Any] = [value.lineno, quoted.text, quoted.given, returned]
        given = [reads, value, *map(ast.Constant, about)]
        call = ast.Call(ast.Name(DECIDED, ast.Load()), given, [])
        return ast.copy_location(call, value)
