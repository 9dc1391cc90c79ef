"""A new kind of property function needs a line in the table, and nothing else to be judged."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

import verifier.language
from verifier.compiler.compile import compile_compared
from verifier.engines.contract import engine_named
from verifier.evidence.verdicts import Limits, Proved, Violated
from verifier.execution.execution import Execution
from verifier.execution.machine import Machine
from verifier.explain.counterexample import logged
from verifier.gate.weakened.claims import claims_of
from verifier.gate.weakened.implied import Implied
from verifier.gate.weakened.judged import judged_by, named_in
from verifier.language import System, record, step
from verifier.language.functions import ModelFunction, about, model_function
from verifier.language.kinds import JUDGEMENTS, Judgement
from verifier.project import permitted
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.viewer.markup import rendered
from verifier.viewer.text import trace_lines

VERIFIER = Path(verifier.language.__file__).parent.parent
NAMING = {
    "language/kinds.py",
    "language/decorators.py",
    "language/__init__.py",
    "language/goals.py",
}
"""The table, the decorators, their list, and how outputs of cases begin."""
NEVER = Judgement(claims=True, sought=True, reads="never: ")
MODEL = """from verifier.language import System, record, step


@record
class Lamp:
    on: bool = False
    hot: bool = False


@step
def switch(lamp: Lamp, on: bool) -> None:
    lamp.hot = lamp.on
    lamp.on = on


LAMP = System("tried/lamp", Lamp(), (switch,))
"""
PROPERTY = """from models.lamp import Lamp
from verifier.language import never


@never("cold")
def it_is_hot(lamp: Lamp) -> bool:
    return lamp.hot


@never("dark")
def it_is_cold_and_not(lamp: Lamp) -> bool:
    return lamp.hot and not lamp.hot
"""


@record
class Lamp:
    on: bool = False
    hot: bool = False


@step
def switch(lamp: Lamp, on: bool) -> None:
    lamp.hot = lamp.on
    lamp.on = on


def it_is_hot(lamp: Lamp) -> bool:
    return lamp.hot


def it_is_hot_and_off(lamp: Lamp) -> bool:
    return lamp.hot and not lamp.on


LAMP = System("tried/lamp", Lamp(), (switch,))


def never(group: str) -> Callable[[Any], Any]:
    """What must not be."""
    return lambda body: model_function(body, cast(Any, "never"), group=group)


def judging(body: Callable[[Lamp], bool]) -> ModelFunction:
    function = about(never("cold")(body))
    assert function is not None
    return function


@pytest.fixture(autouse=True)
def of_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cast(Any, JUDGEMENTS), "never", NEVER)
    monkeypatch.setattr(verifier.language, "never", never, raising=False)
    monkeypatch.setattr(permitted, "LANGUAGE", permitted.LANGUAGE | {"never"})


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    for folder, name, text in (("models", "lamp", MODEL), ("properties", "cold", PROPERTY)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.py").write_text(text)
    return load(tmp_path)


def test_its_claims_are_loaded_compared_with_python_and_decided(catalogue: Catalogue) -> None:
    system = catalogue.systems["tried/lamp"]
    compiled = compile_compared(system, catalogue.properties_of(system))
    answers = engine_named("auto")(compiled.circuit, ["cold", "dark"], Limits(), lambda _: None)
    assert isinstance(answers["cold"], Violated)
    assert isinstance(answers["dark"], Proved)


def test_it_is_judged_in_executions() -> None:
    machine, hot = Machine(LAMP), judging(it_is_hot)
    assert machine.failing([hot]) == []
    for on in (True, False):
        machine.move((LAMP.actions[0], {"on": on}))
    assert machine.failing([hot]) == [hot]
    assert machine.read_by(hot) == {"hot": True}


def test_its_claims_read_as_the_table_says() -> None:
    hot = judging(it_is_hot)
    start = Execution.at_start(LAMP, [hot])
    execution = replace(start, moves=[(LAMP.actions[0], {"on": on}) for on in (True, False)])
    trace = logged(execution, group="cold", conjunct=hot.name)
    shown = rendered(trace_lines(trace))
    assert "  violated: never: it is hot." in shown
    assert "  ✗ cold: never: it is hot  after step 2" in shown


def test_its_claims_are_compared_with_those_of_the_base() -> None:
    strong, weak = (claims_of(LAMP, [judging(it)]) for it in (it_is_hot, it_is_hot_and_off))
    [less] = Implied(strong, weak, {}).less()
    assert (less.function, less.gone) == ("never:cold/it_is_hot", False)
    assert not Implied(weak, strong, {}).less()


def test_its_claims_have_the_same_names_where_only_texts_are_read(catalogue: Catalogue) -> None:
    assert named_in(catalogue.root).claims.keys() == judged_by(catalogue).claims.keys()


def test_a_kind_without_a_line_in_the_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cast(Any, JUDGEMENTS), "never")
    with pytest.raises(AssertionError, match="a kind that judges"):
        judging(it_is_hot)


def naming(file: Path) -> Iterator[str]:
    """The texts of a file, other than documentation, that are or begin with the name of a kind."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.partition(":")[0] in JUDGEMENTS:
                yield f"{file.relative_to(VERIFIER)}:{node.lineno} {node.value}"


def test_only_the_table_depends_on_the_names_of_kinds() -> None:
    files = [file for file in VERIFIER.rglob("*.py") if "template" not in file.parts]
    others = [file for file in files if file.relative_to(VERIFIER).as_posix() not in NAMING]
    assert not [found for file in others for found in naming(file)]
