"""Lines of marked-up text: what every rendering, plain or coloured, is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from verifier.language.plain_values import Value

Role = Literal[
    "", "title", "step", "old", "new", "source", "wrong", "choice", "level", "mark", "lane", "good"
]
"""What a piece of text is; a rendering decides how that looks."""

Span = tuple[str, Role]
Line = tuple[Span, ...]

COLUMNS = 110
"""Where lists go on in the next line, unless given otherwise."""

Style = Callable[[str, Role], str]
"""Marks a text up for one kind of output."""


def unstyled(text: str, _: Role) -> str:
    return text


def line(*parts: str | Span) -> Line:
    """A line of plain strings and marked-up ones."""
    return tuple((part, "") if isinstance(part, str) else part for part in parts)


EMPTY: Line = ()


@dataclass(frozen=True)
class Row:
    """A line, and what it is about: a field, a step, and words for the status line."""

    text: Line
    field: str = ""
    step: int | None = None
    note: str = ""


def rendered(lines: Iterable[Line], style: Style = unstyled) -> Iterator[str]:
    """Lines as strings without blanks at their ends."""
    for one in lines:
        text = "".join(style(part, role) if role else part for part, role in one)
        yield text.rstrip() if style is unstyled else text


def width(one: Line) -> int:
    """How many columns a line takes; nothing here is wider than one column a character."""
    return sum(len(part) for part, _ in one)


def wrapped(
    first: Line, pieces: Sequence[Line], indent: int, columns: int = COLUMNS
) -> Iterator[Line]:
    """Pieces after a beginning, on as many lines as they need."""
    now = first
    for piece in pieces:
        if width(now) > indent and width(now) + width(piece) >= columns:
            yield now
            now = line(" " * indent)
        now = (*now, *(((" ", ""),) if width(now) > indent else ()), *piece)
    yield now


def noted(items: Sequence[tuple[Span, str]], more: bool = False) -> list[Line]:
    """Pieces with notes in parentheses; commas between them, and at the end if there are more."""
    last = len(items) - 1
    return [
        line(item, (f" ({note}){',' * (more or place < last)}", "source"))
        for place, (item, note) in enumerate(items)
    ]


def from_to(old: Value, new: Value) -> tuple[Span, Span, Span]:
    """A change of a value."""
    return (shown(old), "old"), (" -> ", ""), (shown(new), "new")


def word_by_word(one: Line) -> list[Line]:
    """A line in pieces that can go on in the next line."""
    pieces: list[Line] = []
    glued = False
    for part, role in one:
        for place, word in enumerate(part.split(" ")):
            if word and glued and not place:
                pieces[-1] = (*pieces[-1], (word, role))
            elif word:
                pieces.append(((word, role),))
            glued = bool(word)
    return pieces


def padded(one: Line, columns: int) -> Line:
    """The line with blanks up to a column."""
    return (*one, (" " * max(0, columns - width(one)), ""))


def shown(value: Value) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return inert(value)


def inert(text: str) -> str:
    """A text from a file without anything that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "?" for character in text)


def words(name: str, spelling: Mapping[str, str]) -> str:
    """A function's name as the sentence that it is, with names as people write them.

    An assertion's text is a sentence already.
    """
    if not name.isidentifier():
        return inert(name)
    parts = inert(name).replace("_s_", "'s_").split("_")
    return " ".join(_written(part, spelling) for part in parts)


def _written(part: str, spelling: Mapping[str, str]) -> str:
    """A word, such as `#NM` for `nm`."""
    bare = part.removesuffix("'s")
    return f"{inert(spelling.get(bare, bare))}{part[len(bare) :]}"
