"""An assertion with all that its meaning, and its being reached, depend on."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier.gate.weakened.observing import called, conditions, giving
from verifier.gate.weakened.texts import Written, by_new_names, tree_of, unparsed
from verifier.language.asserted import fails

NEVER = "assert_never"
ASSERT = "assert"
"""What names a function in an assertion; no function is called so."""


@dataclass(frozen=True)
class Held:
    """An assertion, or a call of a function that asserts, with what happens around it."""

    written: Written
    """With all that it depends on as its text."""
    before: frozenset[str]
    """Assignments to what it reads, and calls, that come before it in its function."""
    after: frozenset[str]
    sets: frozenset[str] = frozenset()
    """What before it assigns to what it reads, also in a function that is called."""

    def is_as_it_was(self, now: Held, names: Mapping[str, str]) -> bool:
        """Whether another one says the same, and nothing makes it come true that did not.

        That is what has moved from before it to behind it, and what is new before it.
        """
        if by_new_names(self.written.text, names) != now.written.text:
            return False
        before, sets = (
            {by_new_names(text, names) for text in of} for of in (self.before, self.sets)
        )
        return not ((before & now.after) - now.before or now.sets - sets)


@dataclass(frozen=True)
class Around:
    """A function of a project, and what is known of the others and of what it imports."""

    where: str
    function: ast.FunctionDef
    predicates: Mapping[str, Predicate]
    imported: Mapping[str, str]
    """The modules that its names are imported from."""
    assigned: Mapping[str, Collection[str]]
    """For each function's name the attributes that it, or what it calls, assigns to."""
    asserted: Mapping[str, Collection[str]]
    """For each function's name the attributes that assertions in it, or in what it calls, read."""

    def held(self, node: ast.stmt | ast.expr) -> Held:
        """One of its assertions, or of its calls of functions that assert."""
        read = self._read(node)
        around = [each for each in ast.walk(self.function) if _touches(each, read)]
        texts = [(getattr(each, "lineno", 0), ast.unparse(each)) for each in around]
        before = [text for line, text in texts if line < node.lineno]
        return Held(
            Written(self.where, node.lineno, self._in_full(node)),
            frozenset(before),
            frozenset(text for line, text in texts if line > node.lineno),
            frozenset(self._sets(node, read)),
        )

    def _read(self, node: ast.stmt | ast.expr) -> set[str]:
        """The attributes that an assertion and its conditions read, or those in what is called."""
        read = {*attributes_in(node)}
        for test in conditions(self.function, node):
            read |= {*attributes_in(test)}
        for name in names_of(node) & self.predicates.keys():
            read |= self.predicates[name].names
        return read | {*self.asserted.get(called(node), ())} if isinstance(node, ast.Call) else read

    def _sets(self, node: ast.stmt | ast.expr, read: set[str]) -> Iterator[str]:
        """What in front of an assertion assigns to the attributes that it reads."""
        for each in ast.walk(self.function):
            if getattr(each, "lineno", node.lineno) < node.lineno:
                assigned: Iterable[str] = ()
                if isinstance(each, ast.Assign | ast.AugAssign | ast.AnnAssign):
                    assigned = attributes_set(each)
                elif isinstance(each, ast.Call):
                    assigned = self.assigned.get(called(each), ())
                if not read.isdisjoint(assigned):
                    yield ast.unparse(each)

    def _in_full(self, node: ast.stmt | ast.expr) -> str:
        """An assertion, or a call of one, with all that it depends on, a line each."""
        says = (
            f"assert {ast.unparse(node.test)}"
            if isinstance(node, ast.Assert)
            else ast.unparse(node)
        )
        texts = {says: None}
        wanted = _given(node) if isinstance(node, ast.Call) else names_of(node)
        for test in conditions(self.function, node):
            texts[f"if {ast.unparse(test)}"] = None
            wanted |= names_of(test)
        given = [*giving(self.function), *_defaults(self.function)]
        local = [({*_stored(target)}, target, source) for target, source in given]
        while True:
            before = len(texts)
            for stored, target, source in local:
                if stored & wanted:
                    texts[f"{ast.unparse(target)} = {ast.unparse(source)}"] = None
                    wanted |= names_of(source)
            for name in sorted(wanted & self.predicates.keys()):
                texts[f"{name}:{self.predicates[name].text}"] = None
                if self.predicates[name].several:  # so it matters which of them it is
                    texts[f"{name} of {self.imported.get(name, self.where)}"] = None
                wanted |= self.predicates[name].names
            if len(texts) == before:
                return "\n".join(texts)


