"""One thing of which a change leaves less, so that a verdict may hold only because of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from verifier.gate.weakened.texts import PlacedText
from verifier.language.plain_values import Value
from verifier.viewer.markup import inert

Kind = Literal[
    "base",
    "system",
    "property",
    "pair",
    "claim",
    "case",
    "step",
    "choice",
    "initial",
    "mutants",
    "verdict",
]
KINDS: tuple[Kind, ...] = (
    *("base", "system", "property", "pair", "claim", "case"),
    *("step", "choice", "initial", "mutants", "verdict"),
)
"""In the order in which they are reported."""


EXPOSED = "whatever runs may"
"""Who reads what was a ghost and is none any more."""

FEW = 3
"""Names that are listed before the rest is counted."""

GONE = "gone"
"""What is there now in the place of what is not there any more."""


def value(of: Value | None) -> str:
    """A value as reports have it; None stands for any."""
    if of is None:
        return "any value"
    return ("1" if of else "0") if isinstance(of, bool) else inert(of)


@dataclass(frozen=True)
class Weakening:
    """Something that was claimed, or possible, and is not any more.

    `before` and `after` say in words what there was and what there is. `example` is a state, with
    choices, in which it matters. `was` and `now` are digests of both, by which somebody accepts
    just this weakening; `now` is empty where nothing is left.
    """

    kind: Kind
    name: str
    file: str
    line: int
    before: str
    after: str
    example: Mapping[str, Value] = field(default_factory=dict)
    was: str = ""
    now: str = ""
    systems: tuple[str, ...] = ()
    """Where it was found, the one of the example first."""
    others: tuple[tuple[str, str], ...] = ()
    """Other digests of what was and what is, of more systems."""
    accepted: bool = False
    reason: str = ""
    """Why it is accepted: the text of --reason."""

    @property
    def digests(self) -> frozenset[tuple[str, str]]:
        """What was and what is, in all systems."""
        return frozenset({(self.was, self.now), *self.others})

    @property
    def key(self) -> str:
        """As `--accept-weakened` names it."""
        return f"{self.kind}:{self.name}"

    @property
    def order(self) -> tuple[bool, int, str]:
        """What nobody has accepted comes first."""
        return self.accepted, KINDS.index(self.kind), self.name


def placed(
    place: PlacedText,
    system: str,
    kind: Kind,
    name: str,
    was: str,
    now: str,
    digests: tuple[str, str],
    example: Mapping[str, Value] = {},
) -> Weakening:
    """What one system has less of, and where it is written."""
    file, line = place.file, place.line
    return Weakening(kind, name, file, line, was, now, dict(example), *digests, (system,))


def start_text(start: Value | None) -> str:
    """What a field starts as."""
    return f"starts as {value(start)}"


def values_text(values: Iterable[Value]) -> str:
    """The values of a choice; empty where there are none."""
    return ", ".join(map(value, values))


def digest_in(system: str, digest: str) -> str:
    """A digest of what there is in one system; empty where there is nothing."""
    return digest_of(f"{system} {digest}") if digest else ""


def digest_of(text: str) -> str:
    """A digest of a text; empty where there is none."""
    return blake2b(text.encode(), digest_size=16).hexdigest() if text else ""


def at_the_gate(found: Iterable[Weakening], systems: Collection[str] | None) -> list[Weakening]:
    """Those of some systems, and what is about no single one; all where that is not asked."""
    if systems is None:
        return list(found)
    return [each for each in found if not each.systems or set(each.systems) & set(systems)]
