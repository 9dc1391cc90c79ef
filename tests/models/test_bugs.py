"""The bugs on record: their page, their pairs' stored evidence, and all of their mutants."""

from dataclasses import replace
from functools import cache

from verifier.bugs.confirm import confirmed
from verifier.bugs.executions import stored_executions
from verifier.bugs.recorded import Bug, recorded_bugs
from verifier.check.context import Context
from verifier.evidence.verdicts import Limits
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.circuit_cache import Circuits
from verifier.project.loading import load
from verifier.project.proof_store import ProofStore
from verifier.project.result_cache import Cache
from verifier.reports.bugs_text import page

ROOT = bundled_root()
LONGER = {"K5"}
"""Bugs whose stored execution is not a shortest one, which `bugs --check` searches."""


@cache
def catalogue() -> Catalogue:
    return load(ROOT)


@cache
def bugs() -> list[Bug]:
    return list(recorded_bugs(catalogue()).values())


def test_the_page_is_what_is_on_record() -> None:
    assert (ROOT / "docs" / "bugs.md").read_text() == page(bugs())


def test_many_are_reproduced() -> None:
    assert sum(bug.before is not None for bug in bugs()) >= 50


def test_a_pair_that_shows_a_bug_has_a_stored_execution_of_so_many_steps() -> None:
    other = set()
    for bug in bugs():
        if bug.before is not None and bug.mutant is None:
            stored = ProofStore(ROOT).bundle(bug.before.system)
            run = None if stored is None else stored.runs.get(bug.before.property)
            if run is None or len(run.moves) != bug.steps:
                other.add(bug.id)
    assert other == LONGER


def test_each_mutant_that_shows_a_bug_is_there_and_shows_it_by_what_is_stored() -> None:
    cache, limits = Cache(None, Limits()), Limits(seconds=0.1)
    context = Context(catalogue(), Circuits(catalogue(), cache), cache, limits)
    mutants = [replace(bug, after=None) for bug in bugs() if bug.mutant is not None]
    found = list(confirmed(context, mutants, stored_executions(ROOT)))
    assert [each.bug.id for each in found] == [bug.id for bug in mutants]
    assert not [(each.bug.id, each.why) for each in found if each.code]
