"""docs/language.md and modelling.md: their blocks are projects, and each refusal has its words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import ran

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
BLOCK = re.compile(r"```(?:python|toml)\n(?:# (\S+)\n)?(.*?)```", re.DOTALL)
REFUSES = {"refuse", "ModelError", "_refuse", "_refusal"}
OTHERS = {"`…` may call itself more than … times"}
"""Of the gate's own exploration, which no verdict depends on."""


def project(folder: Path, document: str) -> Path:
    """The blocks of a document, each in the file that it names, or that of the one before."""
    (folder / "pyproject.toml").write_text('[project]\nname = "one"\n\n[tool.nestproof]\n')
    files: dict[str, list[str]] = {}
    for name, block in BLOCK.findall((DOCS / document).read_text()):
        files.setdefault(name or [*files][-1], []).append(block)
    for name, blocks in files.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n\n".join(blocks))
    return folder


def environment(folder: Path) -> dict[str, str]:
    own = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CACHE", "STATE")}
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), **own}


@pytest.mark.parametrize(
    ("document", "found", "example", "steps"),
    [
        (
            "language.md",
            "8 pairs: 7 proved, 1 violated; all as expected\n",
            "debug/careless/own_breakpoints",
            ("is violated after 5 steps\n", "has the five steps"),
        ),
        (
            "modelling.md",
            "10 pairs: 8 proved, 2 violated; all as expected\n",
            "trapping/v1/isolation",
            ("is violated after 3 steps\n", "has the three steps"),
        ),
    ],
)
def test_every_block_runs_and_every_verdict_is_as_it_says(
    tmp_path: Path, document: str, found: str, example: str, steps: tuple[str, str]
) -> None:
    here = project(tmp_path, document)
    done = ran(["check"], here, environment(here))
    assert (done.code, done.err) == (0, found)
    shown = ran(["show", example], here, environment(here))
    assert steps[0] in shown.out
    assert steps[1] in (DOCS / document).read_text()


def test_the_survivor_of_the_worked_model_is_the_one_that_it_names(tmp_path: Path) -> None:
    here = project(tmp_path, "modelling.md")
    done = ran(["mutate", "trapping/v2"], here, environment(here))
    assert done.out.count("survived   ") == 1
    assert "Here there is one" in (DOCS / "modelling.md").read_text()


def messages() -> Iterator[str]:
    """What the language and the compiler refuse, with `…` for each name."""
    for part in ("language", "compiler"):
        for file in sorted((ROOT / "verifier" / part).rglob("*.py")):
            for function in ast.walk(ast.parse(file.read_text())):
                if isinstance(function, ast.FunctionDef):
                    yield from _of(function)


def _of(function: ast.FunctionDef) -> Iterator[str]:
    """The first text that each refusal in a function is given, by a name that it has there, too."""
    texts: dict[str, list[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            texts.setdefault(node.targets[0].id, []).extend(_texts(node.value))
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _name(node.func) in REFUSES:
            for given in node.args[:2]:
                found = texts.get(given.id, []) if isinstance(given, ast.Name) else _texts(given)
                if found:
                    yield from found
                    break


def _name(called: ast.expr) -> str:
    return str(getattr(called, "id", getattr(called, "attr", "")))


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        parts = (str(each.value) if isinstance(each, ast.Constant) else "…" for each in node.values)
        return ["".join(parts)]
    return []


def plain(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


def test_each_refusal_has_its_words() -> None:
    text = (DOCS / "language.md").read_text()
    written = plain(text[text.index("## What is refused") :])
    wanted = {plain(each) for each in messages()}
    assert len(wanted) > 150
    bare = {each for each in wanted if re.sub(r"[`… ]", "", each) == ""}
    assert sorted(wanted - bare - OTHERS - {each for each in wanted if each in written}) == []


PLACE = re.compile(r"`(\w+)`(?: and `\w+`)? (?:in|of) `([\w/]+\.py)`")
"""What a recipe names, and the file that it names for it."""
FOLDERS = ("", "verifier", "verifier/lab", "verifier/viewer", "models", "models/x86")


def test_what_the_recipes_name_is_where_they_say() -> None:
    recipes = (ROOT / "ARCHITECTURE.md").read_text().partition("## How to change it")[2]
    found = PLACE.findall(" ".join(recipes.split()))
    assert len(found) > 25
    for name, file in found:
        places = [ROOT / folder / file for folder in FOLDERS]
        texts = [place.read_text() for place in places if place.exists()]
        assert texts, file
        assert any(re.search(rf"\b{name}\b", text) for text in texts), (name, file)
