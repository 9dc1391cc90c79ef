"""The bundled models with other names for all fields, records and steps, and what is shown of them.

A new name is the old one with its first letter in Cyrillic: as long as before, in the same order,
and given back its old letter by a table of characters.
"""

import ast
import io
import json
import re
import sys
import tokenize
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns
from types import SimpleNamespace
from typing import Any

from tests.checkout import expose
from verifier.evidence.bundle import Run
from verifier.evidence.traces import Trace
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Execution
from verifier.explain.counterexample import trace_of
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.project.proof_store import ProofStore
from verifier.viewer.html_svg import page
from verifier.viewer.markup import rendered
from verifier.viewer.mermaid import sequence
from verifier.viewer.text import trace_lines

LATIN = "abcdefghijklmnopqrstuvwxyz"
LETTERS = {
    **{letter: chr(0x430 + place) for place, letter in enumerate(LATIN)},
    **{letter.upper(): chr(0x410 + place) for place, letter in enumerate(LATIN)},
}
BACK = str.maketrans({new: old for old, new in LETTERS.items()})
ENUMS = {"current", "context", "executing", "name"}
"""Before `.value` these stand for members of enums, whose value is no field."""
PARTS = ("models", "properties")
IGNORED = ignore_patterns("__pycache__", "certificates")


def names(root: Path) -> set[str]:
    """What records, their fields and steps are called."""
    found: set[str] = set()
    for file in (file for part in PARTS for file in (root / part).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                continue
            marks = {each.id for each in node.decorator_list if isinstance(each, ast.Name)}
            if marks & {"record", "ghost", "event", "step"}:
                found.add(node.name)
            if marks & {"record", "ghost", "event"}:
                fields = (each for each in node.body if isinstance(each, ast.AnnAssign))
                found |= {each.target.id for each in fields if isinstance(each.target, ast.Name)}
    return found


def renamed(text: str, known: set[str]) -> str:
    """A name, or a path of names, by new names."""
    return re.sub(r"[A-Za-z_]\w*", lambda found: _new(found[0], known), text)


def _new(name: str, known: set[str]) -> str:
    return LETTERS[name[0]] + name[1:] if name in known else name


def codemod(text: str, known: set[str]) -> str:
    """A module's text with new names; of texts in it, those that are paths or are computed."""
    pieces: list[tokenize.TokenInfo] = []
    given = _given_to_language(ast.parse(text))
    before = ("", "")
    path = False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        begins = token.string == "from" and token.start[1] == 0
        path = begins or (path and token.string != "import")
        is_member = token.string == "value" and before[0] in ENUMS and before[1] == "."
        is_module = path or f" import {token.string} as " in token.line
        before = before[1], token.string
        is_language_s = token.start in given
        if token.type == tokenize.NAME and not (is_member or is_module or is_language_s):
            token = token._replace(string=_new(token.string, known))
        elif token.type == tokenize.STRING:
            token = token._replace(string=_in_text(token.string, known))
        pieces.append(token)
    return tokenize.untokenize(pieces)


def _given_to_language(tree: ast.Module) -> set[tuple[int, int]]:
    """Where arguments of the language's own classes are named."""
    own = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "verifier.language"
        for alias in node.names
    }
    return {
        (each.lineno, each.col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in own
        for each in node.keywords
    }


def _in_text(text: str, known: set[str]) -> str:
    if text.startswith("f"):
        return re.sub(r"\{[^{}]*\}", lambda found: _computed(found[0], known), text)
    return renamed(text, known) if re.fullmatch(r'"\w+(\.\w+|\[\w+\])+"', text) else text


def _computed(text: str, known: set[str]) -> str:
    """What a text is made of, without members' values."""
    parts = re.split(rf"(\b(?:{'|'.join(sorted(ENUMS))})\.)(value\b)", text)
    return "".join(each if each == "value" else renamed(each, known) for each in parts)


def renamed_checkout(folder: Path) -> None:
    """The bundled models and properties in a folder, with new names."""
    root = bundled_root()
    known = names(root)
    for part in PARTS:
        copytree(root / part, folder / part, ignore=IGNORED)
    for file in folder.rglob("*.py"):
        file.write_text(codemod(file.read_text(), known))
    (folder / "pyproject.toml").write_text("[tool.nestproof]\n")
    expose(folder)


@cache
def catalogue_in(root: Path) -> Catalogue:
    return load(root)


def shown(root: Path, pair: str, known: set[str]) -> dict[str, str]:
    """What `show` says of a violated pair in each format, of the models that are in a folder."""
    catalogue = catalogue_in(root)
    name, _, group = pair.rpartition("/")
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    stored = ProofStore(bundled_root()).bundle(name)
    assert stored is not None
    execution = execution_of_run(system, properties, _renamed_run(stored.runs[group], known))
    assert isinstance(execution, Execution), execution
    compiled: Any = SimpleNamespace(system=system, properties=properties, changing=None)
    trace = trace_of(compiled, execution, group, shortest=True, explain=True)
    assert isinstance(trace, Trace), trace
    lines = list(trace_lines(trace, everything=True))
    formats = {
        "text": "\n".join(rendered(lines)),
        "html": page(lines, pair),
        "mermaid": "\n".join(sequence(trace)),
    }
    return {form: text.translate(BACK) for form, text in formats.items()}


def _renamed_run(run: Run, known: set[str]) -> Run:
    start = {renamed(field, known): value for field, value in run.start.items()}
    moves = ((renamed(step, known), _keys(choices, known)) for step, choices in run.moves)
    return Run(start, tuple(moves))


def _keys(choices: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    return {renamed(name, known): value for name, value in choices.items()}


def violated() -> list[str]:
    """The pairs that are recorded as violated, in order."""
    recorded = tomllib.loads((bundled_root() / "properties" / "verdicts.toml").read_text())
    return sorted(
        f"{system}/{group}"
        for system, verdicts in recorded.items()
        for group, verdict in verdicts.items()
        if verdict == "violated"
    )


if __name__ == "__main__":
    json.dump(shown(Path(sys.argv[1]), sys.argv[2], names(bundled_root())), sys.stdout)
