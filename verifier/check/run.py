"""A catalogue's systems, checked side by side or one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from verifier.check.check import decide
from verifier.check.context import Context
from verifier.check.result import Result, ill_formed, undecided
from verifier.check.stored_evidence import own_lemmas
from verifier.engines.contract import engine_named
from verifier.evidence.verdicts import Progress, Watch, silent
from verifier.execution.machine import ASSERTIONS
from verifier.language.errors import ModelError
from verifier.processes.pool import NoProcess, apart, reporting
from verifier.processes.worker import Lost
from verifier.project.catalogue import Pair


@dataclass(frozen=True)
class Strategy:
    """How pairs are searched for."""

    engine: str = "auto"
    minimal: bool = False
    """Whether evidence is worth the time that few lemmas and explained counterexamples take."""
    fresh: bool = False
    """Whether proofs start without the lemmas that the project stores."""


def check_all(
    context: Context,
    pairs: Sequence[Pair],
    strategy: Strategy,
    save: Callable[[Result], object] = lambda _: None,
) -> Iterator[list[Result]]:
    """Each system's results, in the catalogue's order; one system alone gets all the cores.

    Every system is checked in a process of its own. `save` is called with each result as soon
    as it is there.
    """
    by_system: dict[str, list[str]] = {}
    for pair in pairs:
        by_system.setdefault(pair.system, []).append(pair.property)
    found: dict[str, list[Result]] = {}
    order = list(by_system)
    early = dict[int, Result]()

    def seen(progress: Progress) -> None:
        for each in (progress, *progress.parts.values()):
            if isinstance(each.found, Result) and id(each.found) not in early:
                early[id(each.found)] = each.found
                save(each.found)
        context.watch(progress)

    for name, answer in _answers(context.watched(seen), strategy, by_system):
        if isinstance(answer, Lost):
            answer = undecided(name, by_system[name], answer.reason, answer.error)
        found[name] = answer
        for result in found[name]:
            save(result)
        while order and order[0] in found:
            yield found.pop(order.pop(0))


def _answers(
    context: Context, strategy: Strategy, by_system: dict[str, list[str]]
) -> Iterator[tuple[str, list[Result] | Lost]]:
    """The systems' results, as they are there; of several at a time the longest are begun first.

    How long a system takes is not known, but that of which most is stored takes longest.
    """
    if len(by_system) == 1 or context.jobs == 1:
        for name, groups in by_system.items():
            task = partial(check_one, context, strategy, name, groups)
            yield name, apart(name, task, context.watch)
        return
    alone = context.with_jobs(1)
    longest_first = sorted(by_system, key=context.store.size, reverse=True)
    tasks = {
        name: partial(check_one, alone, strategy, name, by_system[name]) for name in longest_first
    }
    shared = context.limits.memory is None  # a limit is for what one system takes
    yield from reporting(tasks, context.jobs, context.watch, shared=shared, in_order=False)


def check_one(
    context: Context, strategy: Strategy, name: str, groups: Sequence[str], watch: Watch = silent
) -> list[Result]:
    """One system's results.

    Who asks for all of a system's pairs gets its models' assertions, too. A system that is
    ill-formed has results that say so, and the other systems are not concerned.
    """
    watch(Progress("compile", 0, name))
    catalogue, limits = context.catalogue, context.limits
    try:
        compiled = context.compiled(name)
        lemmas = () if strategy.fresh else own_lemmas(context.store, compiled)
        engine = engine_named(strategy.engine, context.jobs, lemmas)
        listed = {pair.property for pair in catalogue.pairs_of(catalogue.systems[name])}
        if ASSERTIONS in compiled.circuit.bad and set(groups) == listed:
            groups = list(dict.fromkeys([*groups, ASSERTIONS]))
        return decide(compiled, groups, engine, limits, watch, strategy.minimal)
    except NoProcess:
        raise
    except ModelError as error:
        return ill_formed(name, groups, error)
