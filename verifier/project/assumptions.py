"""What the verdicts of a system rest on besides its circuit, as a list of everything.

What may happen is what its steps do; what they leave out, somebody has decided: by an `assume`, by
an abstraction, by a value that nothing changes, or by the versions that a function stands for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from types import FunctionType
from typing import Literal, get_args

from verifier.compiler.assertions import body_of
from verifier.compiler.behaviour import functions_in
from verifier.compiler.reached_text import reached
from verifier.compiler.step_exploration import constants_of
from verifier.compiler.transition_system import TransitionSystem
from verifier.language.citations import Abstraction, Source
from verifier.language.errors import Place, within_project
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import shown
from verifier.language.source_text import definition
from verifier.language.system import System
from verifier.language.text_nodes import parts_of

AssumptionKind = Literal["step", "choice", "assume", "constant", "abstraction", "source"]
"""A step that may happen, a choice that is narrowed, what else is assumed, a field that keeps its
value, what a function stands for, and the versions of a source that one stands for."""
KINDS: tuple[AssumptionKind, ...] = get_args(AssumptionKind)

FUNCTION = re.compile(r"<(?:function )?([^\s<>][^\s]*(?: object)?) at 0x[0-9a-fA-F]+>")
"""How Python shows functions and others, by where they are in one process."""


@dataclass(frozen=True)
class Assumption:
    """One thing that a verdict rests on, and where it is written."""

    kind: AssumptionKind
    name: str
    """A step's, field's or function's."""
    text: str
    file: str
    line: int
    is_default: bool = False
    """Of a field that keeps its value, whether that is the default."""

    @property
    def what(self) -> tuple[str, str, str]:
        """All of it but where it is written."""
        return self.kind, self.name, self.text


def assumptions(compiled: TransitionSystem) -> list[Assumption]:
    """All that the verdicts of a system rest on, by kind, and by place within one."""
    system, ran = compiled.system, {*functions_in(compiled)}
    found = [*_steps(system), *_constants(compiled)]
    steps = {body_of(step.function.body): step.function for step in system.actions}
    for function, known in reached([*steps, *_held(system)]):
        known = known or steps.get(function)
        if known is None or f"{within_project(known.place.file)}:{known.name}" in ran:
            found += _assumed(function, known)
            found += _cited(known)
    return sorted(dict.fromkeys(found), key=_order)


def _held(system: System) -> Iterator[FunctionType]:
    """The functions of its fields' classes and of its constants."""
    return chain.from_iterable(each.functions for each in constants_of(system))


def _order(found: Assumption) -> tuple[int, str, int, str]:
    return KINDS.index(found.kind), found.file, found.line, found.name


def _at(kind: AssumptionKind, name: str, text: str, place: Place | None) -> Assumption:
    file, line = ("", 0) if place is None else (within_project(place.file), place.line)
    return Assumption(kind, name, text, file, line)


def _steps(system: System) -> Iterator[Assumption]:
    for step in system.actions:
        yield _at("step", step.name, " ".join(step.function.doc.split()), step.function.place)


def _constants(compiled: TransitionSystem) -> Iterator[Assumption]:
    """The fields that no step changes, with the value that each has from the start."""
    system = compiled.system
    rows = zip(compiled.leaves, compiled.latch_names, system.initial_values, strict=True)
    for leaf, names, value in rows:
        if not (names or leaf.event or leaf.ghost):
            held = int(value) if type(value) is bool else value if leaf.constant else shown(value)
            text = getattr(held, "__name__", None) or FUNCTION.sub(r"\1", str(held))
            found = _at("constant", leaf.path, f"{leaf.path}={text}", system.place)
            yield replace(found, is_default=leaf.constant is False and value == leaf.default)


def _assumed(function: FunctionType, known: ModelFunction | None) -> Iterator[Assumption]:
    """What a function assumes: of a step's choices, or of anything else."""
    code = function.__code__
    node = definition(code)
    choices = {each.arg for each in node.args.args[1:]} if known and known.kind == "step" else set()
    for part in parts_of(node):
        match part:
            case ast.Call(ast.Name("assume"), [condition]):
                names = {each.id for each in ast.walk(condition) if isinstance(each, ast.Name)}
                kind: AssumptionKind = "choice" if names & choices else "assume"
                place = Place(code.co_filename, part.lineno)
                yield _at(kind, code.co_name, ast.unparse(condition), place)


def _cited(known: ModelFunction | None) -> Iterator[Assumption]:
    """What a function stands for; observers stand for nothing that happens."""
    if known is None or known.observes:
        return
    if isinstance(known.citation, Abstraction):
        yield _at("abstraction", known.name, str(known.citation), known.place)
    elif isinstance(known.citation, Source):
        yield _at("source", known.name, str(known.citation), known.place)
