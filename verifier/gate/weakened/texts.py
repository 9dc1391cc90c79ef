"""The texts of functions without comments, formatting, decorators and documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from verifier.compiler.constant_text import function_text

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class PlacedText:
    """Where something is written, and its text."""

    file: str
    line: int
    text: str = ""


@cache
def texts(file: Path) -> Mapping[str, str]:
    """The functions of a file by name."""
    return {
        node.name: function_text(node)
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef)
    }


def by_new_names(text: str, names: Mapping[str, str]) -> str:
    """A text with its renamed words."""
    return WORD.sub(lambda found: names.get(found.group(), found.group()), text)


def called(node: ast.expr) -> str:
    """The last name of what is called, or is a decorator."""
    called = node.func if isinstance(node, ast.Call) else node
    return str(getattr(called, "id", "") or getattr(called, "attr", ""))


@cache
def tree_of(file: Path) -> ast.Module:
    """A file's tree; an empty one where it cannot be read, which is reported where it is loaded."""
    try:
        return ast.parse(file.read_bytes() if file.is_file() else b"")
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
