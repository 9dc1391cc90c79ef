"""A circuit is reused only where all that it depends on is known: whatever else is found."""

import ast
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import verifier
from tests.project.conftest import whys
from verifier.language.packages import bundled_root
from verifier.project import permitted
from verifier.project.loading import load
from verifier.project.purity import reasons_of
from verifier.project.sources import Source

Reasons = Callable[..., list[str]]

KNOWN = [
    "def set(x): pass\nX = (set,)\nY = {'a'}",
    "X = {1: 2}\nY = [k for k in X.keys()]\nZ = [*X.items()]\nW = dict(X.items())",
    "V = {1: 2}.keys()\nX = tuple(V)\nY = len(V) - 1",
    "def f(x: frozenset[str]) -> set[int]: return {1}\nX = isinstance(1, frozenset)",
    "S: frozenset[str] = frozenset('ab')\nX = 'a' in S",
    "class K: pass\nX = sorted({1, 2}), max({1, 2}), sum({1, 2})",
    "X = sorted(['a', 'b'], key=lambda text: text.lower())",
    "from __future__ import annotations",
    "from enum import Enum, Flag, auto",
    "import enum\n\nclass Kind(enum.Enum):\n    A = 1",
    "import functools\nDOUBLE = functools.partial(max, 2)",
    "import collections.abc\nLIST: collections.abc.Sequence[int] = (1,)",
    "from collections import abc\nLIST: abc.Sequence[int] = (1,)",
    "import collections.abc as kinds\nLIST: kinds.Sequence[int] = (1,)",
    "from typing import TYPE_CHECKING, NamedTuple\n\nclass At(NamedTuple):\n    x: int = 0",
    "from itertools import product\nPAIRS = list(product((1, 2), (3, 4)))",
    "from operator import attrgetter\nVALUE = attrgetter('value')",
    "import operator\nVALUE = operator.methodcaller('upper')('x')",
    "import verifier.language\nFAMILY = verifier.language.Family",
    "import verifier.language as words\nFAMILY = words.Family",
    "from verifier import language\nFAMILY = language.Family",
    "from verifier.language.records import snapshot",
    "from functools import wraps\ndef same(f):\n @wraps(f)\n def g(*a): return f(*a)\n return g",
    "from dataclasses import dataclass\n\n@dataclass(frozen=True)\nclass Era:\n    x: int = 0",
    "NAME = 'x'.join(f'{n}' for n in range(3)) + '{} {:>{w}}'.format(1, 2, w=3)",
    "def open(): return 1\nVALUE = open()",
    "def close(input: bool) -> bool:\n    return input",
    "class Box:\n def __init__(self): self._x = 1\n def __repr__(self): return f'{self._x}'",
    "KIND = type(1).__name__\nSAME = type(1) is type(2)\nOF: type[int] = int",
    "from enum import Enum\nT = Enum('T', {f'a{n}': n for n in range(2)})\nX: T | None = None",
    "from typing import Union\nAlias = Union[int, 'str', None]\nX: list[Alias | float] = []",
    "def f(x: bool) -> None:\n    if x:\n        raise RuntimeError('x')",
    "class Odd(Exception):\n    pass\n\ntry:\n    int('x')\nexcept ValueError:\n    pass",
    "def kind(x: int) -> int:\n match x:\n  case int(real=1):\n   return 2\n return 3",
    "NAMES = {'a', 'b'}\nHAS = 'a' in NAMES\nMANY = len(NAMES) + len(NAMES | {'c'})",
    "FIRST = sorted({'a', 'b'})[0]\nALL = all(x for x in frozenset({'a', 'b'}))",
    "class Era:\n def __init__(me, *, of): me.of = of\nE = Era(of={'a'})\nX = 'a' in E.of",
    "def both(): return {'a', 'b'}\nHAS = 'a' in both()\nNAMES: set[str] = set(x for x in both())",
    "TEXT = 'see __do_fpu_begin() and fpu__init__one'",
]

