"""A mutant by its name: it stays valid when lines move, and is refused once the mutant is gone."""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType

from verifier.language.advice import did_you_mean
from verifier.language.errors import ModelError, within_project
from verifier.language.packages import part_of
from verifier.mutation.functions_run import Lines, RunFunction, functions_of
from verifier.mutation.operators import Mutant, described, made, siblings_of_fields

NAME = re.compile(r"(?P<file>\S+) (?P<function>\w+): .+")
WRITE = "write it as `nestproof mutate` does: FILE FUNCTION: KIND `TEXT`"


@dataclass(frozen=True)
class NamedMutant:
    """A mistake that somebody has named, and the function that it is in."""

    mutant: Mutant
    function: RunFunction
    code: CodeType

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let this process run the mistake meanwhile."""
        before = self.function.code
        self.function.replace(self.code)
        try:
            yield
        finally:
            self.function.replace(before)


def mutant_named(name: str) -> NamedMutant:
    """The one mutant of that name. A ModelError where there is none, or several.

    Of several that are called the same, as where a function has a line twice, each is named with
    its number behind: ` #1`, ` #2`.
    """
    shape = NAME.fullmatch(name)
    if shape is None:
        raise ModelError(f"`{name}` names no mutant", help=WRITE)
    file, wanted = shape["file"], shape["function"]
    functions = functions_of(_lines(file, wanted))
    if not functions:
        known = {f"{each} {code.co_name}" for code, each in _codes()}
        near = did_you_mean(f"{file} {wanted}", sorted(known), "see `nestproof mutate --all`")
        raise ModelError(f"`{name}` is of a function that there is not", help=near)
    siblings = siblings_of_fields()
    found = [
        (function, number, mutant)
        for function in functions
        for number, mutant in described(function, siblings)
    ]
    names = _numbered([mutant.name for _, _, mutant in found])
    if name not in names:
        raise _unknown(name, names)
    function, number, mutant = found[names.index(name)]
    return NamedMutant(mutant, function, made(function, siblings, number))


def _unknown(name: str, names: list[str]) -> ModelError:
    several = [each for each in names if each.startswith(f"{name} #")]
    if several:
        return ModelError(
            f"`{name}` names {len(several)} mutants", help=f"name one, such as `{several[0]}`"
        )
    help = did_you_mean(name, names, f"such as `{names[0]}`" if names else "it has no mutant")
    return ModelError(f"the mutant `{name}` does not exist", help=help)


def _numbered(names: list[str]) -> list[str]:
    """Names with a number where there are several that are the same."""
    total, seen = Counter(names), Counter[str]()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(name if total[name] == 1 else f"{name} #{seen[name]}")
    return numbered


def _lines(file: str, name: str) -> Lines:
    """The functions of that name in a file, as if they had run."""
    return {code: () for code, where in _codes() if (where, code.co_name) == (file, name)}


def _codes() -> Iterator[tuple[CodeType, str]]:
    """The functions of models that are loaded, each with its file as names of mutants have it."""
    for each in gc.get_objects():
        if type(each) is FunctionType and part_of(each.__module__ or "") == "models":
            yield each.__code__, within_project(each.__code__.co_filename)
