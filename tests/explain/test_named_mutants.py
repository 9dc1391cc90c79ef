"""A decision that is wrong is named: on mutants of the bundled models, among the first three."""

import pytest

from tests.explain.mutants import Mutant, recorded
from verifier.explain.counterfactual_branches import Search
from verifier.explain.named_decisions import shown_first
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

SAMPLE = 7
"""Every so many mutants are tried by `make test`."""
FIRST = 3


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return load(bundled_root())


def test_the_wrong_decision_is_among_the_first_named(bundled: Catalogue, campaign: bool) -> None:
    mutants = recorded()[:: 1 if campaign else SAMPLE]
    missed = [mutant for mutant in mutants if not is_named(mutant, bundled)]
    assert len(missed) <= len(mutants) / 10, missed


def is_named(mutant: Mutant, catalogue: Catalogue) -> bool:
    with mutant.in_place() as line:
        execution = mutant.execution(catalogue)
        if not isinstance(execution.violation(mutant.goal), str):
            pytest.fail(f"{mutant.function}: `{mutant.was}` violates nothing any more")
        found = shown_first(Search(execution, mutant.goal).found())[:FIRST]
        named = [one for effect in found for one in (effect.decision, *effect.same)]
        name = mutant.function.rpartition(".")[2]
        return any(one.line == line and one.function.name == name for one in named)