SHOWN = [
    "X = list(set('ab'))\ndef set(x): pass",
    "def set(x): pass\ndel set\nX = list(set('ab'))",
    "(a := {'a', 'b'})\nX = [*a]",
    "X = list({'a', 'b'})",
    "X = [x for x in {'a', 'b'}]",
    "X = {'a', 'b'}.pop()",
    "X = (*{'a', 'b'},)",
    "X = ','.join({'a', 'b'})",
    "A = {1: 2}\nX = list(A.keys() | {3})",
    "A = {1: 2}\nX = list(A.keys() & A.items())",
    "A = frozenset('ab')\nfor X in A: pass",
    "A = B = set('ab')\nX = tuple(B)",
    "A = {1}\nB = A\nX = next(iter(B))",
    "def f(): return {1, 2}\nX = [*f()]",
    "class C: pass\nC.a = {1}\nX = list(C.a)",
    "A = {1}\nX = list(A.union({2}))",
    "X = dict.fromkeys({1, 2})",
    "A, B = {1, 2}",
    "X = list({1} or {2})",
    "X = list(a := {1})",
    "X = tuple(frozenset[str](('a', 'b')))",
    "class S(frozenset[str]): pass\nX = tuple(S('ab'))",
    "class C:\n    S = {'a', 'b'}\nX = tuple(getattr(C, 'S'))",
    "A = {'a', 'b'}\nfrom models.m import A as B\nX = tuple(B)",
    "X = []\nX += {'a', 'b'}",
    "V = {1: 2}.keys()\nW = V | ()\nX = [x for x in W]",
    "from operator import sub\nX = tuple(sub({1: 2}.keys(), ()))",
    "from collections.abc import KeysView\nX = [*(KeysView({1: 2}) & KeysView({1: 3}))]",
]
"""A set is gone through item by item."""

PERHAPS_SHOWN = [
    "def f(): pass\nX = (set,)",
    "def set(x): return tuple(x)\nX = set({'a', 'b'})",
    "def len(x): return tuple(x)\nX = len({'a', 'b'})",
    "def int(x): return F.append(x)\nF = []\nX = any(int(x) for x in {'a', 'b'})",
    "def list(x): return x - {3}\nX = list({1: 2}.keys())",
    "import operator\nV = {1: 2}.keys()\nX = tuple(operator.or_(V, ()))",
    "def f(d): return d.keys()\nX = tuple(f({1: 2}) - {3})",
    "X = f'{ {1, 2} }'",
    "A = ({1}, {2})",
    "A = {'x': {1}}",
    "X = sorted({'a', 'b'}, key=len)",
    "X = max({'a', 'b'}, key=len)",
    "def f(*, of): return list(of)\nX = f(of={1})",
    "from dataclasses import field\nX = field(default_factory=set)",
    "F = frozenset\nX = tuple(F('ab'))",
    "from operator import attrgetter\nclass C:\n    S = {'a'}\nX = attrgetter('S')(C)",
    "from operator import methodcaller\nX = methodcaller('keys')({})",
    "V = {1: 2}.keys()\nV |= ()\nX = [x for x in V]",
    "def f(x): return x | ()\nX = f({1: 2}.keys())",
    "from functools import reduce\nimport operator\nX = reduce(operator.or_, [{1: 2}.keys()])",
    "from collections.abc import KeysView\nX = [*map(KeysView, [{1: 2}])]",
    "A, B = map(dict.keys, [{1: 2}, {1: 3}])\nX = [*(A & B)]",
    "K = {1: 2}.keys\nX = [*(K() & K())]",
    "class K:\n    def __lt__(self, other): return False\nX = sorted({K(), K()})",
    "class K:\n    def __gt__(self, other): return False\nX = max({K(), K()})",
    "class K:\n    def __radd__(self, other): return self\nX = sum({K(), K()})",
    "X = sum({('a',), ('b',)}, ())",
    "X = [*{'a', 'b'}.__iter__()]",
    "S = {'a', 'b'}\nX = [*S.__iter__()]",
    "class C:\n    S = {1, 2}\ndef f():\n    match C:\n        case object(S=x): return [*x]",
    "X = []\n{X.append(x) for x in {'a', 'b'}}",
    "X = []\nany(X.append(x) for x in {'a', 'b'})",
    "X = 1\nA = {(X := x) for x in {'a', 'b'}}",
    "X = sorted([len, max], key=str)",
    "X = sorted([len, max], key=lambda f: f'{f}')",
]
"""A set goes where its order may show."""

