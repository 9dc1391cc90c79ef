"""What people's code raises comes with help that fits it."""

from collections.abc import Callable
from types import FunctionType

import pytest

from verifier.language import ModelError, models
from verifier.language.errors import blaming


def misspelt() -> None:
    modles  # type: ignore[name-defined]  # noqa: B018, F821


def unknown() -> None:
    nothing_like_it  # type: ignore[name-defined]  # noqa: B018, F821


def left_out() -> None:
    models("f.c", "f")  # type: ignore[call-arg]


def no_field() -> None:
    FunctionType.__nam__  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("does", "help"),
    [
        (misspelt, "did you mean `models`?"),
        (unknown, "define it in the module, or import it"),
        (left_out, "it is called as `models(file, function, *, since, until=None, moved=())`"),
        (no_field, "did you mean `__name__`?"),
        (lambda: 1 / 0, "otherwise"),
        (lambda: len(5), "otherwise"),  # type: ignore[arg-type]
    ],
)
def test_the_help_names_what_is_near_and_how_it_is_called(
    does: Callable[[], object], help: str
) -> None:
    with pytest.raises(ModelError) as caught, blaming("it", 1.0, "otherwise"):
        does()
    assert caught.value.help == help
