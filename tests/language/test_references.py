"""References to records: what Python does with them, or a refusal; in both runs."""

import inspect
import linecache
from enum import Enum
from random import Random
from typing import Any

import pytest

from tests.language import plain_objects, reference_steps
from tests.language.reference_steps import MEANT, REFUSED, Body, State
from tests.language.test_plain_objects import Case
from verifier.compiler.self_check import compare
from verifier.compiler.translation import compile_system, translated
from verifier.language import ModelError, System, step
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.errors import Place

PLAIN = plain_objects.loaded(reference_steps.__file__)
LEAVES = State().__layout__.leaves  # type: ignore[attr-defined]
ANY = tuple(leaf.path for leaf in LEAVES if not leaf.event)


def system_of(body: Body) -> System:
    return System("references/one", State(), (step(body),), arbitrary=ANY)


@pytest.mark.parametrize("body", MEANT, ids=lambda body: body.__name__)
def test_references_are_those_of_plain_objects(body: Body) -> None:
    system, random = system_of(body), Random(body.__name__)
    function = getattr(PLAIN, body.__name__)
    for _ in range(60):
        case = Case(system, 0, set(), random, PLAIN)
        assert case.on_records() == case.on_objects(function)
    assert compare(translated(system, []), times=4)


def line(error: ModelError) -> str:
    assert isinstance(error.place, Place)
    return linecache.getline(error.place.file, error.place.line)


def expected(body: Body, message: str) -> str:
    """The message, with the line of the assignment where the step marks one."""
    texts, first = inspect.getsourcelines(body)
    marked = [number for number, text in enumerate(texts, first) if "# assigned" in text]
    return f"{message} in line {marked[0]}" if marked else message


def symbolically(body: Body) -> ModelError:
    with pytest.raises(ModelError) as caught:
        compile_system(system_of(body), [])
    return caught.value


def concretely(body: Body) -> ModelError:
    """The refusal in one of the states."""
    system, random = system_of(body), Random(0)
    for _ in range(200):
        values = [random.choice(values_of(leaf.type)) for leaf in LEAVES]
        run = ConcreteRun(LEAVES, values)
        choices = {each.name: random.choice(each.values) for each in system.actions[0].choices}
        try:
            run.take(system.actions[0].function, system.state(run.store), choices)
        except ModelError as error:
            return error
    raise AssertionError("never refused")


def values_of(kind: type) -> list[Any]:
    return list(kind) if issubclass(kind, Enum) else [False, True]


@pytest.mark.parametrize("how", [symbolically, concretely])
@pytest.mark.parametrize(
    ("body", "message"), [pytest.param(*each, id=each[0].__name__) for each in REFUSED]
)
def test_a_stale_reference_is_refused(body: Body, message: str, how: Any) -> None:
    error = how(body)
    assert error.message.startswith(expected(body, message))
    assert "here" in line(error).partition("#")[2]
    assert "`snapshot(...)`" in error.help
