"""Mistakes on purpose in conditions of the bundled models, each with an execution that it violates.

Their executions were found by bounded model checking, of every mutant of `verifier.mutation` that
negates a condition or makes it always true, and that violates a property within 16 steps.
"""

from __future__ import annotations

import ast
import gc
import json
import linecache
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from verifier.evidence.bundle import Run
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Execution, Stopped
from verifier.language.texts import forget
from verifier.mutation.functions_run import definition, recompiled
from verifier.project.catalogue import Catalogue

FILE = Path(__file__).parent / "mutants.json"


@dataclass(frozen=True)
class Mutant:
    """A condition in a function that is negated, or always true, and an execution.

    It `was` this text, the `nth` with it in the function, from 0; `function` is its qualified name.
    """

    system: str
    goal: str
    file: str
    function: str
    what: str
    was: str
    nth: int
    start: dict[str, Any]
    moves: list[tuple[str, dict[str, Any]]]

    @contextmanager
    def in_place(self) -> Iterator[int]:
        """The function with the mistake, in its text, too, on the line that is given."""
        functions = self._functions()
        if not functions:
            raise LookupError(f"`{self.function}` is not there any more")
        code: CodeType = functions[0].__code__
        lines = linecache.getlines(code.co_filename)
        test = self._same(ast.parse("".join(lines)), code)[self.nth]
        mutated = _replaced(lines, test, "True" if self.what == "take always" else None)
        known = linecache.cache[code.co_filename]
        _show(code.co_filename, mutated)
        wrong = recompiled(ast.parse("".join(mutated)), code)
        try:
            for function in functions:
                function.__code__ = wrong
            yield test.lineno
        finally:
            for function in functions:
                function.__code__ = code
            linecache.cache[code.co_filename] = known
            forget()

    def _functions(self) -> list[FunctionType]:
        found = [
            each
            for each in gc.get_objects()
            if type(each) is FunctionType
            and each.__code__.co_qualname == self.function
            and each.__code__.co_filename.endswith(f"/{self.file}")
            and any(self.was in text for text in _tests(each.__code__))
        ]
        return [each for each in found if each.__code__ == found[0].__code__]

    def _same(self, tree: ast.Module, code: CodeType) -> list[ast.expr]:
        """The function's conditions with this text."""
        return [
            node.test
            for node in ast.walk(definition(tree, code))
            if isinstance(node, ast.If | ast.IfExp) and ast.unparse(node.test) == self.was
        ]

    def execution(self, catalogue: Catalogue) -> Execution | Stopped:
        """The execution that violates the property, if the models still have it."""
        system = catalogue.system(self.system)
        run = Run(self.start, tuple((step, choices) for step, choices in self.moves))
        return execution_of_run(system, catalogue.properties_of(system), run)


def _tests(code: CodeType) -> Iterator[str]:
    tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    try:
        node = definition(tree, code)
    except StopIteration:
        return
    for each in ast.walk(node):
        if isinstance(each, ast.If | ast.IfExp):
            yield ast.unparse(each.test)


def _replaced(lines: list[str], node: ast.expr, text: str | None) -> list[str]:
    """A file's lines with another expression in a place, negated without a text; as many lines."""
    whole = "".join(lines).encode()
    starts = [0]
    for each in lines:
        starts.append(starts[-1] + len(each.encode()))
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    first = starts[node.lineno - 1] + node.col_offset
    last = starts[node.end_lineno - 1] + node.end_col_offset
    was = whole[first:last].decode()
    instead = f"(not ({was}))" if text is None else f"({text}{was.count(chr(10)) * chr(10)})"
    return (whole[:first].decode() + instead + whole[last:].decode()).splitlines(keepends=True)


def _show(file: str, lines: list[str]) -> None:
    linecache.cache[file] = (len("".join(lines)), None, lines, file)
    forget()


def recorded() -> list[Mutant]:
    return [Mutant(**each) for each in json.loads(FILE.read_text())]
