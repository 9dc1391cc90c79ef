"""The text of a function, found from its code."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterator
from types import CodeType

from verifier.language.errors import ModelError, Place
from verifier.language.instrumented import instrumented
from verifier.language.text_nodes import parts_of
from verifier.language.texts import remembered

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def definition(code: CodeType) -> Definition:
    """The text of a function; a ModelError where it is not the text of the code that runs."""
    place = Place(code.co_filename, code.co_firstlineno)
    found = _definitions(code.co_filename).get((code.co_firstlineno, code.co_name), [])
    if not found:
        what = f"the text of `{code.co_name}` is not available"
        raise ModelError(what, place, "write model functions in a file")
    if len(found) > 1:
        what = f"{len(found)} functions called `{code.co_name}` begin in one line"
        raise ModelError(what, place, "give each a line of its own")
    return found[0]


def names_around(code: CodeType) -> set[str]:
    """What functions and classes around a definition bind: its annotations as texts mean none."""
    inner = definition(code)
    found: set[str] = set()
    for node in parts_of(_tree(code.co_filename)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node is not inner:
            if any(part is inner for part in parts_of(node)):
                found |= bound_names(node)
    return found


def test_at(place: Place) -> str:
    """The text of the `assert` or `if` whose test is at a line; empty without one."""
    for node in parts_of(_tree(place.file)):
        if isinstance(node, ast.Assert | ast.If) and node.test.lineno == place.line:
            word = "assert" if isinstance(node, ast.Assert) else "if"
            return f"{word} {ast.unparse(node.test)}"
    return ""


def is_as_written(code: CodeType) -> bool:
    """Whether the text of the file, as it is now, compiles to this code.

    Assertions that pytest has rewritten count as they were written.
    """
    names = (*code.co_varnames, *code.co_names)
    rewritten = any(n.startswith("@py_") for n in names) and is_rewritten(code.co_filename)
    return rewritten or code in _codes(code.co_filename)


def is_rewritten(file: str) -> bool:
    """Whether pytest has loaded a file, with other assertions than it has."""
    if "_pytest.assertion.rewrite" not in sys.modules:
        return False
    pytest = sys.modules.get("_pytest.assertion.rewrite")
    here = [m for m in list(sys.modules.values()) if getattr(m, "__file__", None) == file]
    return any(pytest and isinstance(m.__loader__, pytest.AssertionRewritingHook) for m in here)


@remembered
def _tree(file: str) -> ast.Module:
    return ast.parse("".join(linecache.getlines(file)))


@remembered
def _definitions(file: str) -> dict[tuple[int, str], list[Definition]]:
    """A file's functions by first line, decorators included, and name."""
    found: dict[tuple[int, str], list[Definition]] = {}
    for node in parts_of(_tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
            found.setdefault((first, node.name), []).append(node)
        elif isinstance(node, ast.Lambda):
            found.setdefault((node.lineno, "<lambda>"), []).append(node)
    return found


@remembered
def _codes(file: str) -> frozenset[CodeType]:
    """The code of each function of a file, as its text compiles."""
    tree = ast.parse("".join(linecache.getlines(file)), file)
    if _is_given(file):
        return frozenset(codes_within(instrumented(tree, file)[0]))
    return frozenset(codes_within(compile(tree, file, "exec", dont_inherit=True, optimize=0)))


def codes_within(code: CodeType) -> Iterator[CodeType]:
    """The code of the functions that are written inside another."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield part
            yield from codes_within(part)


def _is_given(file: str) -> bool:
    """Whether a file is a model's, which gives its text to Python's cache of lines."""
    held = linecache.cache.get(file)
    return held is not None and len(held) == 4 and held[1] is None


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = (*COMPREHENSIONS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
"""Texts with names of their own."""


NAMED = (ast.FunctionDef, ast.ClassDef, ast.MatchAs, ast.MatchStar)
"""What binds a name that it has as `name`."""


def bound_names(scope: ast.AST) -> set[str]:
    """The names that a function, lambda or comprehension binds, but for those inside it."""
    found = set()
    pending = list(ast.iter_child_nodes(scope))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, NAMED) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
        if isinstance(node, SCOPES):
            found |= _assigned_by_comprehensions(node)
        else:
            pending += ast.iter_child_nodes(node)
    return found


def _assigned_by_comprehensions(scope: ast.AST) -> set[str]:
    """What `:=` in a comprehension binds: a name of the function around it."""
    if not isinstance(scope, COMPREHENSIONS):
        return set()
    targets = [each.target for each in parts_of(scope) if isinstance(each, ast.NamedExpr)]
    return {target.id for target in targets if isinstance(target, ast.Name)}
