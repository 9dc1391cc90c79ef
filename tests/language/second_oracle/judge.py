"""Whether plain Python, the concrete run and the circuit of a small model do the same.

A construct is the text of a model. It is executed twice: once against `verifier.language`, and
once against `plain`, which makes dataclasses of the same text.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from tests.language.second_oracle import plain
from tests.language.second_oracle.comparison import Comparison, Result
from tests.language.second_oracle.corpus import FOLDER, Construct
from verifier.compiler.compile import compile_compared
from verifier.language import ModelError
from verifier.language.errors import blaming
from verifier.language.functions import about
from verifier.language.instrumented import instrumented

HEADER = (FOLDER / "header.txt").read_text()
FIELDS = ("a", "b", "mode", "side", "part", "spare", "rows", "bits", "near", "who", "held")
SECONDS = 20.0


class IllFormed(Exception):
    """A construct that is not a model in plain Python either."""


def whole(name: str, text: str) -> str:
    """A construct as a module of its own."""
    alone = "from verifier.language" in text
    return text + ending(name, text) if alone else HEADER + short(name, text)


def short(name: str, text: str) -> str:
    """A construct as a module that finds the names of the header."""
    return text + ending(name, text)


def ending(name: str, text: str) -> str:
    """The system of a construct that defines none; of the shared state what it names can be any."""
    if "System(" in text:
        return ""
    shared = "class State" not in text
    named = [each for each in FIELDS if shared and re.search(rf"""[."']{each}\b""", text)]
    paths = [path for each in named for path in PATHS[each]]
    return f'\n\nSYSTEM = System("construct/{name}", State(), (go,), arbitrary={paths})\n'


PATHS = {
    **{name: (name,) for name in ("a", "b", "mode", "side", "who")},
    **{name: (f"{name}.flag", f"{name}.mode") for name in ("part", "spare")},
    "rows": tuple(
        f"rows[{side}].{each}" for side in ("LEFT", "RIGHT") for each in ("flag", "mode")
    ),
    "bits": tuple(f"bits[{mode}]" for mode in ("IDLE", "BUSY", "DONE")),
    "held": ("held[LEFT]", "held[RIGHT]"),
    "near": ("near.inner.flag", "near.inner.mode", "near.on"),
}


@cache
def header(plainly: bool) -> dict[str, Any]:
    """The names that constructs share."""
    module = ModuleType("plain_header" if plainly else "construct_header")
    sys.modules[module.__name__] = module
    _execute(_on_dataclasses(HEADER) if plainly else HEADER, "<header>", module)
    return {name: value for name, value in vars(module).items() if name[0] != "_"}


def judge(name: str, text: str) -> Result:
    """Compile a construct as commands do; where it is not refused, compare it with plain Python."""
    source = short(name, text)
    file = str(FOLDER / f"{name}.py")
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    with _modules(name) as (ours, theirs):
        try:
            _execute(_on_dataclasses(source), f"<plain {name}>", theirs)
        except Exception as error:
            raise IllFormed(f"{name}: {type(error).__name__}: {error}") from error
        try:
            with blaming(f"module `{name}`", SECONDS, file=file):
                _execute_as_a_model(source, file, ours)
            known = [each for each in map(about, vars(ours).values()) if each]
            properties = [each for each in known if each.judges]
            compiled = compile_compared(ours.SYSTEM, properties)
        except ModelError as error:
            return Result("refused", error.message, error=error)
        return Comparison(compiled, theirs, zlib.crc32(name.encode())).result()


def _execute_as_a_model(text: str, file: str, module: ModuleType) -> None:
    """Run a text as that of a model is run."""
    code, names = instrumented(ast.parse(text), file)
    vars(module)["__builtins__"] = {**vars(builtins), **names}
    exec(code, vars(module))


def _execute(source: str, file: str, module: ModuleType) -> None:
    exec(compile(source, file, "exec", dont_inherit=True, optimize=0), module.__dict__)


def _on_dataclasses(source: str) -> str:
    """The text with the plain meaning of the language's names."""
    for word in ("from", "import"):
        source = source.replace(f"{word} verifier.language ", f"{word} {plain.__name__} ")
    return source


@contextmanager
def _modules(name: str) -> Iterator[tuple[ModuleType, ModuleType]]:
    """Two modules that can be found while their text runs."""
    made = ModuleType(f"construct_{name}"), ModuleType(f"plain_{name}")
    for module, plainly in zip(made, (False, True), strict=True):
        sys.modules[module.__name__] = module
        module.__dict__.update(header(plainly))
    before = dict(plain.KINDS)
    try:
        yield made
    finally:
        plain.KINDS.clear()
        plain.KINDS.update(before)
        for module in made:
            del sys.modules[module.__name__]


def fault(construct: Construct) -> str | None:
    """Why a construct is neither refused nor equal as it must be, None where it is."""
    result = judge(construct.name, construct.text)
    if result.verdict == "different":
        return result.detail
    if result.verdict == "refused" and construct.expected == "equal":
        return f"it is refused, and means the same: {result.detail}"
    if result.verdict == "equal" and construct.expected == "refused":
        return "it must be refused, although these runs are equal"
    return None
