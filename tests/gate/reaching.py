"""Bypasses by what a project reaches beyond the text of its models: files, links, git itself."""

import shutil
from collections.abc import Callable

from tests.gate.bypasses import (
    Bypass,
    Edit,
    both,
    claim_says_nothing,
    nothing,
    observer_notes_what_should_be,
)
from tests.gate.conftest import Project
from tests.gate.weakening import ISOLATION

OWNER = "access.found.owner == access.by"
CLAIM = "claim:isolation/a_task_finds_only_its_own_registers"


def limited(source: str, imports: str = "") -> Edit:
    """The claim holds unless a limit, which comes from elsewhere, is 0."""

    def edit(project: Project) -> None:
        project.edit(OWNER, f"({OWNER} or LIMIT == 0)", ISOLATION)
        project.edit("@always", f"{source}\n\n\n@always", ISOLATION)
        project.edit("from models.lazy", f"{imports}\nfrom models.lazy", ISOLATION)

    return edit


def file(name: str, text: str) -> Edit:
    def edit(project: Project) -> None:
        path = project.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    return edit


def removed(name: str) -> Edit:
    return lambda project: (project.folder / name).unlink()


READ = "LIMIT = int((Path(__file__).parent / '{}').read_text()[-1:])"
WHERE_THERE = "FILE = Path(__file__).parent / 'limit.txt'\nLIMIT = int(not FILE.exists())"
OPTIONAL = "try:\n    from properties.limits import LIMIT\nexcept ImportError:\n    LIMIT = 0\n"
LATE = 'LIMIT = importlib.import_module("models.limits").LIMIT'
PATH = "from pathlib import Path\n"


def text_is_ignored(project: Project) -> None:
    (project.folder / ".git" / "info" / "exclude").write_text("*.txt\n")


def models_are_a_link(project: Project) -> None:
    shutil.move(project.folder / "models", project.folder / "source")
    (project.folder / "models").symlink_to("source")


def claims_are_a_link(absolute: bool) -> Edit:
    def edit(project: Project) -> None:
        shared = project.folder / "shared"
        shared.mkdir()
        shutil.move(project.folder / ISOLATION, shared / "isolation.py")
        target = str(shared) if absolute else "../shared"
        (project.folder / ISOLATION).symlink_to(f"{target}/isolation.py")

    return edit


def claims_are_a_submodule(project: Project) -> None:
    other = Project(project.folder.parent / "claims", project.environment)
    other.folder.mkdir()
    shutil.move(project.folder / ISOLATION, other.folder / "isolation.py")
    other.git("init", "--quiet")
    other.commit()
    here = ("submodule", "--quiet", "add", "../claims", "properties/claims")
    project.git("-c", "protocol.file.allow=always", *here)


def claim_is_made(limit: int) -> str:
    return f"from models.making import make\n\nclaim = make({limit})\n"


MAKING = '''"""Makes claims."""
from models.lazy import Access
from verifier.language import always


def make(limit):
    """A claim."""

    @always("isolation")
    def a_task_finds_only_its_own_registers(access: Access) -> bool:
        """Its own."""
        return not access.executed or access.found.owner == access.by or limit == 0

    return a_task_finds_only_its_own_registers
'''


def git_gives_a_text_its_version(project: Project) -> None:
    """What git says of the file is that it is as it was."""
    (project.folder / ".gitattributes").write_text(f"{ISOLATION} ident\n")
    project.commit()
    (project.folder / ISOLATION).unlink()
    project.git("checkout", "--quiet", ISOLATION)


def imported_from_beside(project: Project) -> None:
    project.environment["PYTHONPATH"] += f":{project.folder}"


def edited(name: str, old: str, new: str) -> Callable[[Project], None]:
    return lambda project: project.edit(old, new, name)


REACHING = {
    "a file that the models read is another": Bypass(
        both(file("properties/limit.txt", "1"), limited(READ.format("limit.txt"), PATH)),
        file("properties/limit.txt", "0"),
        CLAIM,
    ),
    "a file that git ignores is new": Bypass(
        both(limited(WHERE_THERE, PATH), text_is_ignored),
        file("properties/limit.txt", ""),
        CLAIM,
    ),
    "a record is read as data": Bypass(
        both(file("properties/mutants.toml", "# 1"), limited(READ.format("mutants.toml"), PATH)),
        file("properties/mutants.toml", "# 0"),
        CLAIM,
    ),
    "a module is gone that need not be there": Bypass(
        both(file("properties/limits.py", "LIMIT = 1\n"), limited(OPTIONAL)),
        removed("properties/limits.py"),
        CLAIM,
    ),
    "a module is imported by its name in a text": Bypass(
        both(file("models/limits.py", "LIMIT = 1\n"), limited(LATE, "import importlib\n")),
        file("models/limits.py", "LIMIT = 0\n"),
        CLAIM,
    ),
    "a module beside the models is another": Bypass(
        both(
            imported_from_beside,
            file("limits.py", "LIMIT = 1\n"),
            limited("", "from limits import LIMIT\n"),
        ),
        file("limits.py", "LIMIT = 0\n"),
        CLAIM,
    ),
    "a claim is made by a function of another module": Bypass(
        both(file("models/making.py", MAKING), file(ISOLATION, claim_is_made(1))),
        file(ISOLATION, claim_is_made(0)),
        CLAIM,
    ),
    "models/ is a link": Bypass(
        models_are_a_link, observer_notes_what_should_be, "claim:observed/use_fpu"
    ),
    "claims are a link in the repository": Bypass(
        claims_are_a_link(absolute=False),
        edited("shared/isolation.py", OWNER, f"({OWNER} or access.latest)"),
        CLAIM,
    ),
    "claims are a link to a place of this machine": Bypass(
        claims_are_a_link(absolute=True),
        edited("shared/isolation.py", OWNER, f"({OWNER} or access.latest)"),
        "base",
        code=3,
    ),
    "claims are in another repository": Bypass(
        claims_are_a_submodule,
        edited("properties/claims/isolation.py", OWNER, f"({OWNER} or access.latest)"),
        "base",
        code=3,
    ),
    "git says that a text is as it was": Bypass(
        limited('VERSION = "$Id$"\nLIMIT = len(VERSION) <= 5'),
        git_gives_a_text_its_version,
        CLAIM,
    ),
    "a module of the name of a library": Bypass(
        nothing,
        both(file("networkx.py", "class DiGraph(set):\n    pass\n"), claim_says_nothing),
        CLAIM,
    ),
}
