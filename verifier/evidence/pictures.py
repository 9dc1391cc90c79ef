"""What a system's presentation comes to for its executions: names of fields, titles, words.

It is part of the story of an execution, computed from the models whenever one is shown.
"""

from __future__ import annotations

import msgspec

from verifier.language.presentation import Lane


class ReadField(msgspec.Struct, frozen=True):
    """A field that somebody reads, and the one that has what it should have."""

    name: str
    actual: str
    expected: str


class Promised(msgspec.Struct, frozen=True):
    """What is promised `to` somebody, field by field.

    What happens in a step counts where a field of `observed` is set; nothing does any more once
    one of `broken` is. `twins` has registers of the promise by the actual ones.
    """

    to: str
    pairs: tuple[ReadField, ...]
    observed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    twins: dict[str, str] = {}


class Columns(msgspec.Struct, frozen=True):
    """The columns of the tables of beliefs, the names of those compared, and what they mean.

    `bits` has for each bit the last part of its fields' names.
    """

    titles: tuple[str, ...]
    actual: str
    assumed: str
    expected: str
    words: dict[str, str]
    bits: dict[str, str]


class Table(msgspec.Struct, frozen=True):
    """Fields that are shown together."""

    name: str
    title: str
    by_code: bool


class Roles(msgspec.Struct, frozen=True):
    """What fields are to code that decides, see `Causes` of the language."""

    hardware: frozenset[str] = frozenset()
    left_for: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()
    unsaid: frozenset[str] = frozenset()


class Picture(msgspec.Struct, frozen=True):
    """How an execution is drawn: one lane and a plain table where it says nothing.

    `enters`, `leaves` and `tells` are what arrows between lanes mean. `table_of` has the table of
    each field that is in one. `flags` are the fields that say who has what `having` is called, and
    `hands` those that say to whom what `handed` names belongs. `registers` are fields of records
    that lemmas count to their holders. `problem` is why the presentation is not used.
    """

    lanes: tuple[Lane, ...] = ()
    enters: str = ""
    leaves: str = ""
    tells: str = ""
    tables: tuple[Table, ...] = ()
    table_of: dict[str, str] = {}
    having: str = ""
    flags: tuple[str, ...] = ()
    columns: Columns | None = None
    promise: Promised | None = None
    roles: Roles | None = None
    handed: str = ""
    hands: frozenset[str] = frozenset()
    registers: frozenset[str] = frozenset()
    words: dict[str, str] = {}
    problem: str = ""
