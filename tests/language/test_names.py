"""Names that stand for two things, or that nobody could type, are refused with both places."""

import linecache
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from verifier.compiler.translation import compile_system
from verifier.language import ModelError, System, always, record, sometimes, step
from verifier.language.errors import Place
from verifier.language.functions import about
from verifier.language.members import check_enum
from verifier.language.names import (
    check_functions,
    check_system,
    check_text,
    system_place,
    two_systems,
)
from verifier.language.packages import bundled_root


@record
class State:
    flag: bool = False


# names in a text


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(text: str) -> None:
    file = Path("module.py").absolute()
    file.write_text(text)
    check_text(file)


def twice(text: str) -> tuple[str, int]:
    """The message about a text, and its line."""
    with pytest.raises(ModelError) as caught:
        checked(text)
    place = caught.value.place
    assert place is not None
    assert place.file == str(Path("module.py").absolute())
    assert caught.value.help == "the second replaces the first: give each a name of its own"
    return caught.value.message, place.line


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("def f(): ...\n\n\ndef f(): ...\n", 1, 4),
        ("@step\ndef f(): ...\n@always('p')\ndef f(): ...\n", 2, 4),
        ("def f(): ...\nclass f: ...\n", 1, 2),
        ("class f: ...\nx = 1\nclass f: ...\n", 1, 3),
        ("from models.a import f\ndef f(): ...\n", 1, 2),
        ("def f(): ...\nfrom models.a import (\n    g,\n    f,\n)\n", 1, 2),
        ("from models.a import g as f\nasync def f(): ...\n", 1, 2),
        ("def f(): ...\nf = None\n", 1, 2),
        ("def f(): ...\nf: object = None\n", 1, 2),
        ("def f(): ...\ng, f = 1, 2\n", 1, 2),
        ("if x:\n    def f(): ...\ndef f(): ...\n", 2, 3),
        ("if x:\n    def f(): ...\n    def f(): ...\n", 2, 3),
        ("try:\n    def f(): ...\nfinally:\n    def f(): ...\n", 2, 4),
        ("for x in y:\n    def f(): ...\nwith z:\n    def f(): ...\n", 2, 4),
        ("class A:\n    def f(self): ...\n    def f(self): ...\n", 2, 3),
        ("def g():\n    def f(): ...\n    def f(): ...\n", 2, 3),
        ("f = System('a', 1, ())\nf = System('b', 1, ())\n", 1, 2),
        ("from models.a import f\nfrom models.b import f\n", 1, 2),
        ("from models.a import f\nfrom models.a import g as f\n", 1, 2),
        ("import models.a as f\nimport models.b as f\n", 1, 2),
    ],
)
def test_one_name_for_two_things_in_a_text(text: str, first: int, second: int) -> None:
    assert twice(text) == (f"`f` is defined twice: first at module.py:{first}", second)


@pytest.mark.parametrize(
    "text",
    [
        "def f(): ...\ndef g(): ...\n",
        "if x:\n    def f(): ...\nelse:\n    def f(): ...\n",
        "if x:\n    def f(): ...\nelif y:\n    def f(): ...\n",
        "try:\n    from a import f\nexcept ImportError:\n    def f(): ...\n",
        "match x:\n    case 1:\n        def f(): ...\n    case _:\n        def f(): ...\n",
        "class A:\n    def f(self): ...\nclass B:\n    def f(self): ...\n",
        "class A:\n    @property\n    def f(self): ...\n    @f.setter\n    def f(self, x): ...\n",
        "def f(): ...\nf = cached(f)\n",
        "def g(x):\n    if x:\n        def f(): ...\n        return f\n    def f(): ...\n",
        "def f(): ...\nx = f\nx = 2\n",
        "def a():\n    def f(): ...\ndef b():\n    def f(): ...\n",
        "f = System('a', 1, ())\ng = System('b', 1, ())\n",
        "from models.a import f\nfrom models.a import f\n",
        "import models.a\nimport models.b\n",
        "from operator import *\nfrom operator import and_\n",
        "not Python (\n",
    ],
)
def test_names_that_replace_nothing(text: str) -> None:
    checked(text)


def test_what_is_imported_by_a_star_counts() -> None:
    message, line = twice("from operator import *\ndef and_(): ...\n")
    assert (message, line) == ("`and_` is defined twice: first at module.py:1", 2)


def test_the_bundled_texts_have_no_name_twice() -> None:
    files = [
        file for part in ("models", "properties") for file in (bundled_root() / part).rglob("*.py")
    ]
    assert len(files) > 40
    for file in files:
        check_text(file)


# names of properties and cases


def named(group: Any, name: str = "f", kind: Any = always) -> Any:
    def body(state: State) -> bool:
        return state.flag

    body.__name__ = name
    function = about(kind(group)(body))
    assert function is not None
    return function


GOOD = ("isolation", "host_integrity", "p", "no-loss", "v3.14", "größe", "_", "c++")
LETTERS = "use letters, digits, `-`, `_`, `+` and `.`, a letter, digit or `_` first"


@pytest.mark.parametrize("group", GOOD)
def test_a_name(group: str) -> None:
    check_functions([named(group), named(group, kind=sometimes)])
    check_system(f"a/{group}", [], lambda: Place("?", 1))


