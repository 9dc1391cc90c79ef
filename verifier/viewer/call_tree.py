"""The call tree of a step: functions, branches taken, assignments, each with its source."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from verifier.evidence.calls import Branched, Changed, Entered, Entry
from verifier.viewer.markup import Row, Span, from_to, inert, line, shown
from verifier.viewer.trace_index import acts

SOURCE_COLUMN = 64
"""Where the sources of calls begin."""


DECIDES: Span = ("  <- decides it", "mark")
"""Marks a decision that, the other way, would have avoided the violation."""

Deciding = Mapping[tuple[str, str], Collection[int]]
"""Functions, by name and file, with the lines of conditions that are named for the violation.

A decision that is no `if` has the line 0.
"""
NOBODY: Deciding = {}


def rows(
    call: Entered,
    matter: Collection[str] | None = None,
    branches: bool = True,
    depth: int = 0,
    column: int = SOURCE_COLUMN,
    deciding: Deciding = NOBODY,
) -> Iterator[Row]:
    """What a call did, in order, and where; with `matter`, only assignments to these fields.

    A call that decides is never left out.
    """
    lines = deciding.get((call.function, call.file), ())
    for entry in call.entries:
        if isinstance(entry, Changed):
            if entry.old != entry.new and (matter is None or entry.field in matter):
                yield _assignment(entry, call, depth)
        elif isinstance(entry, Branched):
            if branches or entry.line in lines:
                yield _branch(entry, call, depth, entry.line in lines)
        elif _is_worth_it(entry, matter, deciding):
            result_decides = 0 in deciding.get((entry.function, entry.file), ())
            yield _call(entry, depth, column, result_decides)
            is_shown = acts(entry) or is_kernel_function(entry)
            yield from rows(entry, matter, branches and is_shown, depth + 1, column, deciding)


def _is_worth_it(entry: Entry, matter: Collection[str] | None, deciding: Deciding) -> bool:
    """Whether a call changes or returns something, or decides."""
    if not isinstance(entry, Entered):
        return False
    if decides(entry, deciding):
        return True
    if matter is None:
        return acts(entry) or bool(entry.result)
    return bool(entry.result and is_kernel_function(entry)) or _touches(entry, matter)


def decides(entry: Entry, deciding: Deciding) -> bool:
    """Whether a call, or one that it makes, has a decision that is named."""
    return isinstance(entry, Entered) and (
        (entry.function, entry.file) in deciding
        or any(decides(each, deciding) for each in entry.entries)
    )


def is_kernel_function(call: Entered) -> bool:
    """Whether it stands for a function in a kernel's file."""
    return "/" in call.source.partition(":")[0]


def _touches(entry: Entry, matter: Collection[str]) -> bool:
    if isinstance(entry, Changed):
        return entry.old != entry.new and entry.field in matter
    return isinstance(entry, Entered) and any(_touches(each, matter) for each in entry.entries)


def _assignment(entry: Changed, call: Entered, depth: int) -> Row:
    indent = "  " * depth
    text = line(f"{indent}{inert(entry.field)}  ", *from_to(entry.old, entry.new))
    return Row(text, entry.field, note=_origin(call, entry.line))


def _branch(entry: Branched, call: Entered, depth: int, is_deciding: bool) -> Row:
    indent = "  " * depth
    test = inert(entry.test)
    if test.startswith("case "):
        parts: list[Span] = [(f"{indent}{test}", "source")]
    else:
        parts = [(f"{indent}if {test}: ", "source"), ("yes" if entry.taken else "no", "mark")]
    reads = ", ".join(f"{inert(name)}={shown(value)}" for name, value in entry.reads.items())
    if reads:
        parts.append((f"   {reads}", "source"))
    if is_deciding:
        parts.append(DECIDES)
    return Row(tuple(parts), note=_origin(call, entry.line))


def _call(entry: Entered, depth: int, column: int, is_deciding: bool) -> Row:
    name = f"{'  ' * depth}{inert(entry.function)}()"
    result = f" = {inert(entry.result)}" if entry.result else ""
    brief = source_in_short(entry.source)
    gap = " " * max(2, column - len(name) - len(result))
    parts: list[str | Span] = [name, (result, "new")]
    if brief:
        parts.append((f"{gap}{brief}", "source"))
    if is_deciding:
        parts.append(DECIDES)
    return Row(line(*parts), note=_origin(entry, entry.defined))


def place(call: Entered, number: int) -> str:
    """A line of a model's file."""
    return f"{inert(call.file)}:{number}" if number else inert(call.file)


def _origin(call: Entered, number: int) -> str:
    """A line of a model's file, and the source of the function there."""
    return "  ".join(filter(None, (place(call, number), inert(call.source))))


def source_in_short(source: str) -> str:
    """A citation in short: the kernel's file, or the section of the manual."""
    book, colon, rest = inert(source).partition(": ")
    if not colon:
        return ""
    return book if "/" in book else rest
