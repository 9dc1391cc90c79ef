"""A changed step that keeps lemmas and claims; each of them is asked."""

from collections.abc import Callable

import pytest

from tests.evidence.forged import SINGLE, Ring, age, check, leak, pass_on, ring, shout, turn
from verifier.compiler.step_exploration import Start, explore_steps
from verifier.evidence.certificates import clauses_from
from verifier.language import System, assume, step
from verifier.mutation.incremental import Original, Stepwise


@step
def age_if_free(ring: Ring) -> None:
    assume(ring.free)
    ring.new = False


@step
def age_or_fail(ring: Ring) -> None:
    assert ring.free, "free"
    ring.new = False


def instead(step: Callable[..., None], of: Callable[..., None] = age) -> Stepwise:
    """The ring with another step in the place of its last one."""
    compiled = ring()
    steps_of = (pass_on, turn, of)
    start = Start(System("ring/one", compiled.system.initial, steps_of, arbitrary=("free",)))
    steps = tuple(explore_steps(start))
    lemmas = tuple(clauses_from(compiled, SINGLE))
    other = System("ring/two", compiled.system.initial, (step,))
    whole = Original(start, steps, frozenset(), lemmas)
    return Stepwise(whole, [*steps[:-1], start.explore(other.actions[0])])


@pytest.mark.parametrize(
    ("step", "keeps", "keeps_without_assertions"),
    [(age, True, True), (leak, False, False), (shout, False, False), (check, False, True)],
)
def test_a_mutant_survives_only_if_lemmas_claims_and_assertions_are_preserved(
    step: Callable[..., None], keeps: bool, keeps_without_assertions: bool
) -> None:
    properties = ring().properties
    claims = [function for function in properties if function.group in ("single", "quiet")]
    assert instead(step).keeps(claims, asserting=True) == keeps
    assert instead(step).keeps(claims, asserting=False) == keeps_without_assertions
    single = [function for function in properties if function.group == "single"]
    assert instead(shout).keeps(single, asserting=True)
    assert instead(age).same()
    assert not instead(leak).same()


def test_a_step_that_is_enabled_elsewhere_or_fails_elsewhere_is_not_the_same() -> None:
    assert instead(age_if_free, of=age_if_free).same()
    assert not instead(age_if_free, of=age).same()
    assert not instead(age_or_fail, of=age_if_free).same()
