"""The single lines of the screen: what is open, the status, and the keys."""

from __future__ import annotations

import os

from verifier.viewer.markup import EMPTY, Line, Row, Span, inert, line
from verifier.viewer.screen.view_model import VIEWS, Scene

KEYS: Line = tuple(
    span
    for key, says in (
        ("← →", "step"),
        ("tab", "list"),
        ("⏎", "why"),
        ("/", "search"),
        ("f", "fold"),
        ("x", "explore"),
        ("s", "save"),
        ("?", "help"),
        ("q", "quit"),
    )
    for span in line((f" {key}", "choice"), (f" {says}", "source"), " ")
)
"""The most used keys, at the foot of the screen."""


def tabs(scene: Scene, columns: int) -> Line:
    """The views, the open one marked; closer together, or without names, where it is narrow."""
    wide = [(f"[{number} {name}]", name) for number, name in enumerate(VIEWS, 1)]
    forms = (
        [text if name == scene.view else f" {text[1:-1]} " for text, name in wide],
        [f"{text} " if name == scene.view else f"{text[1:-1]} " for text, name in wide],
        [f"{text} " if name == scene.view else f"{text[1]} " for text, name in wide],
    )
    chosen = next((form for form in forms if len("".join(form).rstrip()) <= columns), forms[-1])
    chosen[-1] = chosen[-1].rstrip()
    return tuple(
        (text, "mark" if name == scene.view else "source")
        for text, (_, name) in zip(chosen, wide, strict=True)
    )


def narrowed(scene: Scene) -> Line:
    """What narrows the state, if anything does."""
    extra = [f"only {inert(scene.filter)}"] * bool(scene.filter)
    extra += [f"fields with {inert(scene.search)}"] * bool(scene.search)
    text = f" {', '.join(extra)}; escape shows all"
    return ((text, "choice"),) if extra and scene.view == "state" else EMPTY


def status(scene: Scene, branch: str, row: Row | None, message: Span) -> Line:
    """The step, and the last message, or else about the row under the cursor, or the step."""
    level = inert(str(scene.reading.running(scene.number)))
    place = " · ".join(
        part for part in (f" step {scene.number}/{scene.reading.steps}", level, branch) if part
    )
    about = (row.note or scene.written(row.field)) if row is not None else ""
    note: Span = message if message[0] else (about, "source") if about else scene.remark()
    return ((place, "level"), ("  ", ""), note)


def is_light() -> bool:
    """Whether the terminal says that its ground is light, as COLORFGBG does."""
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return ground in ("7", "15")
