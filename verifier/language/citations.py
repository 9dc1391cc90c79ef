"""Where a rule or a function comes from, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Manual:
    """One edition of a vendor's manual."""

    title: str
    edition: str


@dataclass(frozen=True)
class Section:
    """A section of a manual, with the row or paragraph in it."""

    manual: Manual
    title: str
    detail: str = ""

    def __str__(self) -> str:
        detail = f", {self.detail}" if self.detail else ""
        return f"{self.manual.title}, {self.manual.edition}: {self.title}{detail}"


@dataclass(frozen=True)
class Source:
    """A function of a kernel, for the versions from `since` up to but not including `until`."""

    file: str
    function: str
    since: str
    until: str | None = None

    def __str__(self) -> str:
        until = f" until {self.until}" if self.until else ""
        return f"{self.file}: {self.function} (since {self.since}{until})"


@dataclass(frozen=True)
class Abstraction:
    """No single place: what the function stands for, and what it leaves out."""

    statement: str

    def __str__(self) -> str:
        return self.statement


Citation = Section | Source | Abstraction
