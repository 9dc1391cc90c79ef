"""Where a rule or a function comes from, as data: texts, checked where they are written."""

from dataclasses import dataclass

from verifier.language.errors import ModelError, model_place


@dataclass(frozen=True)
class Manual:
    """One edition of a vendor's manual."""

    title: str
    edition: str

    def __post_init__(self) -> None:
        _require_texts("Manual", title=self.title, edition=self.edition)


@dataclass(frozen=True)
class Section:
    """A section of a manual, with the row or paragraph in it."""

    manual: Manual
    title: str
    detail: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.manual, Manual):
            raise ModelError(
                f"`@manual` is given `{self.manual!r}`; expected a `Manual`",
                model_place(),
                'write `MANUAL = Manual("title", "edition")` in the module, and `@manual(MANUAL, '
                '"section")`',
            )
        _require_texts("@manual", section=self.title)
        if self.detail:
            _require_texts("@manual", detail=self.detail)

    def __str__(self) -> str:
        detail = f", {self.detail}" if self.detail else ""
        return f"{self.manual.title}, {self.manual.edition}: {self.title}{detail}"


Moves = tuple[tuple[str, str] | tuple[str, str, str], ...]
"""Since when the same text is in another file, perhaps under another name: version, file, name."""


@dataclass(frozen=True)
class Source:
    """A function of a kernel, for the versions from `since` up to but not including `until`."""

    file: str
    function: str
    since: str
    until: str | None = None
    moved: Moves = ()

    @property
    def names(self) -> set[str]:
        """What the function is called in one version or another."""
        return {self.function, *(name for _, _, *names in self.moved for name in names)}

    def __post_init__(self) -> None:
        _require_texts("@models", file=self.file, function=self.function, since=self.since)
        if self.until is not None:
            _require_texts("@models", until=self.until)
        for move in self.moved:
            _require_texts("@models", **{f"moved[{n}]": text for n, text in enumerate(move)})

    def __str__(self) -> str:
        until = f" until {self.until}" if self.until else ""
        later = (
            f", {file}: {''.join(name) or self.function} (since {since})"
            for since, file, *name in self.moved
        )
        return f"{self.file}: {self.function} (since {self.since}{until}){''.join(later)}"


@dataclass(frozen=True)
class Abstraction:
    """No single place: what the function stands for, and what it leaves out."""

    statement: str

    def __str__(self) -> str:
        return self.statement


def _require_texts(what: str, **given: object) -> None:
    """Refuse what is cited with anything but a text, at the line that cites it."""
    for name, value in given.items():
        if not isinstance(value, str) or not value.strip():
            raise ModelError(
                f"`{what}` is given `{value!r}` as its `{name}`; expected a text",
                model_place(),
                "cite a source as people find it: its file and function, or its section",
            )


Citation = Section | Source | Abstraction
