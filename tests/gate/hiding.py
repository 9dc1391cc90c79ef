"""What hides a bypass of the gate: edits of files by their names, in one commit or in several."""

from __future__ import annotations

from dataclasses import dataclass

from tests.gate.bypasses import Edit, both, nothing
from tests.gate.conftest import Project
from tests.gate.tiny import IMPORTED

KERNEL, MACHINE = "models/kernel.py", "models/machine.py"
ISOLATION, STRATEGY = "properties/isolation.py", "properties/strategy.py"
VERDICTS, MUTANTS = "properties/verdicts.toml", "properties/mutants.toml"


@dataclass(frozen=True)
class Cell:
    """The commits that a bypass is, after a base; the gate must name what is weaker, and fail.

    `loses` is the commit, counted from 1, that is the first after which something is lost.
    """

    commits: tuple[Edit, ...]
    weaker: str
    base: Edit = nothing
    loses: int = 1
    weaker_in_all: str = ""
    """What is weaker after all commits, if that has another name."""


def cell(weaker: str, *edits: Edit, base: Edit = nothing) -> Cell:
    """All edits in one commit."""
    return Cell((both(*edits),), weaker, base)


def edited(file: str, old: str, new: str) -> Edit:
    return lambda project: project.edit(old, new, file)


def renamed(old: str, new: str, *files: str) -> Edit:
    return both(*(edited(file, old, new) for file in files))


def imported(names: str, module: str, file: str = KERNEL) -> Edit:
    """One more import."""
    return edited(file, IMPORTED, f"from {module} import {names}\n{IMPORTED}")


def written(file: str, text: str) -> Edit:
    def edit(project: Project) -> None:
        path = project.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    return edit


def added(file: str, text: str) -> Edit:
    def edit(project: Project) -> None:
        path = project.folder / file
        path.write_text(f"{path.read_text()}\n\n{text}")

    return edit


def moved(file: str, to: str) -> Edit:
    def edit(project: Project) -> None:
        target = project.folder / to
        target.parent.mkdir(exist_ok=True)
        (project.folder / file).rename(target)

    return edit


def deleted(file: str) -> Edit:
    return lambda project: (project.folder / file).unlink()


def linked(file: str, to: str) -> Edit:
    return lambda project: (project.folder / file).symlink_to(to)


GIVES = "    machine.registers.owner = machine.current\n"
breaks = edited(KERNEL, GIVES, f"    if machine.current == Task.B:\n    {GIVES}")
"""Task A does not get its registers back."""
does_nothing = edited(KERNEL, f"    machine.ts = False\n{GIVES}", "    pass\n")
"""The handler of #NM is broken for good."""
