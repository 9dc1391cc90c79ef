"""What models assert: each assertion with all that its meaning and its being reached hang on.

That is the text of the conditions on it, of what gives values to names that it reads, and of the
functions that only assertions call. A call of a function that asserts is part of it, too.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.gate.weakened.observing import called, conditions, giving, project_functions
from verifier.gate.weakened.texts import Written, unparsed

DECORATORS = {"step", "models", "manual", "abstracts", "observer", "always", "sometimes"}
"""What makes a function one of which it is known whether a system runs it."""
ASSERT = "assert"
"""What names a function in an assertion; no function is called so."""


@dataclass(frozen=True)
class Assertions:
    """What each function of a project asserts, by its name, and which others it calls."""

    held: Mapping[str, tuple[Written, ...]] = field(default_factory=dict)
    """With all that it hangs on as the text of each."""
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    """Functions that no decorator of the language makes known when they run."""

    def of(self, functions: Collection[str]) -> list[tuple[str, Written]]:
        """The assertions in some functions and in the plain ones that these call."""
        left, ran = [*functions], set[str]()
        while left:
            name = left.pop()
            if name not in ran:
                ran.add(name)
                left += self.calls.get(name, frozenset()) & self.plain
        return [(name, each) for name in sorted(ran) for each in self.held.get(name, ())]

    def lost(
        self, ran: Collection[str], now: Assertions, run: Collection[str]
    ) -> list[tuple[str, Written]]:
        """The assertions in functions that ran, and are not in those that run now."""
        left = Counter(each.text for _, each in now.of(run))
        found = []
        for name, each in self.of(ran):
            if not left[each.text]:
                found.append((name, each))
            left[each.text] -= 1
        return found


def assertions(root: Path) -> Assertions:
    """All that the models and properties of a project assert."""
    functions = list(project_functions(root))
    defined = {function.name for _, function in functions}
    asserting = {
        f.name for _, f in functions if any(isinstance(x, ast.Assert) for x in ast.walk(f))
    }
    predicates = _predicates(functions, defined)
    held: dict[str, tuple[Written, ...]] = {}
    calls: dict[str, frozenset[str]] = {}
    for file, function in functions:
        where = file.relative_to(root).as_posix()
        found = tuple(
            Written(where, node.lineno, _in_full(function, node, predicates))
            for node in _asserting(function, asserting)
        )
        held[function.name] = (*held.get(function.name, ()), *found)
        named = frozenset(_names(function)) & defined
        calls[function.name] = calls.get(function.name, frozenset()) | named
    known = {f.name for _, f in functions if any(called(d) in DECORATORS for d in f.decorator_list)}
    return Assertions(held, calls, frozenset(defined - known))


def _asserting(function: ast.FunctionDef, names: Collection[str]) -> Iterator[ast.stmt | ast.expr]:
    """The assertions of a function, and its calls of functions that have some."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and called(node) in names):
            yield node


@dataclass(frozen=True)
class Predicate:
    """A function that only assertions call, and functions like it."""

    text: str
    names: frozenset[str]


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
    function: ast.FunctionDef, node: ast.stmt | ast.expr, predicates: Mapping[str, Predicate]
) -> str:
    """An assertion, or a call of one, with all that it hangs on, a line each."""
    texts = {ast.unparse(node): None}
    wanted = _names(node) if isinstance(node, ast.Assert) else set[str]()
    for test in conditions(function, node):
        texts[f"if {ast.unparse(test)}"] = None
        wanted |= _names(test)
    local = [
        (target, source) for target, source in giving(function) if isinstance(target, ast.Name)
    ]
    while True:
        before = len(texts)
        for target, source in local:
            if target.id in wanted:
                texts[f"{target.id} = {ast.unparse(source)}"] = None
                wanted |= _names(source)
        for name in sorted(wanted & predicates.keys()):
            texts[f"{name}:{predicates[name].text}"] = None
            wanted |= predicates[name].names
        if len(texts) == before:
            return "\n".join(texts)


def _names(node: ast.AST) -> set[str]:
    """The last names of all that is named in it."""
    return {_name(each) for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute)}


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
