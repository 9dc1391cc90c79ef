"""Module-level names that functions read and that are bound more than once.

A function reads a name when it runs, after all modules are loaded, and finds the last value. So
systems, steps and claims that were made one after the other, each with another value of the name,
would all be the same. Such a name is bound once.
"""

from __future__ import annotations

import ast
import dis
from collections import Counter
from collections.abc import Collection, Iterator
from inspect import CO_OPTIMIZED
from types import CodeType

from verifier.language.errors import ModelError, Place
from verifier.language.names import NameBinding, bindings, exclude
from verifier.language.source_text import bound_names, codes_within

WIDE = dis.opmap["EXTENDED_ARG"]
STORE = dis.opmap["STORE_NAME"]
BACK = {dis.opmap[name] for name in ("JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT")}


def refuse_rebound_names(text: bytes, code: CodeType, file: str) -> None:
    """Refuse a module that gives another value to a name which functions of it read.

    `code` is the module's, compiled from the text.
    """
    inner = [*codes_within(code)]
    _refuse_rebound_variables(text, inner, file)
    often = {name for name, count in _stored(code).items() if count > 1}
    # in the module's own code, too: of a comprehension that is a part of it since Python 3.12
    often |= {str(each.argval) for each in _instructions([code, *inner], "STORE_GLOBAL")}
    if not often:
        return
    readers = {
        str(instruction.argval): each.co_name
        for each in inner
        for instruction in _instructions([each], "LOAD_GLOBAL")
    }
    names = often & readers.keys()
    found = next(_bound_again(ast.parse(text), names), None) if names else None
    if found is not None:
        name, line = found
        raise ModelError(
            f"`{name}` is bound more than once, and `{readers[name]}` reads it when it "
            "runs, which is later",
            Place(file, line),
            "give each value a name of its own, or a field of the state",
        )


def _refuse_rebound_variables(text: bytes, codes: list[CodeType], file: str) -> None:
    """Refuse functions made in others, with a decorator, of whose variables one is bound again.

    Each of them would read what the variable stands for when the function around has ended.
    """
    around = [code for code in codes if code.co_cellvars and code.co_flags & CO_OPTIMIZED]
    if not any(_makes_functions(code) for code in around):
        return
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for made in _made_in(function):
            read = {n.id for n in ast.walk(made) if isinstance(n, ast.Name)} - bound_names(made)
            own = ast.Module(function.body, [])
            found = next(_bound_again(own, read & bound_names(function)), None)
            if found is not None:
                raise ModelError(
                    f"`{found[0]}` is bound more than once, and `{made.name}` reads it "
                    "when it runs, which is later",
                    Place(file, found[1]),
                    "make each function in a call of its own, which is given the value",
                )


def _makes_functions(code: CodeType) -> bool:
    return any(isinstance(part, CodeType) and part.co_name[0] != "<" for part in code.co_consts)


def _made_in(function: ast.FunctionDef) -> Iterator[ast.FunctionDef]:
    """The decorated functions in a function, but for those in functions in it."""
    pending = [*function.body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef):
            if node.decorator_list:
                yield node
        else:
            pending += (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt))


def may_repeat(text: bytes, code: CodeType) -> bool:
    """Whether a name of a module, of a class in it, or of a function in a function is bound twice.

    `from x import *` may bind any.
    """
    if b"import *" in text:
        return True
    for each in (code, *codes_within(code)):
        inner = {part.co_name for part in each.co_consts if isinstance(part, CodeType)}
        found = _stored(each)
        if inner and each.co_flags & CO_OPTIMIZED:
            for instruction in dis.get_instructions(each):
                stores = instruction.opname.startswith("STORE_")
                names = instruction.argval if isinstance(instruction.argval, tuple) else ()
                named = (*names, instruction.argval) if stores else ()
                found.update(name for name in named if name in inner)
        if any(count > 1 for count in found.values()):
            return True
    return False


def _stored(code: CodeType) -> Counter[str]:
    """How often a module's statements store each name; in a loop more than once."""
    found: Counter[str] = Counter()
    stores: list[tuple[int, str]] = []
    loops: list[tuple[int, int]] = []
    wide = 0
    operations = code.co_code  # which Python makes each time that it is asked for it
    for place in range(0, len(operations), 2):
        operation, argument = operations[place], operations[place + 1] | wide << 8
        wide = argument if operation == WIDE else 0
        if operation == STORE:
            found[code.co_names[argument]] += 1
            stores.append((place, code.co_names[argument]))
        elif operation in BACK:
            loops.append((place - 2 * argument, place))
    for place, name in stores if loops else ():
        found[name] += any(start <= place <= end for start, end in loops)
    return found


def _instructions(codes: list[CodeType], name: str) -> Iterator[dis.Instruction]:
    for code in codes:
        if dis.opmap[name] in code.co_code[::2]:
            yield from (each for each in dis.get_instructions(code) if each.opname == name)


def _bound_again(tree: ast.Module, names: Collection[str]) -> Iterator[tuple[str, int]]:
    """The names that a module binds once more, or in a loop, each with that line.

    What is defined or imported again is left to `check_text`; so is a value that is made of the
    name's own, right behind it.
    """
    seen: dict[str, list[NameBinding]] = {}
    stored = [*bindings(tree.body), *_stored_otherwise(tree)]
    for each in sorted(stored, key=lambda binding: binding.line):
        if each.name in names:
            for first in seen.setdefault(each.name, []):
                if not exclude(first.branches, each.branches) and _differs(first, each, tree):
                    yield each.name, each.line
            seen[each.name].append(each)


def _stored_otherwise(tree: ast.Module) -> Iterator[NameBinding]:
    """What loops, `with`, `:=`, `+=` and `global` bind in a module; a loop more than once."""
    inside = {id(part) for scope in _scopes(tree) for part in ast.walk(scope) if part is not scope}
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from (
                NameBinding(name, node.lineno, (), node) for name in node.names for _ in "12"
            )
        elif id(node) in inside and not isinstance(node, ast.NamedExpr):
            continue
        elif isinstance(node, ast.For | ast.While):
            for part in (each for each in ast.walk(node) if isinstance(each, ast.Name)):
                if isinstance(part.ctx, ast.Store) and id(part) not in inside:
                    yield from (NameBinding(part.id, part.lineno, (), node) for _ in "12")
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield NameBinding(node.target.id, node.lineno, (), node)
        elif isinstance(node, ast.NamedExpr):
            yield from (NameBinding(node.target.id, node.lineno, (), ast.Pass()) for _ in "12")
        elif isinstance(node, ast.With):
            held = (item.optional_vars for item in node.items)
            yield from (
                NameBinding(each.id, node.lineno, (), node)
                for each in held
                if isinstance(each, ast.Name)
            )


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
    yield from (node for node in ast.walk(tree) if isinstance(node, kinds))


def _differs(first: NameBinding, again: NameBinding, tree: ast.Module) -> bool:
    """Whether it gives another value, and what is made before may mean the first one."""
    if again.defines or first.defines or None not in (again.imported, first.imported):
        return False
    between = [node for node in tree.body if first.line < node.lineno < again.line]
    makes = any(isinstance(n, ast.Call | ast.FunctionDef) for b in between for n in ast.walk(b))
    value = getattr(again.node, "value", None)
    used = ast.walk(value) if isinstance(value, ast.expr) else ()
    return makes or all(not isinstance(n, ast.Name) or n.id != again.name for n in used)
