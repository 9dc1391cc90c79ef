"""Mistakes on purpose in the bundled models, each with an execution that violates a property.

Their executions were found by bounded model checking, of every mutant of `verifier.mutation` that
negates a condition or makes it always true, or drops an assignment to a field, and that violates
a property within 16 steps.
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
DROP = "drop"
INSTEAD = {"negate": "(not ({was}))", "take always": "(True{lines})", DROP: "pass{lines}"}


@dataclass(frozen=True)
class Mutant:
    """A condition in a function that is negated, or always true, or an assignment that is left out.

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
        wrong_part = self._same(definition(ast.parse("".join(lines)), code))[self.nth]
        mutated = _replaced(lines, wrong_part, INSTEAD[self.what])
        known = linecache.cache[code.co_filename]
        _show(code.co_filename, mutated)
        wrong = recompiled(ast.parse("".join(mutated)), code)
        try:
            for function in functions:
                function.__code__ = wrong
            yield wrong_part.lineno
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
            and self._is_in(each.__code__)
        ]
        return [each for each in found if each.__code__ == found[0].__code__]

    def _is_in(self, code: CodeType) -> bool:
        tree = ast.parse("".join(linecache.getlines(code.co_filename)))
        try:
            return len(self._same(definition(tree, code))) > self.nth
        except StopIteration:
            return False

    def _same(self, function: ast.FunctionDef) -> list[ast.expr | ast.stmt]:
        """The function's conditions or assignments with this text."""
        parts: list[ast.expr | ast.stmt] = [
            part
            for node in ast.walk(function)
            for part in ([node] if self.what == DROP else _condition(node))
            if isinstance(part, ast.expr | ast.Assign | ast.AugAssign)
        ]
        return [part for part in parts if ast.unparse(part) == self.was]

    @property
    def field(self) -> str:
        """The name of the field to which a value is not assigned."""
        [assignment] = ast.parse(self.was).body
        assert isinstance(assignment, ast.Assign)
        target = assignment.targets[0]
        while isinstance(target, ast.Subscript):
            target = target.value
        assert isinstance(target, ast.Attribute)
        return target.attr

    def execution(self, catalogue: Catalogue) -> Execution | Stopped:
        """The execution that violates the property, if the models still have it."""
        system = catalogue.system(self.system)
        run = Run(self.start, tuple((step, choices) for step, choices in self.moves))
        return execution_of_run(system, catalogue.properties_of(system), run)


def _condition(node: ast.AST) -> list[ast.expr]:
    return [node.test] if isinstance(node, ast.If | ast.IfExp) else []


def _replaced(lines: list[str], node: ast.expr | ast.stmt, text: str) -> list[str]:
    """A file's lines with another text in a place, and as many lines."""
    whole = "".join(lines).encode()
    starts = [0]
    for each in lines:
        starts.append(starts[-1] + len(each.encode()))
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    first = starts[node.lineno - 1] + node.col_offset
    last = starts[node.end_lineno - 1] + node.end_col_offset
    was = whole[first:last].decode()
    instead = text.format(was=was, lines=was.count("\n") * "\n")
    return (whole[:first].decode() + instead + whole[last:].decode()).splitlines(keepends=True)


def _show(file: str, lines: list[str]) -> None:
    linecache.cache[file] = (len("".join(lines)), None, lines, file)
    forget()


def recorded() -> list[Mutant]:
    return [Mutant(**each) for each in json.loads(FILE.read_text())]
