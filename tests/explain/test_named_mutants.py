"""What is wrong is named: on mutants of the bundled models, among the first three."""

import re
from collections.abc import Callable
from functools import cache

from tests.explain.mutants import DROP, Mutant, recorded
from verifier.compiler.translation import compile_system
from verifier.evidence.explanation import Stale
from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS
from verifier.explain.counterexample import minimised
from verifier.explain.counterfactual_branches import Search
from verifier.explain.named_decisions import shown_first
from verifier.explain.slicing import sliced
from verifier.explain.stale_fields import Reads, stale_fields
from verifier.explain.violated_claim import Failing
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

SAMPLE = 7
"""Every so many mutants are tried by `make test`."""
FIRST = 3
NAMES = re.compile(r"\w+")
STILL = 0.6
"""The part of the recorded executions that must still be violations, as the models are now."""


@cache
def bundled() -> Catalogue:
    return load(bundled_root())


def test_the_wrong_decision_is_among_the_first_named(campaign: bool) -> None:
    mutants = [mutant for mutant in recorded() if mutant.what != DROP]
    assert_named(mutants[:: 1 if campaign else SAMPLE], is_named)


def test_a_field_that_is_not_assigned_is_among_the_first_named(campaign: bool) -> None:
    mutants = [mutant for mutant in recorded() if mutant.what == DROP]
    assert_named(mutants[:: 1 if campaign else SAMPLE], is_stale)


def assert_named(mutants: list[Mutant], judge: Callable[[Mutant], bool | None]) -> None:
    bundled()  # whose functions the mutants change
    named = [judge(mutant) for mutant in mutants]
    tried = [mutant for mutant, known in zip(mutants, named, strict=True) if known is not None]
    missed = [mutant for mutant, known in zip(mutants, named, strict=True) if known is False]
    assert len(tried) > len(mutants) * STILL, "the models have changed: record their mutants again"
    assert len(missed) <= len(tried) / 10, missed


def is_named(mutant: Mutant) -> bool | None:
    """Whether it is; None where the models have changed, so that the execution is no violation."""
    changing = changing_fields(mutant.system)
    try:
        with mutant.in_place() as line:
            execution = violation(mutant)
            if execution is None:
                return None
            found = shown_first(Search(execution, mutant.goal, changing).found())[:FIRST]
    except LookupError:
        return None
    named = [one for effect in found for one in (effect.decision, *effect.same)]
    name = mutant.function.rpartition(".")[2]
    return any(one.line == line and one.function.name == name for one in named)


def is_stale(mutant: Mutant) -> bool | None:
    """Whether the field is; None as for `is_named`."""
    changing = changing_fields(mutant.system)
    try:
        with mutant.in_place():
            execution = violation(mutant)
            if execution is None:
                return None
            execution = minimised(execution, mutant.goal)
            found = found_stale(execution, mutant.goal, changing)[:FIRST]
    except LookupError:
        return None
    return any(mutant.field in NAMES.findall(stale.field) for stale in found)


def violation(mutant: Mutant) -> Execution | None:
    execution = mutant.execution(bundled())
    if not isinstance(execution, Execution):
        return None
    return execution if isinstance(execution.violation(mutant.goal), str) else None


@cache
def changing_fields(name: str) -> frozenset[str]:
    """The fields that some step of the system as it is changes."""
    system = bundled().system(name)
    return compile_system(system, bundled().properties_of(system)).changing


def found_stale(execution: Execution, goal: str, changing: frozenset[str]) -> tuple[Stale, ...]:
    """What `explained` names."""
    claim = execution.violation(goal)
    assert isinstance(claim, str)
    failing = Failing(execution, goal, claim)
    seen = failing.failure().seen
    decisive = failing.decisive(seen)
    search = Search(execution, goal, changing)
    effects = search.found()
    asserts = goal == ASSERTIONS
    until = execution.until(len(execution.moves) - 1) if asserts else execution
    found = sliced(until, decisive or seen, changing, shown_first(effects))
    reads = Reads(search, execution, changing)
    return stale_fields(reads, decisive, effects, found.longer() if asserts else found)
