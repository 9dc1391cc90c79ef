"""The packages of models and properties: a project's own, and those that come with nestproof.

One name for each module: the bundled ones are `nestproof.models.*` and `nestproof.properties.*`
wherever they are (docs/decisions/0027-one-import-name.md).
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

PARTS = ("models", "properties")
"""The folders of a project, and the packages of its own modules."""
BUNDLED = "nestproof"
"""The package of the models and properties that come with nestproof."""
LINKS = tuple(f"{BUNDLED}/{part}" for part in PARTS)
"""Where they lead to the parts of a folder, its modules are those of that package."""
HOME = Path(__file__).parent.parent.parent
"""The folder that has the package `verifier`, and beside it the bundled one."""


def bundled_root() -> Path:
    """The folder that holds the catalogue shipped with nestproof: in a checkout, its top."""
    installed = HOME / BUNDLED
    folder = installed / PARTS[0]
    return installed if folder.is_dir() and not folder.is_symlink() else HOME


def part_of(module: str) -> str:
    """`models` or `properties`, where a module is one of these or in it; else an empty text."""
    names = module.removeprefix(f"{BUNDLED}.").split(".")
    return names[0] if names[0] in PARTS else ""


def is_bundled(module: str) -> bool:
    """Whether a module is one that comes with nestproof, by its name."""
    return module == BUNDLED or (module.startswith(f"{BUNDLED}.") and bool(part_of(module)))


def below(package: str, part: str) -> str:
    """The name of a part in a package, which is empty for a project's own."""
    return f"{package}.{part}" if package else part


def package_at(root: Path | str) -> str:
    """The package of the modules in a project's folder: empty for a project's own.

    It is nestproof for the bundled ones, and wherever a link exposes the folder's parts as those of
    that package, as in each checkout of nestproof.
    """
    return _package_at(os.fspath(root))


def file_name(root: Path | str, inside: str) -> str:
    """How evidence names a file of a project, by its path in the project."""
    is_part = inside.partition("/")[0] in PARTS
    return "/".join(filter(None, (package_at(root) if is_part else "", inside)))


@lru_cache(maxsize=1024)
def _package_at(root: str) -> str:
    plainly = os.path.join(HOME, BUNDLED)  # what plain Python calls the folder of a checkout
    if root in (plainly, os.fspath(bundled_root())):
        return BUNDLED
    exposed = (
        os.path.islink(f"{root}/{link}")
        and os.path.realpath(f"{root}/{link}") == os.path.realpath(f"{root}/{part}")
        for link, part in zip(LINKS, PARTS, strict=True)
    )
    return BUNDLED if all(exposed) else ""