UNKNOWN = {
    "import os": "imports `os` at 1",
    "import os as enum": "imports `os` at 1",
    "import os.path": "imports `os.path` at 1",
    "from os import environ": "imports `os` at 1",
    "import enum, sys": "imports `sys` at 1",
    "import collections": "imports `collections` at 1",
    "from collections import OrderedDict": "imports `collections` at 1",
    "import time": "imports `time` at 1",
    "import importlib": "imports `importlib` at 1",
    "import helper_outside": "imports `helper_outside` at 1",
    "def late():\n    import random": "imports `random` at 2",
    "if False:\n    import random": "imports `random` at 2",
    "from functools import *": "imports `functools.*` at 1",
    "from typing import sys": "imports `typing.sys` at 1",
    "from typing import get_type_hints": "imports `typing.get_type_hints` at 1",
    "from dataclasses import make_dataclass": "imports `dataclasses.make_dataclass` at 1",
    "import enum\nX = enum.sys.flags": "uses `enum.sys.flags` at 2",
    "import dataclasses\nX = dataclasses.sys": "uses `dataclasses.sys` at 2",
    "import functools\nX = functools.__builtins__": "uses `functools.__builtins__` at 2",
    "import functools\nX = functools": "uses the module `functools` as a value at 2",
    "import functools\nX = getattr(functools, 'reduce')": "uses the module `functools` as a value",
    "import typing as t\nX = [t][0]": "uses the module `t` as a value at 2",
    "import collections.abc\nX = collections.namedtuple": "uses `collections.namedtuple` at 2",
    "import verifier.language\nX = verifier.language.records": "uses `verifier.language.records`",
    "from verifier import language\nX = language.stores": "uses `language.stores` at 2",
    "X = __builtins__": "uses `__builtins__` at 1",
    "X = __loader__": "uses `__loader__` at 1",
    "X = __spec__": "uses `__spec__` at 1",
    "X = __file__": "uses `__file__` at 1",
    "X = __import__('os')": "uses `__import__` at 1",
    "X = open('/dev/null')": "uses `open` at 1",
    "X = open\ndef open(): pass": "uses `open` at 1",
    "def f(x=open): return x": "uses `open` at 1",
    "X = eval('1')": "uses `eval` at 1",
    "exec('x = 1')": "uses `exec` at 1",
    "X = compile('1', '', 'eval')": "uses `compile` at 1",
    "X = globals()": "uses `globals` at 1",
    "X = vars()": "uses `vars` at 1",
    "X = id(1)": "uses `id` at 1",
    "X = hash('x')": "uses `hash` at 1",
    "X = getattr(1, 'real'.lower())": "uses `getattr` with a computed name at 1",
    "X = [getattr]": "uses `getattr` as a value at 1",
    "X = getattr(len, '__self__')": "uses `__self__` at 1",
    "from operator import attrgetter\nX = attrgetter('a.__globals__')": "uses `__globals__` at 2",
    "from operator import attrgetter as a": "calls `operator.attrgetter` something else at 1",
    "import operator\nX = operator.attrgetter": "uses `attrgetter` at 2",
    "import operator\nX = operator.methodcaller('x'.lower())": "uses `methodcaller` with",
    "X = (lambda: 0).__globals__": "uses `__globals__` at 1",
    "X = ().__class__.__base__": "uses `__class__` at 1",
    "X = (x for x in ()).gi_frame": "uses `gi_frame` at 1",
    "X = '{0.real}'.format(1)": "uses `format` on a text that is not a constant at 1",
    "X = '{:{0.real}}'.format(1)": "uses `format` on a text that is not a constant at 1",
    "F = '{}'\nX = F.format(1)": "uses `format` on a text that is not a constant at 2",
    "X = '{x}'.format_map({'x': 1})": "uses `format_map` at 1",
    "X = str.format": "uses `format` on a text that is not a constant at 1",
    "X = '__globals__'": "has the text `__globals__` at 1",
    "X: 'open(1)' = 1": "uses `open` at 1",
    "from typing import Optional\nX = Optional['open(1)']": "uses `open` at 2",
    "X = type('X', (), {})": "uses `type` at 1",
    "X = type(type(1))": "uses `type` at 1",
    "class M(type): pass": "uses `type` at 1",
    "class X(metaclass=max): pass": "has a class with a metaclass",
    "class X:\n    def __del__(self): pass": "defines `__del__` at 2",
    "class X:\n    __match_args__ = ('x',)": "assigns `__match_args__` at 2",
    "def f(x):\n match x:\n  case object(__dict__=y):\n   return y": "uses `__dict__`",
    "from typing import NamedTuple\nX = NamedTuple('X', [('a', 'b')])": "calls `NamedTuple` at 2",
    "try:\n    pass\nexcept Exception:\n    pass": "catches whatever goes wrong",
    "try:\n    pass\nexcept (KeyError, RuntimeError):\n    pass": "catches whatever goes wrong",
    "X: 'a' + 'b'": "computes an annotation at 1",
    "X: f'a{1}'": "computes an annotation at 1",
    "T = 'a' + 'b'\nX: T": "computes an annotation at 2",
    "T = 'a' + 'b'\ndef f(x: T): pass": "computes an annotation at 2",
    "T = 'a' + 'b'\ndef f() -> list[T]: pass": "computes an annotation at 2",
    "T = 'a' + 'b'\ndef f() -> 'list[T]': pass": "computes an annotation at 2",
    "T = ['a', 'b'.lower()]\nU = list[T[1]]\nX: T": "computes an annotation at 3",
    "class N: T = 'a' + 'b'\nX: N.T": "computes an annotation at 2",
    "class N: pass\nN.T = 'a' + 'b'\nX: N.T": "computes an annotation at 3",
    "def f(T):\n    class C:\n        x: T": "computes an annotation at 3",
    "def f(open):\n    def g():\n        global open\n        return open": "uses `open` at 3",
    "E = Exception": "uses `Exception` as a value at 1",
    "E = [ModelError]": "uses `ModelError` as a value at 1",
    "from verifier.language import ModelError as M": "calls `verifier.language.Mod",
    "from verifier import language\ntry:\n  pass\nexcept language.ModelError:\n  pass": "catches",
    "from functools import wraps as w": "calls `functools.wraps` something else at 1",
    "def f():\n    try:\n        pass\n    finally:\n        return 1": "passes over whatever",
    "class X:\n    def __exit__(self, *_): return True": "defines `__exit__` at 2",
    "import functools\nfunctools.reduce = max": "uses `functools.reduce` at 2",
    "import functools\ndel functools.reduce": "uses `functools.reduce` at 2",
    "X = SYSTEM.actions[0].function.place.file": "uses `actions` at 1",
    "try:\n    pass\nexcept:\n    pass": "catches whatever goes wrong",
    "try:\n    pass\nexcept MemoryError:\n    pass": "uses `MemoryError` at 3",
    "from functools import wraps\nX = wraps(len, ('x',))": "uses `wraps` with computed names at 2",
    "from enum import Enum\nX = Enum._convert_": "uses `_convert_` at 2",
    **dict.fromkeys(SHOWN, "depends on the order of a set"),
    **dict.fromkeys(PERHAPS_SHOWN, "may depend on the order of a set"),
    "def f():\n    global open\n    open = 1\n\ndef g(): del open": "uses `open` at 2",
}


