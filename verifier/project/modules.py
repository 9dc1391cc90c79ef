"""The modules of a project: all that are under models/ and properties/."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

from verifier.language.errors import ModelError, Place, blaming, within_project
from verifier.language.packages import below, package_at
from verifier.project.sources import python_files

IMPORT_SECONDS = 20.0
IMPORTS = "what a module of models or properties imports must be there, and only define things"


def modules_under(root: Path, name: str) -> Iterator[ModuleType]:
    """Import every module under models/ or properties/ of a project, private ones included."""
    folder = root / name
    for file in python_files(folder):
        parts = file.relative_to(folder).with_suffix("").parts
        if file.is_dir() or any(part.startswith(".") for part in parts):
            continue
        if parts == ("__init__",):
            _refuse_contents(root, file)
            continue
        if any(part.startswith("_") and part != "__init__" for part in parts):
            if not _is_python(file):
                continue  # a private file is loaded for what it may define, which is nothing
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if not file.is_file():
            what = "not a plain file" if file.exists() else "a link to nothing"
            raise _not_imported(root, file, f": it is {what}", "remove it, or write it again")
        if any("." in part for part in parts) or file.suffix != ".py":
            help = "a module is a file whose name ends in `.py` and has no other dot"
            raise _not_imported(root, file, "", help)
        dotted = ".".join((below(package_at(root), name), *parts))
        blamed = blaming(f"module `{dotted}`", IMPORT_SECONDS, IMPORTS, str(file))
        with blamed, redirect_stdout(sys.stderr):
            module = importlib.import_module(dotted)
        instead = getattr(module, "__file__", None)
        if instead is None or Path(instead).resolve() != file.resolve():
            read = within_project(instead) if instead else "a folder"
            why = f": `{dotted}` is `{read}`"
            raise _not_imported(root, file, why, "give one of the two another name")
        yield module


def _not_imported(root: Path, file: Path, why: str, help: str) -> ModelError:
    return ModelError(
        f"`{file.relative_to(root)}` cannot be imported{why}", Place(str(file), 1), help
    )


def is_private(module: ModuleType) -> bool:
    """Whether nothing is looked for in a module, by its name."""
    return any(part.startswith("_") for part in module.__name__.split("."))


def _is_python(file: Path) -> bool:
    try:
        ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _refuse_contents(root: Path, file: Path) -> None:
    """Refuse a package's own module that has more than a docstring: nothing is looked for there."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            raise ModelError(
                f"`{file.relative_to(root)}` has more than a docstring",
                Place(str(file), node.lineno),
                "put it into a module: systems and properties are not looked for there",
            )
