"""How roles of text look: never by colour alone, and in colours that everybody can tell apart.

The colours are of Okabe and Ito's palette for colour-blind readers, darker ones on light ground.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.viewer.markup import Role


@dataclass(frozen=True)
class Look:
    """A role's colour on dark and on light ground, its weight, and its ANSI colour."""

    dark: str = ""
    light: str = ""
    bold: bool = False
    dim: bool = False
    underline: bool = False
    ansi: str | None = None


LOOKS: dict[Role, Look] = {
    "": Look(),
    "title": Look(bold=True, underline=True),
    "step": Look(bold=True),
    "old": Look(dark="#8b949e", light="#6a737d", dim=True),
    "new": Look(dark="#56b4e9", light="#005b94", bold=True, ansi="cyan"),
    "source": Look(dark="#8b949e", light="#6a737d", dim=True),
    "wrong": Look(dark="#ff8c42", light="#b34700", bold=True, ansi="red"),
    "choice": Look(dark="#f0e442", light="#7a5c00", underline=True, ansi="yellow"),
    "level": Look(dark="#cc79a7", light="#8f3a6b", bold=True, ansi="magenta"),
    "mark": Look(dark="#e6edf3", light="#1f2328", bold=True),
    "lane": Look(dark="#56b4e9", light="#005b94", ansi="blue"),
    "good": Look(dark="#2fbf8f", light="#006b4f", bold=True, ansi="green"),
}
"""Every role's look."""