@pytest.mark.parametrize("name", ["assertions", "deadlock"])
def test_the_names_of_properties_that_every_system_has(name: str) -> None:
    for kind, function in (
        ("property", named(name)),
        ("property", named(name, kind=sometimes)),
        ("case", named("p", name, sometimes)),
    ):
        with pytest.raises(ModelError) as caught:
            check_functions([function])
        what = f"the {kind} `{name}` is called like the property `{name}`, which every system has"
        assert (caught.value.message, caught.value.place) == (what, function.place)
    for system in (name, f"lazy/{name}", f"{name}/lazy"):
        with pytest.raises(ModelError, match=f"the system `{system}` is called like the property"):
            check_system(system, [], lambda: Place("?", 1))


@pytest.mark.parametrize(
    ("group", "what"),
    [
        ("a:b", "`a:b` has a `:` where it must not"),
        ("a/b", "`a/b` has a `/` where it must not"),
        ("a*", "`a*` has a `*` where it must not"),
        ("a b", "`a b` has a ` ` where it must not"),
        ("a?", "`a?` has a `?` where it must not"),
        ("[a]", "`[a]` has a `[` where it must not"),
        ("a\n", "`a\n` has a `\n` where it must not"),
        ("-a", "`-a` has a `-` where it must not"),
        ("..", "`..` has a `.` where it must not"),
    ],
)
def test_a_name_that_nobody_could_type(group: str, what: str) -> None:
    for kind in (always, sometimes):
        function = named(group, kind=kind)
        with pytest.raises(ModelError) as caught:
            check_functions([function])
        assert caught.value.message == f"the name of the property {what}"
        assert (caught.value.place, caught.value.help) == (function.place, LETTERS)


@pytest.mark.parametrize("name", ["a:b", "a*", "a b", "/a", "a/", "a//b", "../a", "-a", "a/-b", ""])
def test_a_system_that_nobody_could_name(name: str) -> None:
    place = Place("models/a.py", 3)
    with pytest.raises(ModelError) as caught:
        check_system(name, [], lambda: place)
    assert caught.value.message.startswith(f"the name of the system `{name}` has a")
    assert (caught.value.place, caught.value.help) == (place, LETTERS)


def test_a_system_that_is_called_like_a_pair() -> None:
    with pytest.raises(ModelError, match="`lazy/p` is called like the property `p` of a system"):
        check_system("lazy/p", ["p"], lambda: Place("?", 1))
    check_system("p/lazy", ["p"], lambda: Place("?", 1))


def test_two_cases_of_one_name() -> None:
    first, second = named("p", "it_happens", sometimes), named("q", "it_happens", sometimes)
    check_functions([first, named("q", "it_happens"), first])
    with pytest.raises(ModelError) as caught:
        check_functions([first, second])
    message = f"two cases are called `it_happens`: the first is at {first.place}"
    assert (caught.value.message, caught.value.place) == (message, second.place)


@pytest.mark.parametrize("group", [3, ""])
def test_a_property_without_a_name(group: Any) -> None:
    with pytest.raises(ModelError, match=r"`@always` is given `.*` and not a text"):
        named(group)


def test_two_systems_of_one_name_are_placed() -> None:
    file = Path("module.py").absolute()
    file.write_text('A = 1\nT = System("a", 1, ())\nif A:\n    U = System(name, 2, ())\n')
    first, second = system_place(str(file), "T", "a"), system_place(str(file), "U", "a/b")
    assert (first.line, second.line) == (2, 4)
    error = two_systems("a", first, second)
    assert error.message == "two systems are called `a`: the first is at module.py:2"
    assert error.place == second


# names that no model can use


class Mode(Enum):
    ONE = 0
    keys = 1


def items(_: object) -> bool:
    return True


@pytest.mark.parametrize("name", ["items", "keys", "format", "mro", "tb_next", "cr_code", "_run"])
def test_a_field_or_method_that_no_model_could_use(name: str) -> None:
    for held in ({"__annotations__": {name: "bool"}, name: False}, {name: items}):
        with pytest.raises(ModelError, match=f"`S` has `{name}`, which no model can use") as error:
            record(type("S", (), {"__annotations__": {}, **held}))
        assert error.value.help == "give it another name: it is Python's or the language's own"


def test_a_member_that_no_model_could_use() -> None:
    with pytest.raises(ModelError, match="`Mode` has `keys`, which no model can use"):
        check_enum(Mode)


@pytest.mark.parametrize("name", ["cr_shadow", "tb_valid", "ag_on", "gi_mask", "key", "f_tag"])
def test_a_field_that_is_called_almost_like_python_s_own(name: str) -> None:
    kind: Any = record(type("S", (), {"__annotations__": {name: bool}, name: False}))

    source = f"def use(state):\n    state.{name} = not state.{name}\n"
    file = Path("use.py").absolute()
    file.write_text(source)
    space: dict[str, Any] = {"__name__": "models.use", "S": kind}
    exec(compile(source, str(file), "exec"), space)
    space["use"].__annotations__ = {"state": kind}
    linecache.checkcache(str(file))
    compiled = compile_system(System("one", kind(), (step(space["use"]),)), ())
    assert [bit.name for bit in compiled.circuit.latches] == [name]
