"""The executions that killed a system's mutants before, in the cache.

Each is replayed on the mutant before it counts, so nothing of it is trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from verifier.compiler.digest import everything
from verifier.evidence.bundle import Bundle, Run
from verifier.mutation.campaign import Guarded, Trial
from verifier.project.result_cache import Cache

ENTRY = "mutants"


def earlier_runs(cache: Cache, guards: Guarded) -> Mapping[str, Run]:
    """What killed mutants of a system that did the same as it does now, by their names."""
    found = cache.get(_key(cache, guards)) if cache.on else None
    return {} if found is None else found.runs


def save_runs(cache: Cache, guards: Guarded, trials: Iterable[Trial]) -> None:
    """Store what killed mutants, beside what is stored of others."""
    if cache.on:
        runs = {trial.mutant.name: trial.run for trial in trials if trial.run is not None}
        whole = {**earlier_runs(cache, guards), **runs}
        cache.put(_key(cache, guards), Bundle.of(guards.compiled.system.name, runs=whole))


def _key(cache: Cache, guards: Guarded) -> str:
    compiled = guards.compiled
    return cache.key(compiled.system.name, ENTRY, everything(compiled.circuit))
