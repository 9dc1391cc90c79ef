"""A changed step that keeps lemmas and claims; each of them is asked."""

from collections.abc import Callable

import pytest

from tests.evidence.forged import SINGLE, age, check, leak, ring, shout
from verifier.evidence.certificates import clauses_from
from verifier.gate.stepwise import Original, Stepwise
from verifier.language import System
from verifier.language.varying import Start, explore_steps


def instead(step: Callable[..., None]) -> Stepwise:
    """The ring with another step in the place of its last one."""
    compiled, _ = ring()
    start = Start(compiled.system)
    steps = tuple(explore_steps(start))
    lemmas = tuple(clauses_from(compiled, SINGLE))
    other = System("ring/two", compiled.system.initial, (step,))
    whole = Original(start, steps, frozenset(), lemmas)
    return Stepwise(whole, [*steps[:-1], start.explore(other.actions[0])])


@pytest.mark.parametrize(
    ("step", "keeps", "keeps_without_assertions"),
    [(age, True, True), (leak, False, False), (shout, False, False), (check, False, True)],
)
def test_a_change_is_unnoticed_only_if_lemmas_claims_and_assertions_are_kept(
    step: Callable[..., None], keeps: bool, keeps_without_assertions: bool
) -> None:
    _, properties = ring()
    claims = [function for function in properties if function.group in ("single", "quiet")]
    assert instead(step).keeps(claims, asserting=True) == keeps
    assert instead(step).keeps(claims, asserting=False) == keeps_without_assertions
    single = [function for function in properties if function.group == "single"]
    assert instead(shout).keeps(single, asserting=True)
    assert instead(age).same()
    assert not instead(leak).same()
