"""A state that observers look at, and how steps with them are refused."""

import linecache
from collections.abc import Callable

import pytest

from verifier.compiler.translation import compile_system
from verifier.language import (
    ModelError,
    System,
    event,
    ghost,
    record,
    step,
)
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.errors import Place


@record
class Part:
    flag: bool = False


@ghost
class Note:
    flag: bool = False
    part: Part = Part()


@event
class Seen:
    flag: bool = False


@record
class State:
    flag: bool = False
    part: Part = Part()
    note: Note = Note()
    seen: Seen = Seen()


Step = Callable[..., None]
REFUSED: list[tuple[Step, str]] = []


def refused(message: str) -> Callable[[Step], Step]:
    """Note that a step with this body is refused in the line marked `# here`."""

    def note(body: Step) -> Step:
        REFUSED.append((body, message))
        return body

    return note


ASSERTS = "asserts something for an observer or property"
ENDS = "an observer or property {} something"
TELLS = "gives a model function what an observer sees"


def system_of(body: Step) -> System:
    return System("observers/one", State(), (step(body),), arbitrary=("flag", "note.*", "part.*"))


def symbolically(body: Step) -> ModelError:
    with pytest.raises(ModelError) as caught:
        compile_system(system_of(body), [])
    return caught.value


def concretely(body: Step) -> ModelError:
    """The refusal in a state with the ghost set, or else in one without."""
    system = system_of(body)
    for bit in (True, False):
        run = ConcreteRun(system.layout.leaves, [bit] * len(system.layout.leaves))
        try:
            run.take(system.actions[0].function, system.state(run.store), {})
        except ModelError as error:
            return error
    raise AssertionError("not refused")


def line(error: ModelError) -> str:
    assert isinstance(error.place, Place)
    return linecache.getline(error.place.file, error.place.line)
