"""Evidence as plain text: for pipes, CI logs and terminals without a screen to take over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from verifier.evidence.certificates import Certificate, sentence
from verifier.evidence.traces import Changed, Entered, Stride, Trace, Value

Style = Callable[[str, str], str]
"""Marks a text up as a `step`, `old`, `new`, `source`, `wrong`, `choice` or `level`."""


def unstyled(text: str, _: str) -> str:
    return text


def trace_lines(trace: Trace, style: Style = unstyled) -> Iterator[str]:
    """Steps by level, each with its choices, the calls it made and the fields it changed."""
    steps = f"after {len(trace.steps)} step{'s' * (len(trace.steps) != 1)}"
    where = steps if trace.steps else "at the start"
    yield style(f"{trace.system}/{trace.property} is violated {where}", "wrong")
    yield f"  what fails: {_words(trace.conjunct)}"
    yield ""
    for number, stride in enumerate(trace.steps, 1):
        last = number == len(trace.steps)
        yield from _stride_lines(number, stride, style, last)
        yield ""
    yield style(f"violated: {_words(trace.conjunct)}", "wrong")


def _words(name: str) -> str:
    return name.replace("_s_", "'s ").replace("_", " ")


def _stride_lines(number: int, stride: Stride, style: Style, last: bool) -> Iterator[str]:
    level = style(f"{stride.level:<4}", "level") if stride.level else ""
    mark = style("  <-- here it fails", "wrong") if last else ""
    yield f"{number:3}  {level}{style(stride.step, 'step')}{_choices(stride, style)}{mark}"
    for entry in stride.call.entries:
        yield from _entry_lines(entry, "       ", style)
    changes = _settled(stride)
    if changes:
        yield "       after the step:"
        width = max(map(len, changes))
        for field, (old, new) in changes.items():
            yield f"         {field:<{width}}  {_from_to(old, new, style)}"


def _choices(stride: Stride, style: Style) -> str:
    shown = [
        style(f"{name}={_value(value)}", "choice" if name in stride.matters else "source")
        for name, value in stride.choices.items()
        if name in stride.matters or value not in (False,)
    ]
    return f"  ({', '.join(shown)})" if shown else ""


def _settled(stride: Stride) -> Mapping[str, tuple[Value, Value]]:
    """Changes that more than one assignment or a whole record's copy made, in one place."""
    return stride.changes


def _entry_lines(entry: Entered | Changed, indent: str, style: Style) -> Iterator[str]:
    if isinstance(entry, Changed):
        if entry.old != entry.new:
            yield f"{indent}{entry.field} {_from_to(entry.old, entry.new, style)}"
        return
    result = f" = {entry.result}" if entry.result else ""
    source = style(f"   {entry.source}", "source") if entry.source else ""
    yield f"{indent}{entry.function}(){result}{source}"
    for inner in entry.entries:
        yield from _entry_lines(inner, indent + "  ", style)


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