@pytest.mark.parametrize("text", KNOWN)
def test_what_depends_on_nothing_else_is_known(reasons: Reasons, text: str) -> None:
    assert reasons(text) == []


@pytest.mark.parametrize("text", UNKNOWN)
def test_whatever_could_depend_on_something_else_is_found(
    text: str,
) -> None:
    """Where it is written is enough: it need not run."""
    source = Source("models.x", "x.py", "models/x.py", text.encode())
    found = reasons_of({source: ast.parse(text)})
    assert found, "nothing was found"
    assert f"{found[0].what} at {found[0].place.line}".startswith(UNKNOWN[text])


@pytest.mark.parametrize("module", [*permitted.STANDARD, "verifier.language"])
def test_no_permitted_name_leads_to_a_module(module: str) -> None:
    """An attribute of what is imported is no way around what may be imported."""
    names = permitted.STANDARD.get(module, permitted.LANGUAGE)
    for name in names:
        value = getattr(import_module(module), name, None)
        assert not isinstance(value, ModuleType), name
        for attribute in dir(value):
            if not attribute.startswith("_"):
                assert not isinstance(getattr(value, attribute, None), ModuleType), attribute


def test_the_bundled_models_and_the_template_depend_on_nothing_else() -> None:
    assert whys(load(Path(verifier.__file__).parent / "template")) == []
    assert whys(load(bundled_root())) == []
