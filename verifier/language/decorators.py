"""The decorators of the language: where a function comes from, and what it is to a property."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from verifier.language.citations import Abstraction, Manual, Moves, Section, Source
from verifier.language.errors import ModelError, model_place, place_of, refuse
from verifier.language.functions import model_function
from verifier.language.made import awaited

F = TypeVar("F", bound=Callable[..., Any])


def models(
    file: str, function: str, *, since: str, until: str | None = None, moved: Moves = ()
) -> Callable[[F], F]:
    """Stands for a kernel's function, in the versions from `since` up to `until`.

    `moved` says since when the same text is in another file, perhaps under another name.
    """
    citation = Source(file, function, since, until, moved)
    return awaited("models", lambda body: model_function(body, citation=citation))


def manual(book: Manual, section: str, detail: str = "") -> Callable[[F], F]:
    """Stands for a rule of a manual."""
    citation = Section(book, section, detail)
    return awaited("manual", lambda body: model_function(body, citation=citation))


def abstracts(statement: str) -> Callable[[F], F]:
    """Stands for what the statement says, not for one place in a source."""
    _require_text("abstracts", statement, "what it stands for")
    citation = Abstraction(statement)
    return awaited("abstracts", lambda body: model_function(body, citation=citation))


def observer(statement: str) -> Callable[[F], F]:
    """Bookkeeping for properties: reads anything, changes ghosts only."""
    _require_text("observer", statement, "what it notes")
    citation = Abstraction(statement)
    return awaited("observer", lambda body: model_function(body, "observer", citation))


def step(body: F = None) -> F:  # type: ignore[assignment]
    """One atomic action of a system: its state, then the environment's choices."""
    if body is None:
        raise refuse("`@step()` is called without a function", "write `@step` without parentheses")
    return model_function(body, "step")


def always(group: str) -> Callable[[F], F]:
    """A conjunct of the property `group`, for the records its parameters name."""
    _require_text("always", group, "the property that it is part of")
    return awaited("always", lambda body: model_function(body, "always", group=group))


def sometimes(group: str) -> Callable[[F], F]:
    """A case that must be reachable, or the property `group` is vacuous."""
    _require_text("sometimes", group, "the property that is vacuous without it")
    return awaited("sometimes", lambda body: model_function(body, "sometimes", group=group))


def _require_text(decorator: str, given: object, what: str) -> None:
    """Refuse a decorator whose only argument is missing: it would get the function instead."""
    if isinstance(given, str) and given:
        return
    name = getattr(given, "__name__", "")
    raise ModelError(
        f"`@{decorator}` is given `{name or repr(given)}` and not a text: {what}",
        place_of(given) or model_place(),
        f'write `@{decorator}("...")`',
    )
