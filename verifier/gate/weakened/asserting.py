"""What models assert: each assertion with all that its meaning and its being reached depend on.

That is the text of the conditions on it, of what gives values to names that it reads, and of the
functions that only assertions call. A call of a function that asserts is part of it, too.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.gate.weakened.observing import (
    called,
    conditions,
    giving,
    project_files,
    project_functions,
)
from verifier.gate.weakened.texts import Written, by_new_names, tree_of, unparsed

DECORATORS = {"step", "models", "manual", "abstracts", "observer", "always", "sometimes"}
"""What makes a function one of which it is known whether a system runs it."""
PLAIN = "plain "
"""How the names begin of functions of which it is not known whether a system runs them."""
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

    def is_as_it_was(self, now: Held, names: Mapping[str, str]) -> bool:
        """Whether another one says the same, and nothing has moved from before it to behind it."""
        if by_new_names(self.written.text, names) != now.written.text:
            return False
        before = {by_new_names(text, names) for text in self.before}
        return not (before & now.after) - now.before


@dataclass(frozen=True)
class Assertions:
    """What each function of a project asserts, by its key, and which others it calls."""

    held: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    """Functions that no decorator of the language makes known when they run."""

    def of(self, functions: Collection[str]) -> list[tuple[str, Held]]:
        """The assertions in some functions and in the plain ones that these call."""
        left, ran = [*functions], {*functions}
        while left:
            called = self.calls.get(left.pop(), frozenset())
            more = {f"{PLAIN}{name}" for name in called & self.plain} - ran
            ran |= more
            left += more
        return [(name, each) for name in sorted(ran) for each in self.held.get(name, ())]

    def lost(
        self, ran: Collection[str], now: Assertions, run: Collection[str], names: Mapping[str, str]
    ) -> list[tuple[str, Written]]:
        """The assertions in functions that ran, and are not in those that run now.

        `names` are words that are called otherwise.
        """
        left, found = now.of(run), []
        for key, each in self.of(ran):
            reached = now.reached(by_new_names(key, names))
            same = next(
                (
                    (place, other)
                    for place, other in left
                    if (not reached or place in reached) and each.is_as_it_was(other, names)
                ),
                None,
            )
            if same is None:
                found.append((key.removeprefix(PLAIN), each.written))
            else:
                left.remove(same)
        return found

    def reached(self, key: str) -> frozenset[str]:
        """A function with all that it calls, by their keys; nothing where it is not there."""
        if key not in self.calls:
            return frozenset()
        left, found = [key], {key}
        while left:
            named = self.calls.get(left.pop(), frozenset())
            more = {f"{mark}{name}" for name in named for mark in ("", PLAIN)} & self.calls.keys()
            left += more - found
            found |= more
        return frozenset(found)


def assertions(root: Path) -> Assertions:
    """All that the models and properties of a project assert."""
    functions = list(project_functions(root))
    defined = {function.name for _, function in functions}
    calls: dict[str, frozenset[str]] = {}
    for _, function in functions:
        named, key = frozenset(_names(function)) & defined, _key(function)
        calls[key] = calls.get(key, frozenset()) | named
    asserting = {
        f.name for _, f in functions if any(isinstance(x, ast.Assert) for x in ast.walk(f))
    }
    bare = {key.removeprefix(PLAIN): named for key, named in calls.items()}
    while more := {name for name, named in bare.items() if named & asserting} - asserting:
        asserting |= more
    predicates = _predicates(functions, defined) | _constants(project_files(root))
    held: dict[str, tuple[Held, ...]] = {}
    for file, function in functions:
        where = file.relative_to(root).as_posix()
        found = tuple(
            _held(where, function, node, predicates, _imported(tree_of(file)))
            for node in _asserting(function, asserting)
        )
        held[_key(function)] = (*held.get(_key(function), ()), *found)
    plain = {function.name for _, function in functions if _key(function) != function.name}
    return Assertions(held, calls, frozenset(plain))


def _key(function: ast.FunctionDef) -> str:
    """A function's name; a plain one is another than one of that name that is none."""
    known = any(called(each) in DECORATORS for each in function.decorator_list)
    return function.name if known else f"{PLAIN}{function.name}"


