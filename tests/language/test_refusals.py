"""Every construct that the language refuses, with the whole message that a person sees."""

import linecache
import re
from collections.abc import Callable

import pytest

from tests.language import refused_records, refused_state, refused_values, refused_worlds
from tests.language.refused import REFUSED, State
from verifier.compiler.translation import compile_system
from verifier.language import ModelError, System, step
from verifier.language.errors import Place

PARTS = (refused_records, refused_state, refused_values, refused_worlds)
"""Which have put their steps into REFUSED."""
VARYING = ("flag", "mode", "other", "part.*", "owner.*")


def test_each_part_has_steps_that_are_refused() -> None:
    assert {body.__module__ for body, _ in REFUSED} == {part.__name__ for part in PARTS}


def refusal_of(system: System) -> ModelError:
    with pytest.raises(ModelError) as caught:
        compile_system(system, [])
    return caught.value


def shown(error: ModelError) -> str:
    """The whole message, with the place as `here` where that line is marked so."""
    place = error.place
    assert isinstance(place, Place)
    line = linecache.getline(place.file, place.line)
    return str(error).replace(str(place), "here" if re.search(r"# here\b", line) else line.strip())


@pytest.mark.parametrize(
    ("body", "message"), [pytest.param(*each, id=each[0].__name__) for each in REFUSED]
)
def test_a_refused_construct_is_named_with_its_place_and_help(
    body: Callable[..., None], message: str
) -> None:
    system = System("refused/one", State(), (step(body),), arbitrary=VARYING)
    assert shown(refusal_of(system)) == message
