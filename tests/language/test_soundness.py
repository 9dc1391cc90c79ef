"""Functions made to trip the explorer: each must mean on bits what it means on plain values."""

import pytest

from tests.language import tried_calls, tried_enums, tried_references
from tests.language.tried import BODIES, EVERYTHING, INITIAL, Body, a_row_is_seen, nothing_is_seen
from verifier.compiler.self_check import compare
from verifier.compiler.translation import translated
from verifier.language import (
    System,
    step,
)
from verifier.language.errors import ModelError
from verifier.language.functions import about

PARTS = (tried_calls, tried_enums, tried_references)
"""Which have put their functions into BODIES."""


def test_each_part_has_functions_that_are_tried() -> None:
    assert {body.__module__ for body in BODIES} == {part.__name__ for part in PARTS}


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_both_runs_agree(body: Body) -> None:
    system = System("tried/one", INITIAL, (step(body),), arbitrary=EVERYTHING)
    known = [about(nothing_is_seen), about(a_row_is_seen)]
    assert compare(translated(system, [each for each in known if each]), times=10) >= 30


def test_a_wrong_circuit_is_detected() -> None:
    """The comparison itself compares: a swapped next-state function is a difference."""
    system = System(
        "tried/two", INITIAL, (step(tried_references.rows_are_swapped),), arbitrary=EVERYTHING
    )
    translation = translated(system, [])
    latches = translation.compiled.circuit.latches
    object.__setattr__(latches[0], "next", latches[0].next ^ 1)
    with pytest.raises(ModelError, match=f"circuit and Python differ.*`{latches[0].name}`"):
        compare(translation)