def _asserting(function: ast.FunctionDef, names: Collection[str]) -> Iterator[ast.stmt | ast.expr]:
    """The assertions of a function, and its calls of functions that have some."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and called(node) in names):
            yield node


def _held(
    where: str,
    function: ast.FunctionDef,
    node: ast.stmt | ast.expr,
    predicates: Mapping[str, Predicate],
    imported: Mapping[str, str],
) -> Held:
    read = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    around = [each for each in ast.walk(function) if _touches(each, read)]
    texts = [(getattr(each, "lineno", 0), ast.unparse(each)) for each in around]
    written = Written(where, node.lineno, _in_full(where, function, node, predicates, imported))
    before = frozenset(text for line, text in texts if line < node.lineno)
    return Held(written, before, frozenset(text for line, text in texts if line > node.lineno))


def _touches(node: ast.AST, read: Collection[str]) -> bool:
    """Whether a statement assigns to one of some attributes, or calls something."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(each, ast.Attribute) and each.attr in read for each in targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _constants(files: Iterable[Path]) -> dict[str, Predicate]:
    """What names of modules, and of classes of constants, stand for."""
    found: dict[str, Predicate] = {}
    for file in sorted(files):
        tree = tree_of(file)
        for scope in (tree, *_classes_of_constants(tree)):
            for target, source in giving(scope, nested=False):
                if isinstance(target, ast.Name):
                    known, text = found.get(target.id), ast.unparse(source)
                    one = Predicate(f"\n{text}", frozenset(_names(source)))
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


def _imported(tree: ast.Module) -> dict[str, str]:
    """The modules that names are imported from."""
    return {
        alias.asname or alias.name: f"{'.' * node.level}{node.module or ''}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
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


def _predicates(
    functions: Collection[tuple[Path, ast.FunctionDef]], defined: Collection[str]
) -> dict[str, Predicate]:
    """The functions that only assertions name, or others that only assertions do."""
    named: dict[str, set[str]] = {}
    for _, function in functions:
        asserts = [node for node in ast.walk(function) if isinstance(node, ast.Assert)]
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
            texts[function.name] = Predicate(text, known.names | _names(function))
    return texts


def _in_full(
    where: str,
    function: ast.FunctionDef,
    node: ast.stmt | ast.expr,
    predicates: Mapping[str, Predicate],
    imported: Mapping[str, str],
) -> str:
    """An assertion, or a call of one, with all that it depends on, a line each."""
    says = f"assert {ast.unparse(node.test)}" if isinstance(node, ast.Assert) else ast.unparse(node)
    texts = {says: None}
    wanted = _names(node) if isinstance(node, ast.Assert) else _given(node)
    for test in conditions(function, node):
        texts[f"if {ast.unparse(test)}"] = None
        wanted |= _names(test)
    given = [*giving(function), *_defaults(function)]
    local = [({*_stored(target)}, target, source) for target, source in given]
    while True:
        before = len(texts)
        for stored, target, source in local:
            if stored & wanted:
                texts[f"{ast.unparse(target)} = {ast.unparse(source)}"] = None
                wanted |= _names(source)
        for name in sorted(wanted & predicates.keys()):
            texts[f"{name}:{predicates[name].text}"] = None
            if predicates[name].several:  # so it matters which of them it is
                texts[f"{name} of {imported.get(name, where)}"] = None
            wanted |= predicates[name].names
        if len(texts) == before:
            return "\n".join(texts)


def _given(call: ast.stmt | ast.expr) -> set[str]:
    """The names in the arguments of a call."""
    if not isinstance(call, ast.Call):
        return set()
    return {name for part in (*call.args, *call.keywords) for name in _names(part)}


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


def _names(node: ast.AST) -> set[str]:
    """The last names of all that is named in it."""
    return {_name(each) for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute)}


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
