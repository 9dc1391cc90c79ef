"""The trials of a catalogue's systems, with what is stored of them to start from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from time import monotonic

from verifier.check.context import Context
from verifier.check.stored_evidence import StoredEvidence
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.evidence.verdicts import Clause
from verifier.execution.machine import ASSERTIONS
from verifier.language.functions import ModelFunction
from verifier.language.system import System
from verifier.mutation.baseline import Comparison, compared, scores
from verifier.mutation.campaign import SECONDS, Campaign, Guarded, guarded, trials
from verifier.mutation.functions_run import functions_of, lines_run
from verifier.mutation.operators import sites

PATIENCE = 4
"""How many times as long as for the record a mutant may take at the gate."""


def guarded_system(context: Context, name: str) -> Guarded:
    """A system and which claims hold of it, proved from the lemmas that are stored."""
    system = context.catalogue.system(name)
    properties = context.catalogue.properties_of(system)
    return guarded(system, properties, context.limits, partial(_lemmas, context), context.watch)


def strength(
    context: Context, touched: Mapping[str, Collection[str]], seconds: float = inf
) -> Iterator[Comparison]:
    """For each system on record, the mutants of its functions with the names given.

    Each has more time than the record gave it: what was decided once is decided on a slower
    machine, too. What is not begun in these seconds, of all together, is undecided.
    """
    until = monotonic() + seconds
    catalogue, limits = context.catalogue, context.limits
    for name, recorded in scores(catalogue.root).items():
        functions = touched.get(name)
        if not functions or name not in catalogue.systems:
            continue
        left = max(until - monotonic(), 1.0)
        within = replace(limits, seconds=min(left, limits.seconds or inf)) if left < inf else limits
        guards = guarded_system(replace(context, limits=within), name)
        if guards.claims:
            asked = Campaign(functions, seconds=PATIENCE * SECONDS, until=until)
            found = [*trials(guards, context.jobs, context.watch, asked)]
            if found:
                yield compared(name, found, recorded, whole=False)


def _lemmas(context: Context, compiled: TransitionSystem) -> Sequence[Clause]:
    groups = [*{function.group: None for function in compiled.properties}]
    groups += [ASSERTIONS] if ASSERTIONS in compiled.circuit.bad else []
    return StoredEvidence(context.store, compiled, groups, context.cache).lemmas()


def mutable_functions(
    system: System, properties: Sequence[ModelFunction], wanted: Collection[str]
) -> list[str]:
    """The names of the functions that a system runs; of those wanted, where there are mutants."""
    ran = lines_run(lambda: compile_system(system, properties))
    mutable = {each.function.name for each in sites(ran, wanted) if each.mutants}
    names = dict.fromkeys(each.name for each in functions_of(ran))
    return [name for name in names if name in mutable or name not in wanted]
