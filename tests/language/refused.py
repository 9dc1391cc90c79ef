"""A state, and the step functions about it that the language refuses, each with its message.

The line that a message names is the one marked `# here`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from verifier.language import (
    Family,
    event,
    ghost,
    record,
)

REFUSED: list[tuple[Callable[..., None], str]] = []


def refused(message: str, help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Note that a step with this body is refused."""

    def note(body: Callable[..., None]) -> Callable[..., None]:
        REFUSED.append((body, f"{message}\n  --> here\n  help: {help}"))
        return body

    return note


class Mode(Enum):
    IDLE = 0
    BUSY = 1
    DONE = 2


class Other(Enum):
    X = 0
    Y = 1


@dataclass(frozen=True)
class Era:
    lazy: bool = True
    modes: frozenset[Mode] = field(default=frozenset(Mode), repr=False)


@record
class Part:
    flag: bool = False
    mode: Mode = Mode.IDLE

    @property
    def clear(self) -> bool:
        return not self.flag

    @clear.setter
    def clear(self, value: bool) -> None:
        self.flag = not value


@ghost
class Owner:
    mine: bool = False
    part: Part = Part()


@event
class Happened:
    flag: bool = False
    part: Part = Part()


@record
class State:
    flag: bool = False
    mode: Mode = Mode.IDLE
    other: Other = Other.X
    part: Part = Part()
    rows: Family[Mode, Part] = Family()
    bits: Family[Mode, bool] = Family()
    era: Era = Era()
    owner: Owner = Owner()
    happened: Happened = Happened()
