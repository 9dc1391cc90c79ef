"""Where files are: packages in the order in which data flows, and no file in a circle."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).parent.parent.parent
HOME = ROOT / "verifier"

CLAIMS = {
    "models": ("nestproof.models", "verifier.language"),
    "properties": ("nestproof.properties", "nestproof.models", "verifier.language"),
}
"""What models and properties may import."""

IMPORTS: dict[str, tuple[str, ...]] = {
    "storage": (),
    "circuit": (),
    "language": ("circuit",),
    "formats": ("circuit",),
    "compiler": ("circuit", "language"),
    "evidence": ("storage", "language", "compiler"),
    "processes": ("language", "evidence"),
    "project": ("storage", "circuit", "language", "compiler", "evidence", "processes"),
    "execution": ("language", "compiler", "evidence"),
    "lab": ("storage", "circuit", "language", "compiler", "processes", "execution"),
    "engines": ("circuit", "evidence", "processes"),
    "audit": ("circuit", "language", "compiler", "evidence", "execution"),
    "explain": (
        "circuit",
        "language",
        "compiler",
        "evidence",
        "project",
        "execution",
        "engines",
        "audit",
    ),
    "viewer": ("language", "evidence", "processes", "execution", "explain"),
    "diff": ("circuit", "language", "compiler", "evidence", "execution", "engines", "explain"),
    "check": (
        "circuit",
        "language",
        "compiler",
        "evidence",
        "processes",
        "project",
        "execution",
        "engines",
        "audit",
        "explain",
        "diff",
    ),
    "mutation": (
        "storage",
        "circuit",
        "language",
        "compiler",
        "evidence",
        "processes",
        "project",
        "execution",
        "engines",
        "audit",
        "diff",
        "check",
    ),
    "gate/weakened": (
        "storage",
        "circuit",
        "language",
        "compiler",
        "evidence",
        "project",
        "engines",
        "audit",
        "viewer",
        "diff",
        "mutation",
    ),
    "gate": (
        "circuit",
        "language",
        "compiler",
        "evidence",
        "processes",
        "project",
        "execution",
        "engines",
        "explain",
        "viewer",
        "diff",
        "check",
        "mutation",
        "gate/weakened",
    ),
    "bugs": (
        "storage",
        "language",
        "compiler",
        "evidence",
        "processes",
        "project",
        "execution",
        "engines",
        "check",
        "mutation",
        "gate",
    ),
    "reports": (
        "language",
        "evidence",
        "processes",
        "project",
        "engines",
        "viewer",
        "diff",
        "check",
        "mutation",
        "gate/weakened",
        "gate",
        "bugs",
        "lab",
    ),
    "cli": (
        "storage",
        "language",
        "formats",
        "compiler",
        "evidence",
        "processes",
        "project",
        "execution",
        "engines",
        "audit",
        "explain",
        "viewer",
        "diff",
        "check",
        "mutation",
        "gate/weakened",
        "gate",
        "bugs",
        "reports",
        "lab",
    ),
}
"""The packages in the order in which data flows, each with those that it imports besides itself."""


def modules() -> dict[str, Path]:
    """The files of verifier/ by their paths in it, without `.py`."""
    inside = {file.relative_to(HOME): file for file in sorted(HOME.rglob("*.py"))}
    return {
        path.with_suffix("").as_posix(): file
        for path, file in inside.items()
        if path.parts[0] != "template"
    }


MODULES = modules()


def imports(file: Path) -> Iterator[str]:
    """What a file imports, wherever in it; a name of a module is followed by its names."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(name: str) -> str | None:
    """The file of verifier/ that an import is from."""
    path = name.removeprefix("verifier").replace(".", "/").lstrip("/")
    for each in (path, f"{path}/__init__", path.rpartition("/")[0]):
        if each in MODULES:
            return each
    return f"{path.rpartition('/')[0]}/__init__" if "/" in path else None


