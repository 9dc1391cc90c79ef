"""Loading a base apart from the working tree, which has other modules of the same names."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import verifier
from verifier.language.errors import ModelError
from verifier.language.packages import part_of

LIBRARIES = ("site-packages", "dist-packages")


def look_there(here: Path, there: Path) -> None:
    """Forget the modules of a repository, and look for them in another folder from now on."""
    for name, _ in list(_of(here)):
        del sys.modules[name]
    for number, entry in enumerate(sys.path):
        folder = Path(entry or ".").resolve()
        if _is_of(here, folder):
            sys.path[number] = str(there / folder.relative_to(here))


def require_apart(here: Path) -> None:
    """Refuse that a module of the working tree was imported, which the base does not have."""
    for name, file in _of(here):
        raise ModelError(f"`{name}` is imported from the working tree ({file.relative_to(here)})")


def _of(here: Path) -> Iterator[tuple[str, Path]]:
    """The modules of a repository that are no part of nestproof or of Python, with their files."""
    for name, module in list(sys.modules.items()):
        file = _file(module)
        if part_of(name) or file is None or not file.startswith(str(here)):
            continue
        if _is_of(here, Path(file)):
            yield name, Path(file)


def _file(module: ModuleType) -> str | None:
    """Where a module is; the folder of a package without a file."""
    given = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
    if not isinstance(given, str):
        return None
    if not os.path.isabs(given) or os.path.islink(given):
        return os.path.realpath(given)
    folder, name = os.path.split(given)
    return os.path.realpath(given) if name in ("", ".", "..") else os.path.join(_real(folder), name)


@cache
def _real(folder: str) -> str:
    """A folder without links on the way to it; a thousand modules are in few."""
    return os.path.realpath(folder)


def _is_of(here: Path, path: Path) -> bool:
    if not path.is_relative_to(here) or path.is_relative_to(Path(verifier.__file__).parent):
        return False
    prefixes = {Path(each).resolve() for each in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    python = [each for each in prefixes if each.is_relative_to(here) and each != here]
    inside = path.relative_to(here).parts
    return not any(path.is_relative_to(each) for each in python) and (
        not any(part in LIBRARIES for part in inside)
    )
