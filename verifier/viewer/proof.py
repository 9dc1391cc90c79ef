"""A proof's lemmas in words, grouped by what they relate, and which step needs which."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from verifier.evidence.certificates import Certificate, Lemma, sentence
from verifier.language.goals import Goal, is_step, is_witness
from verifier.language.plain_values import plural
from verifier.viewer.markup import EMPTY, Line, inert, line

Needs = Mapping[str, tuple[int, ...]]
"""For each step, the lemmas (from 1) without which it could leave the invariant."""


def certificate_lines(
    certificate: Certificate,
    types: Mapping[str, type],
    needs: Needs | None = None,
    empty: Sequence[str] = (),
    registers: Collection[str] = (),
) -> Iterator[Line]:
    """What is proved, the lemmas, those about the same records together, and what each step needs.

    `empty` are the cases that the property counts on and that the lemmas rule out. `registers` are
    fields of records that are one thing to people, and count to the records that hold them.
    """
    yield line((_claim(certificate, empty), "step"))
    yield line(f"  {_how(certificate)}")
    for records, lemmas in grouped(certificate, registers).items():
        yield EMPTY
        yield line((f"  about {' and '.join(records)}", "title"))
        for number, lemma in lemmas:
            yield line((f"  {number:4}  ", "source"), inert(sentence(lemma, types)))
    if needs:
        yield EMPTY
        yield line(("  which lemmas each step needs to preserve the others", "title"))
        width = max(map(len, needs))
        for step, numbers in needs.items():
            text = ", ".join(map(str, numbers)) or "none"
            yield line(f"    {inert(step):<{width}}  ", (text, "source"))


def _claim(certificate: Certificate, empty: Sequence[str]) -> str:
    """What a proof shows; a property of which a case cannot occur is not proved."""
    name = inert(certificate.system)
    if is_witness(certificate.property):
        return f"{name}: {_never(certificate.property)}"
    about = f"{name}/{inert(certificate.property)}"
    return f"{about} is " + (f"vacuous: {_never(empty[0])}" if empty else "proved")


def _never(goal: str) -> str:
    name = inert(Goal.of(goal).name)
    return f"step `{name}` never fires" if is_step(goal) else f"`{name}` never occurs"


def _how(certificate: Certificate) -> str:
    """Why what the lemmas and the induction say is a proof."""
    found = f"{inert(certificate.engine)}: " if certificate.engine else ""
    lemmas, one = plural(len(certificate.lemmas), "lemma"), len(certificate.lemmas) == 1
    ways = "holds at the start, and every step preserves it" * one
    ways = ways or "hold at the start, and every step preserves them"
    if not certificate.induction:
        if not certificate.lemmas:
            return f"{found}this needs no lemmas: it holds in every state, reachable or not"
        return f"{found}{lemmas} that {ways}; {'it implies' if one else 'together they imply'} this"
    many = certificate.induction
    first = "the first step is" if many == 1 else f"the first {many} steps are"
    row = "a good one" if many == 1 else f"{many} good ones in a row"
    simple = ", on paths where no state comes twice" * certificate.simple_path
    good = f"{found}{first} good, and so is each step after {row}{simple}"
    return good + f"; with {lemmas} that {ways}" * bool(certificate.lemmas)


def grouped(
    certificate: Certificate, registers: Collection[str] = ()
) -> dict[tuple[str, ...], list[tuple[int, Lemma]]]:
    """The lemmas with their numbers, by the records whose fields they relate."""
    groups: dict[tuple[str, ...], list[tuple[int, Lemma]]] = {}
    for number, lemma in enumerate(certificate.lemmas, 1):
        records = tuple(sorted({record_of(field, registers) for field in lemma}))
        groups.setdefault(records, []).append((number, lemma))
    return dict(sorted(groups.items(), key=lambda item: (len(item[0]), item[0])))


def record_of(field: str, registers: Collection[str]) -> str:
    """The record that holds a field; the bits of a register count to the record that holds it."""
    record, _, _ = inert(field).rpartition(".")
    head, _, _ = record.rpartition(".")
    return (head or record) if field in registers else (record or inert(field))
