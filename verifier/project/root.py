"""Which folder is the project: the one whose pyproject.toml says so, else the bundled catalogue."""

from __future__ import annotations

from pathlib import Path

from verifier.language.errors import ModelError, Place
from verifier.language.packages import PARTS
from verifier.project.toml import place_of, read_toml

TABLE = "[tool.nestproof]"


def project_above(start: Path) -> Path | None:
    """The nearest folder from `start` upwards that is a project; None where none is.

    Refuses a project that lacks models/ or properties/, and a folder that has one of them but is
    not a project: something else would be checked in its place. So it does a pyproject.toml that
    cannot be read, which may be that of a project.
    """
    inside = ""
    for folder in (start, *start.parents):
        there = [part for part in PARTS if (folder / part).is_dir()]
        if _is_project(folder / "pyproject.toml"):
            for part in there:
                _refuse_file_beside(folder, part)
            missing = [part for part in PARTS if part not in there]
            if not missing:
                return folder
            raise ModelError(
                f"`{folder}` is a project by its pyproject.toml, and has no folder `{missing[0]}`",
                place_of(folder / "pyproject.toml", "nestproof", "tool"),
                "make it, or take the table `tool.nestproof` out",
            )
        if there and (folder == start or len(there) == len(PARTS) or inside in there):
            raise ModelError(
                f"`{folder}` has a folder `{there[0]}` but is not a project: no pyproject.toml "
                f"with {TABLE}",
                help=f"write {TABLE} into its pyproject.toml, or change to a folder elsewhere",
            )
        inside = folder.name
    return None


def _refuse_file_beside(folder: Path, part: str) -> None:
    """Refuse a module of the name of a folder beside it: nothing reads it."""
    file = folder / f"{part}.py"
    if file.exists():
        what = f"`{file.name}` is beside the folder `{part}` and is not read"
        raise ModelError(what, Place(str(file), 1), f"move it into {part}/")


def _is_project(file: Path) -> bool:
    """Whether it is there and has the table."""
    tool = read_toml(file, "fix it: it decides whether this folder is a project").get("tool", {})
    table = tool.get("nestproof") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        what = "`tool.nestproof` is not a table"
        raise ModelError(what, place_of(file, "nestproof", "tool"), f"write {TABLE} on a line")
    for key in table or ():
        raise ModelError(
            f"the table `tool.nestproof` has the key `{key}`, which is not known",
            place_of(file, key, "tool.nestproof"),
            "remove it: the table has no keys, and the folders are called models/ and properties/",
        )
    return table is not None
