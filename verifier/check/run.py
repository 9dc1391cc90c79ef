"""A catalogue's systems, checked side by side or one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from verifier.check.check import Result, decide, ill_formed
from verifier.check.stored_evidence import kept_lemmas
from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.contract import engine_named
from verifier.evidence.verdicts import Limits, Progress, Verdict, Watch, silent
from verifier.execution.machine import ASSERTIONS
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.system import System
from verifier.processes.pool import NoProcess, apart, reporting
from verifier.processes.worker import Lost
from verifier.project.catalogue import Catalogue, Pair

Compile = Callable[[System, Sequence[ModelFunction]], TransitionSystem]
"""Where a system's circuit comes from."""


def check_all(
    catalogue: Catalogue,
    pairs: Sequence[Pair],
    engine: str,
    limits: Limits,
    jobs: int | None,
    watch: Watch,
    minimal: bool = False,
    fresh: bool = False,
    compiled_by: Compile = compile_compared,
    keep: Callable[[Result], object] = lambda _: None,
) -> Iterator[list[Result]]:
    """Each system's results, in the catalogue's order; one system alone gets all the cores.

    Every system is checked in a process of its own. Who wants to `keep` a result gets it as soon
    as it is there.
    """
    jobs = jobs or os.cpu_count() or 1
    by_system: dict[str, list[str]] = {}
    for pair in pairs:
        by_system.setdefault(pair.system, []).append(pair.property)
    task = partial(check_one, catalogue, compiled_by, engine, limits, minimal, fresh)
    found: dict[str, list[Result]] = {}
    order = list(by_system)
    early = dict[int, Result]()

    def seen(progress: Progress) -> None:
        for each in (progress, *progress.parts.values()):
            if isinstance(each.found, Result) and id(each.found) not in early:
                early[id(each.found)] = each.found
                keep(each.found)
        watch(progress)

    for name, answer in _answers(task, by_system, limits, jobs, seen):
        found[name] = _lost(name, by_system[name], answer) if isinstance(answer, Lost) else answer
        for result in found[name]:
            keep(result)
        while order and order[0] in found:
            yield found.pop(order.pop(0))


def _answers(
    task: Callable[..., list[Result]],
    by_system: dict[str, list[str]],
    limits: Limits,
    jobs: int,
    watch: Watch,
) -> Iterator[tuple[str, list[Result] | Lost]]:
    """The systems' results, as they are there."""
    if len(by_system) == 1 or jobs == 1:
        for name, groups in by_system.items():
            yield name, apart(partial(task, jobs, name, groups), watch, name=name)
        return
    tasks = {name: partial(task, 1, name, groups) for name, groups in by_system.items()}
    shared = limits.memory is None  # a limit is for what one system takes
    yield from reporting(tasks, jobs, watch, shared=shared, in_order=False)


def _lost(name: str, groups: Sequence[str], lost: Lost) -> list[Result]:
    return [undecided(name, group, lost.reason, lost.error) for group in groups]


def undecided(
    system: str,
    group: str,
    reason: str,
    error: ModelError | None = None,
    so_far: Progress | None = None,
) -> Result:
    """The result of a pair of which no more is known than how far a search is."""
    engine, depth = ("none", 0) if so_far is None else (so_far.engine, so_far.depth)
    return Result(system, group, Verdict.UNKNOWN, engine, depth, 0.0, None, reason, error)


def check_one(
    catalogue: Catalogue,
    compiled_by: Compile,
    engine: str,
    limits: Limits,
    minimal: bool,
    fresh: bool,
    jobs: int,
    name: str,
    groups: Sequence[str],
    watch: Watch = silent,
) -> list[Result]:
    """One system's results; unless `fresh`, proofs start with the lemmas that the project keeps.

    Who asks for all of a system's pairs gets its models' assertions, too. A system that is
    ill-formed has results that say so, and the other systems are not concerned.
    """
    watch(Progress("compile", 0, name))
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    try:
        compiled = compiled_by(system, properties)
        lemmas = () if fresh else kept_lemmas(catalogue.root, compiled)
        how = engine_named(engine, jobs, lemmas)
        listed = {pair.property for pair in catalogue.pairs_of(system)}
        if ASSERTIONS in compiled.circuit.bad and set(groups) == listed:
            groups = list(dict.fromkeys([*groups, ASSERTIONS]))
        return decide(compiled, groups, how, limits, watch, minimal)
    except NoProcess:
        raise
    except ModelError as error:
        return ill_formed(name, groups, error)