def attributes_set(node: ast.AST) -> Iterator[str]:
    """The attributes that are assigned to in it."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
            yield each.attr


def is_assertion(node: ast.AST) -> bool:
    """Whether it is an assertion: an `assert`, what raises the same, or `assert_never`."""
    return fails(node) or (isinstance(node, ast.Call) and called(node) == NEVER)


def attributes_asserted(function: ast.FunctionDef) -> Iterator[str]:
    """The attributes that its assertions read, and the conditions on these."""
    for each in ast.walk(function):
        if is_assertion(each):
            for part in (each, *conditions(function, each)):
                yield from attributes_in(part)


def attributes_in(node: ast.AST) -> Iterator[str]:
    yield from (each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute))


def _touches(node: ast.AST, read: Collection[str]) -> bool:
    """Whether a statement assigns to one of some attributes, or calls something."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(each, ast.Attribute) and each.attr in read for each in targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def constants(files: Iterable[Path]) -> dict[str, Predicate]:
    """What names of modules, and of classes of constants, stand for."""
    found: dict[str, Predicate] = {}
    for file in sorted(files):
        tree = tree_of(file)
        for scope in (tree, *_classes_of_constants(tree)):
            for target, source in giving(scope, nested=False):
                if isinstance(target, ast.Name):
                    known, text = found.get(target.id), ast.unparse(source)
                    one = Predicate(f"\n{text}", frozenset(names_of(source)))
                    found[target.id] = one if known is None else known.beside(one)
        for name, original in _renamed(tree):
            one = Predicate(f"\n{original}", frozenset({original}))
            found[name] = found[name].beside(one) if name in found else one
    return found


def _classes_of_constants(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """The classes that are neither enums nor decorated, as records are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.decorator_list:
            if not any("Enum" in ast.unparse(base) for base in node.bases):
                yield node


def _renamed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What a module imports by another name."""
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            if alias.asname and alias.asname != alias.name:
                yield alias.asname, alias.name


def imported_in(tree: ast.Module) -> dict[str, str]:
    """The modules that names are imported from."""
    return {
        alias.asname or alias.name: f"{'.' * node.level}{node.module or ''}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    } | {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname
    }


@dataclass(frozen=True)
class Predicate:
    """A function that only assertions call, or a constant, with what it names."""

    text: str
    names: frozenset[str]
    several: bool = False
    """Whether there are such of one name that differ."""

    def beside(self, other: Predicate) -> Predicate:
        """Both, under one name."""
        text = f"{self.text}{other.text}"
        differ = self.several or self.text != other.text
        return Predicate(text, self.names | other.names, differ)


def predicates_in(
    functions: Collection[tuple[Path, ast.FunctionDef]], defined: Collection[str]
) -> dict[str, Predicate]:
    """The functions that only assertions name, or others that only assertions do."""
    named: dict[str, set[str]] = {}
    for _, function in functions:
        asserts = [node for node in ast.walk(function) if is_assertion(node)]
        inside = {id(node) for each in asserts for node in ast.walk(each)}
        for node in ast.walk(function):
            if isinstance(node, ast.Name | ast.Attribute) and _name(node) in defined:
                by = ASSERT if id(node) in inside else function.name
                named.setdefault(_name(node), set()).add(by)
    found = {*named}
    while left := {name for name in found if not named[name] <= {ASSERT, *found}}:
        found -= left
    reached = {name for name in found if ASSERT in named[name]}
    while more := {name for name in found - reached if named[name] & reached}:
        reached |= more
    texts: dict[str, Predicate] = {}
    for _, function in functions:
        if function.name in reached:
            known = texts.get(function.name, Predicate("", frozenset()))
            text = f"{known.text}\n{unparsed(function)}"
            texts[function.name] = Predicate(text, known.names | names_of(function))
    return texts


def _given(call: ast.stmt | ast.expr) -> set[str]:
    """The names in the arguments of a call."""
    if not isinstance(call, ast.Call):
        return set()
    return {name for part in (*call.args, *call.keywords) for name in names_of(part)}


def _defaults(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The parameters of a function with their defaults."""
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults = function.args.defaults
    pairs = [*zip(positional[len(positional) - len(defaults) :], defaults, strict=True)]
    pairs += [
        (parameter, default)
        for parameter, default in zip(
            function.args.kwonlyargs, function.args.kw_defaults, strict=True
        )
        if default is not None
    ]
    for parameter, default in pairs:
        yield ast.Name(parameter.arg, ast.Store()), default


def _stored(target: ast.expr) -> Iterator[str]:
    """The names that an assignment gives values to."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def names_of(node: ast.AST) -> set[str]:
    """The last names of all that is named in it."""
    return {_name(each) for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute)}


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
