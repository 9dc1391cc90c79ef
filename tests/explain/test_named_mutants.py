"""A decision that is wrong is named: on mutants of the bundled models, among the first three."""

import pytest

from tests.explain.mutants import Mutant, recorded
from verifier.execution.execution import Execution
from verifier.explain.counterfactual_branches import Search
from verifier.explain.named_decisions import shown_first
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

SAMPLE = 7
"""Every so many mutants are tried by `make test`."""
FIRST = 3
STILL = 0.6
"""The part of the recorded executions that must still be violations, as the models are now."""


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return load(bundled_root())


def test_the_wrong_decision_is_among_the_first_named(bundled: Catalogue, campaign: bool) -> None:
    mutants = recorded()[:: 1 if campaign else SAMPLE]
    named = [is_named(mutant, bundled) for mutant in mutants]
    tried = [mutant for mutant, known in zip(mutants, named, strict=True) if known is not None]
    missed = [mutant for mutant, known in zip(mutants, named, strict=True) if known is False]
    assert len(tried) > len(mutants) * STILL, "the models have changed: record their mutants again"
    assert len(missed) <= len(tried) / 10, missed


def is_named(mutant: Mutant, catalogue: Catalogue) -> bool | None:
    """Whether it is; None where the models have changed, so that the execution is no violation."""
    try:
        with mutant.in_place() as line:
            execution = mutant.execution(catalogue)
            if not isinstance(execution, Execution):
                return None
            if not isinstance(execution.violation(mutant.goal), str):
                return None
            found = shown_first(Search(execution, mutant.goal).found())[:FIRST]
    except LookupError:
        return None
    named = [one for effect in found for one in (effect.decision, *effect.same)]
    name = mutant.function.rpartition(".")[2]
    return any(one.line == line and one.function.name == name for one in named)
