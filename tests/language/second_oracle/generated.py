"""Constructs made from Python's grammar: each kind of node, in several kinds of position.

A construct is chosen by a fixed seed among those that compile, if possible one that plain Python
runs without an exception.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from random import Random
from types import ModuleType
from typing import Any

from tests.language.second_oracle import plain
from tests.language.second_oracle.asdl import constructors
from tests.language.second_oracle.corpus import Construct
from tests.language.second_oracle.judge import header
from tests.language.second_oracle.nodes import BITS, MEMBERS, Filler
from tests.language.second_oracle.positions import (
    BOX,
    EXPRESSION_POSITIONS,
    PRELUDE,
    STATEMENT_POSITIONS,
    STEP,
)

ATTEMPTS = 40
"""Constructs of one kind that are tried until one compiles and runs."""


def generated(rounds: int = 1, each: int = 2) -> Iterator[Construct]:
    """Constructs for every kind of node; more rounds, or more of each, to search for faults."""
    for number in range(rounds):
        for kind in constructors(ast.expr):
            yield from _placed(kind, _expression, EXPRESSION_POSITIONS, number, 2 * each)
        for kind in constructors(ast.stmt):
            yield from _placed(kind, _statement, STATEMENT_POSITIONS, number, each)
        for kind in constructors(ast.pattern):
            yield from _placed(kind, _pattern, STATEMENT_POSITIONS, number, each)
        made = [_operator(kind, template, number) for kind, template in operators()]
        made += [_used(position, number) for position in EXPRESSION_POSITIONS]
        yield from (construct for construct in made if construct)


def _placed(
    kind: type[ast.AST], make: Any, positions: Iterable[str], number: int, count: int
) -> list[Construct]:
    """Constructs with a node of a kind in some of the positions where it can be."""
    random, names = Random(f"{kind.__name__}/{number}"), list(positions)
    made: list[Construct] = []
    for position in random.sample(names, len(names)):
        construct = make(kind, position, number) if len(made) < count else None
        made += [construct] if construct else []
    if not made:
        raise AssertionError(f"`{kind.__name__}` is new: add how it is made to {__file__}")
    return made


def operators() -> Iterator[tuple[type[ast.AST], str]]:
    """Every operator, between bits, members and numbers."""
    for kind in constructors(ast.operator):
        yield from ((kind, template) for template in ("LEFT & RIGHT", "t &= RIGHT"))
    for kind in constructors(ast.cmpop):
        yield from ((kind, template) for template in ("LEFT == RIGHT", "s.mode == m"))
    for kind in constructors(ast.boolop):
        yield kind, "LEFT and RIGHT"
    for kind in constructors(ast.unaryop):
        yield kind, "not LEFT"


def _operator(kind: type[ast.AST], template: str, number: int) -> Construct | None:
    def make(filler: Filler) -> str:
        text = template.replace("LEFT", f"({filler.pick(BITS, MEMBERS, ('1', '2'))})")
        tree: Any = ast.parse(
            text.replace("RIGHT", f"({filler.pick(BITS, BITS, ('1', 's.mode'))})")
        ).body[0]
        holder = tree if isinstance(tree, ast.AugAssign) else tree.value
        if isinstance(holder, ast.Compare):
            operators_of: Any = [kind()]
            holder.ops = operators_of
        else:
            holder.op = kind()
        text = ast.unparse(tree)
        use = (
            f"    {text}\n    s.out = t == True\n"
            if "=" in template[2:4]
            else f"    s.out = ({text}) == x\n"
        )
        return STEP + use

    place = "augmented" if template.startswith("t") else "members" if "mode" in template else "bits"
    return _chosen(f"operator_{kind.__name__}_{place}_{number}", kind, make)


def _expression(kind: type[ast.AST], position: str, number: int) -> Construct | None:
    def make(filler: Filler) -> str:
        text = ast.unparse(ast.fix_missing_locations(filler.node(kind)))
        return STEP + EXPRESSION_POSITIONS[position].replace("HERE", text)

    return _chosen(f"{kind.__name__}_as_{position}_{number}", kind, make)


def _used(position: str, number: int) -> Construct | None:
    """A bit, a member or a record at a position."""

    def make(filler: Filler) -> str:
        text = filler.pick(BITS, BITS, MEMBERS, ("s.part", "(s.a, s.b)"))
        return STEP + EXPRESSION_POSITIONS[position].replace("HERE", text)

    return _chosen(f"plain_as_{position}_{number}", ast.Attribute, make, needed=False)


def _statement(kind: type[ast.AST], position: str, number: int) -> Construct | None:
    def make(filler: Filler) -> str:
        made = filler.node(kind)
        several = made if isinstance(made, list) else [made]
        text = "\n".join(ast.unparse(ast.fix_missing_locations(each)) for each in several)
        return STATEMENT_POSITIONS[position](text)

    return _chosen(f"{kind.__name__}_in_{position}_{number}", kind, make)


def _pattern(kind: type[ast.AST], position: str, number: int) -> Construct | None:
    def make(filler: Filler) -> str:
        match = filler._Match(1)
        match.cases[0].pattern = filler.pattern(1, kind)
        return STATEMENT_POSITIONS[position](ast.unparse(ast.fix_missing_locations(match)))

    return _chosen(f"{kind.__name__}_in_{position}_{number}", kind, make)


def _chosen(
    name: str, kind: type[ast.AST], make: Callable[[Filler], str], needed: bool = True
) -> Construct | None:
    """The first construct that runs in plain Python, or else the first that compiles."""
    second = ""
    for attempt in range(ATTEMPTS):
        if attempt > 8 and second:
            break
        try:
            text = make(Filler(Random(f"{name}/{attempt}")))
        except ValueError:
            continue
        if kind in ASYNCHRONOUS:
            text = re.sub(r"^( *)def ", r"\1async def ", text, flags=re.MULTILINE)
        text = PRELUDE + (BOX if "Box(" in text else "") + text
        try:
            tree = ast.parse(text)
            code = compile(text, f"<generated {name}>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        if needed and not any(type(node) is kind for node in ast.walk(tree)):
            continue
        second = second or text
        if _runs(code):
            second = text
            break
    return Construct(f"generated_{name}", second, "either") if second else None


ASYNCHRONOUS = (ast.Await, ast.AsyncFor, ast.AsyncWith)
"""What is only allowed in a coroutine."""


def _runs(code: Any) -> bool:
    """Whether a construct ends without an exception in two states."""
    module = ModuleType("generated")
    module.__dict__.update(header(True))
    module.__dict__["__name__"] = "plain_header"
    try:
        exec(code, module.__dict__)
        for bit in (False, True):
            state = module.__dict__["State"](a=bit, b=not bit)
            try:
                module.__dict__["go"](state, not bit, module.__dict__["Mode"].BUSY)
            except (plain.Disabled, AssertionError):
                continue
            if not all(isinstance(value, bool | str) for _, value in plain.leaves(state)):
                return False
    except Exception:
        return False
    finally:
        for each in [f for f in plain.KINDS if getattr(f, "__module__", "") == "plain_header"]:
            del plain.KINDS[each]
    return True