def arrows() -> networkx.DiGraph:
    """Which file imports which; the empty one at the top is left out."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(MODULES)
    for name, file in MODULES.items():
        found = {module_of(each) for each in imports(file) if each.split(".")[0] == "verifier"}
        graph.add_edges_from((name, each) for each in found if each not in (None, name))
    return graph


ARROWS = arrows()


def package(module: str) -> str:
    """The package of IMPORTS that a file is in; a package within one of them is part of it."""
    parts = module.split("/")[:-1]
    while parts and "/".join(parts) not in IMPORTS:
        parts.pop()
    return "/".join(parts)


def test_every_package_has_a_place_in_the_order() -> None:
    assert {package(module) for module in MODULES} == {*IMPORTS, ""}
    assert {module for module in MODULES if not package(module)} == {"__init__", "__main__"}


def test_the_order_is_one() -> None:
    order = list(IMPORTS)
    wrong = [
        f"{name} imports {other}, which comes later"
        for name, others in IMPORTS.items()
        for other in others
        if order.index(other) >= order.index(name)
    ]
    assert not wrong


def test_imports_point_down_only() -> None:
    found = {(package(one), package(other)) for one, other in ARROWS.edges if package(one)}
    down = {(name, other) for name, others in IMPORTS.items() for other in (*others, name)}
    wrong = {
        (one, other)
        for one, other in ARROWS.edges
        if package(one) and package(other) and (package(one), package(other)) not in down
    }
    assert not wrong
    unused = {(name, each) for name, others in IMPORTS.items() for each in others} - found
    assert not unused


def test_no_files_are_in_a_circle() -> None:
    found = {frozenset(g) for g in networkx.strongly_connected_components(ARROWS) if len(g) > 1}
    assert not found


@pytest.mark.parametrize("part", CLAIMS)
def test_models_and_properties_import_the_language_only(part: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in sorted((ROOT / part).rglob("*.py"))
        for name in imports(file)
        if name.split(".")[0] in ("verifier", "models", "properties", "nestproof")
        and not any(f"{name}.".startswith(f"{each}.") for each in CLAIMS[part])
    ]
    assert not wrong


def test_every_package_says_in_a_sentence_what_it_has() -> None:
    parts = [file for part in CLAIMS for file in sorted((ROOT / part).rglob("__init__.py"))]
    parts += [file for module, file in MODULES.items() if module.endswith("__init__")]
    silent = [file for file in parts if not ast.get_docstring(ast.parse(file.read_text()))]
    assert not silent


LINE = re.compile(r"( *)(\S+)")


def manifest() -> list[str]:
    """The files of verifier/ in the manifest of ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    start = text.index("```\n", text.index("## Manifest")) + 4
    found: list[str] = []
    folders: list[tuple[int, str]] = []
    for line in text[start : text.index("```", start)].splitlines():
        parts = LINE.match(line)
        if parts is None:
            continue
        indent, name = len(parts[1]), parts[2]
        folders = [each for each in folders if each[0] < indent]
        if name.endswith("/"):
            folders.append((indent, name))
        elif name.endswith(".py") and folders[0][1] == "verifier/":
            found.append("".join(each for _, each in folders[1:]) + name.removesuffix(".py"))
    return found


def test_the_manifest_has_every_file_once() -> None:
    files, listed = {name for name in MODULES if not name.endswith("__init__")}, manifest()
    assert files - {*listed} == set(), "files without a line in ARCHITECTURE.md"
    assert {*listed} - files == set(), "lines of ARCHITECTURE.md about no file"
    assert len(listed) == len({*listed})


def test_the_manifest_is_in_the_order_in_which_data_flows() -> None:
    place = {module: number for number, module in enumerate(manifest())}
    wrong = [
        f"{one} stands before {other}, which it imports"
        for one, other in ARROWS.edges
        if one in place and other in place and place[one] < place[other]
    ]
    assert not wrong
