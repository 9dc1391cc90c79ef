"""Evidence as plain text: for pipes, CI logs and terminals without a screen to take over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from verifier.evidence.certificates import Certificate, sentence
from verifier.evidence.traces import Branched, Changed, Entered, Entry, Stride, Trace, Value

SOURCE_COLUMN = 64
"""Where the sources of calls begin."""

Style = Callable[[str, str], str]
"""Marks a text up as a `step`, `old`, `new`, `source`, `wrong`, `choice` or `level`."""


def unstyled(text: str, _: str) -> str:
    return text


def trace_lines(trace: Trace, style: Style = unstyled) -> Iterator[str]:
    """Steps by level, each with its choices, the calls it made and the fields it changed."""
    steps = f"after {len(trace.steps)} step{'s' * (len(trace.steps) != 1)}"
    where = steps if trace.steps else "at the start"
    pair = inert(f"{trace.system}/{trace.property}")
    yield style(f"{pair} is violated {where}", "wrong")
    yield f"  what fails: {_words(trace.conjunct)}"
    yield ""
    for number, stride in enumerate(trace.steps, 1):
        last = number == len(trace.steps)
        yield from _stride_lines(number, stride, style, last)
        yield ""
    yield style(f"violated: {_words(trace.conjunct)}", "wrong")
    if trace.seen:
        width = max(map(len, trace.seen))
        for field, value in trace.seen.items():
            yield f"         {inert(field):<{width}}  {style(_value(value), 'new')}"


def _words(name: str) -> str:
    return inert(name).replace("_s_", "'s ").replace("_", " ")


def _stride_lines(number: int, stride: Stride, style: Style, last: bool) -> Iterator[str]:
    level = style(f"{inert(stride.level)}  ", "level") if stride.level else ""
    mark = style("  <-- here it fails", "wrong") if last else ""
    yield f"{number:3}  {level}{style(inert(stride.step), 'step')}{_choices(stride, style)}{mark}"
    for entry in stride.call.entries:
        yield from _entry_lines(entry, "       ", style)
    if stride.changes and any(isinstance(entry, Entered) for entry in stride.call.entries):
        yield "       after the step"
        width = max(map(len, stride.changes))
        for field, (old, new) in stride.changes.items():
            yield f"         {inert(field):<{width}}  {_from_to(old, new, style)}"


def _choices(stride: Stride, style: Style) -> str:
    shown = [
        style(f"{inert(name)}={_value(value)}", "choice" if name in stride.matters else "source")
        for name, value in stride.choices.items()
        if name in stride.matters or value not in (False,)
    ]
    return f"  ({', '.join(shown)})" if shown else ""


def _entry_lines(entry: Entry, indent: str, style: Style) -> Iterator[str]:
    if isinstance(entry, Changed):
        if entry.old != entry.new:
            yield f"{indent}{inert(entry.field)}  {_from_to(entry.old, entry.new, style)}"
        return
    if isinstance(entry, Branched):
        return
    changes = any(map(_changes, entry.entries))
    if not changes and not entry.result:
        return
    result = f" = {inert(entry.result)}" if entry.result else ""
    call = f"{indent}{inert(entry.function)}(){result}"
    source = _where(entry.source)
    yield f"{call:<{SOURCE_COLUMN}}  {style(source, 'source')}" if source else call
    for inner in entry.entries if changes else ():
        yield from _entry_lines(inner, indent + "  ", style)


def _changes(entry: Entry) -> bool:
    """Whether anything gets another value."""
    if isinstance(entry, Changed):
        return entry.old != entry.new
    if isinstance(entry, Branched):
        return False
    return any(map(_changes, entry.entries))


def _where(source: str) -> str:
    """A citation in short: the kernel's file, or the section of the manual."""
    book, colon, rest = inert(source).partition(": ")
    if not colon:
        return ""
    return book if "/" in book else rest


def _from_to(old: Value, new: Value, style: Style) -> str:
    return f"{style(_value(old), 'old')} -> {style(_value(new), 'new')}"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return inert(value)


def inert(text: str) -> str:
    """A text from a file without anything that a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)


def certificate_lines(
    certificate: Certificate, types: Mapping[str, type], style: Style = unstyled
) -> Iterator[str]:
    """A proof's lemmas as sentences, grouped by the first record they speak about."""
    count = len(certificate.lemmas)
    yield style(f"{certificate.system}/{certificate.property} is proved", "step")
    how = f"  {certificate.engine}: {count} lemma{'s' * (count != 1)} that hold at the start, "
    yield how + "that every step keeps, and that together imply the property"
    if certificate.induction:
        yield f"  after {certificate.induction} good steps in a row"
    yield ""
    for lemma in certificate.lemmas:
        yield f"  {sentence(lemma, types)}"
