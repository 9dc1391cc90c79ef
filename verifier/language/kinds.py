"""What a model function is for, and what the answer of a property's function means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["function", "step", "observer", "always", "sometimes"]
"""Named as the decorators are; a plain function has one of several."""


@dataclass(frozen=True)
class Judgement:
    """How a property's function judges the states of a system."""

    claims: bool
    """Whether it is something that the property claims; else it is a case of the property."""
    sought: bool
    """The answer that a search looks for: the claim is violated, or the case occurs."""
    reads: str
    """What people read before the sentence that a function's name is."""


JUDGEMENTS: Mapping[str, Judgement] = {
    "always": Judgement(claims=True, sought=False, reads=""),
    "sometimes": Judgement(claims=False, sought=True, reads=""),
}
"""The kinds of a property's functions; no other file depends on their names."""
