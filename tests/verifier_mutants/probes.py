"""Marks of what has run, in a file that all processes of a test share.

Coverage by a tracer would miss what runs while a model does, which the verifier itself traces then,
and what workers do that are killed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

Block = tuple[str, int]
"""A list of statements in a function: its file, and the line at which it begins."""

MODULE = "verifier.marks"
TEXT = '''"""One byte for each block, which is 1 where it has run."""
import mmap
with open({file!r}, "r+b") as file:
    MARKS = mmap.mmap(file.fileno(), 0)
'''


def instrument(root: Path, files: Sequence[str], marks: Path) -> list[Block]:
    """Make blocks mark that they run, in one byte each of a file; returns whose byte is whose."""
    found: list[Block] = []
    for name in files:
        tree = ast.parse((root / name).read_text())
        for body in list(_blocks(tree)):
            block = name, body[0].lineno
            _insert(body, f"_marks[{len(found)}] = 1")
            found.append(block)
        _insert(tree.body, f"from {MODULE} import MARKS as _marks")
        (root / name).write_text(ast.unparse(ast.fix_missing_locations(tree)))
    marks.write_bytes(bytes(max(len(found), 1)))
    path = root.joinpath(*MODULE.split(".")).with_suffix(".py")
    path.write_text(TEXT.format(file=str(marks)))
    return found


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Every list of statements inside of a compound one that is not a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            continue
        for field in ("body", "orelse", "finalbody"):
            value = getattr(node, field, None)
            if isinstance(value, list) and value:
                yield value


def _insert(body: list[ast.stmt], statement: str) -> None:
    """Insert a statement where others may be: below a docstring and `from __future__`."""
    place = 0
    for each in body:
        has_text = isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        if not (has_text or (isinstance(each, ast.ImportFrom) and each.module == "__future__")):
            break
        place += 1
    body[place:place] = ast.parse(statement).body
