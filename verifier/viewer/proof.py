"""A proof's lemmas in words, grouped by what they relate, and which step needs which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from verifier.evidence.certificates import Certificate, Lemma, sentence
from verifier.viewer.lines import EMPTY, Line, inert, line, plural

Needs = Mapping[str, tuple[int, ...]]
"""For each step, the lemmas (from 1) without which it could leave the invariant."""


def certificate_lines(
    certificate: Certificate, types: Mapping[str, type], needs: Needs | None = None
) -> Iterator[Line]:
    """The lemmas, those about the same records together, and what each step needs."""
    yield line((f"{inert(certificate.system)}/{inert(certificate.property)} is proved", "step"))
    count = plural(len(certificate.lemmas), "lemma")
    found = f"{inert(certificate.engine)}: " if certificate.engine else ""
    how = f"  {found}{count} that hold at the start, "
    yield line(how + "that every step keeps, and that together imply the property")
    if certificate.induction:
        yield line(f"  after {plural(certificate.induction, 'good step')} in a row")
    for records, lemmas in grouped(certificate).items():
        yield EMPTY
        yield line((f"  about {' and '.join(records)}", "title"))
        for number, lemma in lemmas:
            yield line((f"  {number:4}  ", "source"), inert(sentence(lemma, types)))
    if needs:
        yield EMPTY
        yield line(("  which step needs which lemmas, to keep the others", "title"))
        width = max(map(len, needs))
        for step, numbers in needs.items():
            text = ", ".join(map(str, numbers)) or "none"
            yield line(f"    {inert(step):<{width}}  ", (text, "source"))


def grouped(certificate: Certificate) -> dict[tuple[str, ...], list[tuple[int, Lemma]]]:
    """The lemmas with their numbers, by the records whose fields they relate."""
    groups: dict[tuple[str, ...], list[tuple[int, Lemma]]] = {}
    for number, lemma in enumerate(certificate.lemmas, 1):
        records = tuple(sorted({record_of(field) for field in lemma}))
        groups.setdefault(records, []).append((number, lemma))
    return dict(sorted(groups.items(), key=lambda item: (len(item[0]), item[0])))


def record_of(field: str) -> str:
    """The record that holds a field, with a CR0's bits counted to the record that holds it."""
    record, _, _ = inert(field).rpartition(".")
    head, _, last = record.rpartition(".")
    return (head or record) if "cr0" in last else (record or inert(field))
