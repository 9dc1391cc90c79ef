"""Lemmas are sets of states: bits, values of fields and sentences about them mean the same ones."""

from collections.abc import Iterable
from enum import Enum
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.compiler.translation import compile_system
from verifier.evidence.certificates import (
    Lemma,
    certificate_of,
    clauses_of,
    readable,
    sentence_of,
)
from verifier.evidence.verdicts import Clause, Invariant, Proved
from verifier.language import System, record, step
from verifier.language.encoding import encoding
from verifier.language.plain_values import Value, shown
from verifier.language.system import Choice


class Two(Enum):
    """One bit."""

    P = 0
    Q = 1


class Three(Enum):
    """Two bits, of which R needs the first alone."""

    L = 0
    M = 1
    R = 2


class Five(Enum):
    """Three bits, of which E needs the first alone."""

    A = 0
    B = 1
    C = 2
    D = 3
    E = 4


@record
class Machine:
    """All but the last two fields change."""

    on: bool = False
    two: Two = Two.P
    three: Three = Three.L
    five: Five = Five.A
    still: bool = True
    fixed: Three = Three.M


@step
def set_all(machine: Machine, on: bool, two: Two, three: Three, five: Five) -> None:
    """Set what changes."""
    machine.on = on
    machine.two = two
    machine.three = three
    machine.five = five


State = dict[str, Any]
Bits = dict[str, bool]

MACHINE = compile_system(System("lemmas/machine", Machine(), (set_all,)), ())
BITS = [name for names in MACHINE.latch_names for name in names]
FIELDS: dict[str, tuple[Any, ...]] = {
    leaf.path: Choice(leaf.path, leaf.type).values for leaf in MACHINE.leaves
}
"""All values of each field."""
POSSIBLE = FIELDS | {"still": (True,), "fixed": (Three.M,)}
STATES = [dict(zip(FIELDS, values, strict=True)) for values in product(*POSSIBLE.values())]
WORDS = {"false": False, **{each.name: each.name for kind in (Two, Three, Five) for each in kind}}
"""What sentences name beside fields."""


def values_of(field: str) -> st.SearchStrategy[tuple[Value, ...]]:
    """Some values of a field, in any order; of a bit not both, which is refused in files."""
    values = [shown(value) for value in FIELDS[field]]
    most = 1 if True in values else len(values)
    return st.lists(st.sampled_from(values), unique=True, min_size=1, max_size=most).map(tuple)


CLAUSES = st.dictionaries(st.sampled_from(BITS), st.booleans(), max_size=4).map(
    lambda literals: tuple(literals.items())
)
LEMMAS = st.lists(st.sampled_from(list(FIELDS)), unique=True, max_size=3).flatmap(
    lambda fields: st.fixed_dictionaries({field: values_of(field) for field in fields})
)


def coded(state: State) -> Bits:
    """The latches that hold a state."""
    bits: Bits = {}
    for leaf, names in zip(MACHINE.leaves, MACHINE.latch_names, strict=True):
        value = state[leaf.path]
        word = (value,) if leaf.type is bool else encoding(leaf.type).constant(value)
        bits |= zip(names, map(bool, word), strict=False)
    return bits


def decoded(bits: Bits) -> State:
    """The state that latches hold."""
    return dict(zip(FIELDS, MACHINE.start(bits), strict=True))


def clauses_hold(clauses: Iterable[Clause], bits: Bits) -> bool:
    return all(any(bits[name] == value for name, value in clause) for clause in clauses)


def lemmas_hold(lemmas: Iterable[Lemma], state: State) -> bool:
    return all(any(shown(state[f]) in values for f, values in lemma.items()) for lemma in lemmas)


def sentences_hold(sentences: Iterable[str], state: State) -> bool:
    """Whether sentences are true of a state, read as Python."""
    values = {field: shown(value) for field, value in state.items()}
    return all(eval(sentence, WORDS | values) for sentence in sentences)


@given(st.lists(CLAUSES, max_size=6))
def test_a_certificate_and_its_sentences_hold_where_the_clauses_hold(clauses: list[Clause]) -> None:
    proved = Proved("pdr", Invariant(tuple(clauses)), 1, 0.0)
    lemmas = certificate_of(MACHINE, "any", proved).lemmas
    assert all(0 < len(lemma[f]) < len(FIELDS[f]) for lemma in lemmas for f in lemma)
    sentences = [sentence_of(MACHINE, lemma) for lemma in lemmas]
    for state in STATES:
        expected = clauses_hold(clauses, coded(state))
        assert lemmas_hold(lemmas, state) == expected, state
        assert sentences_hold(sentences, state) == expected, (state, sentences)


@given(st.lists(LEMMAS, max_size=6))
def test_readable_lemmas_hold_where_the_given_ones_hold(lemmas: list[Lemma]) -> None:
    found = readable(lemmas)
    assert all(values for lemma in found for values in lemma.values()), "files must have some"
    for state in product(*FIELDS.values()):
        values = dict(zip(FIELDS, state, strict=True))
        assert lemmas_hold(found, values) == lemmas_hold(lemmas, values), (values, found)


@given(LEMMAS)
def test_clauses_of_a_lemma_hold_for_all_codes_of_its_states(lemma: Lemma) -> None:
    clauses = clauses_of(MACHINE, lemma)
    assert isinstance(clauses, list), clauses
    for word in product((False, True), repeat=len(BITS)):
        bits = dict(zip(BITS, word, strict=True))
        assert clauses_hold(clauses, bits) == lemmas_hold([lemma], decoded(bits)), bits


def test_lemmas_about_values_of_one_field_become_one() -> None:
    low: Lemma = {"three": ("L", "M")}
    assert readable([{"on": (True,), **low}, {"on": (True,), "three": ("M", "R")}]) == [
        {"on": (True,), "three": ("M",)}
    ]
    assert readable([low, {"on": (True,), "three": ("R",)}]) == [{"on": (True,)}, low]
    assert readable([{"on": (True,), **low}, low]) == [low]


@pytest.mark.parametrize(
    ("lemma", "words"),
    [
        ({"on": (True,), "three": ("R",)}, "on or three == R"),
        ({"on": (False,), "three": ("L", "M")}, "not on or three != R"),
        ({"five": ("A", "C", "E")}, "five in (A, C, E)"),
    ],
)
def test_sentences_name_a_field_with_the_fewest_values(lemma: Lemma, words: str) -> None:
    assert sentence_of(MACHINE, lemma) == words
