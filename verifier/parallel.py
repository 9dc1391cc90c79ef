"""Systems side by side on the cores there are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from multiprocessing import get_context

from verifier.catalogue import Catalogue, Pair
from verifier.checking import Engine, Result, check
from verifier.circuit.circuit import Circuit
from verifier.evidence.verdicts import Limits, Progress, Verdict, Watch, silent

ENGINES = ("auto", "pdr", "bmc", "kinduction")


def engine_named(name: str, jobs: int) -> Engine:
    """The engine of that name; `auto` may use as many processes as `jobs` says."""
    if name == "pdr":
        from verifier.engines.pdr import pdr

        return pdr
    if name == "bmc":
        from verifier.engines.bmc import bmc

        return bmc
    if name == "kinduction":
        from verifier.engines.kinduction import kinduction

        return kinduction
    from verifier.engines.auto import auto

    return partial(auto, jobs=jobs)


def check_all(
    catalogue: Catalogue,
    pairs: Sequence[Pair],
    engine: str,
    limits: Limits,
    jobs: int | None,
    watch: Watch,
) -> Iterator[list[Result]]:
    """Each system's results, in the catalogue's order; one system alone gets all the cores."""
    jobs = jobs or os.cpu_count() or 1
    by_system: dict[str, list[str]] = {}
    for pair in pairs:
        by_system.setdefault(pair.system, []).append(pair.property)
    if len(by_system) == 1 or jobs == 1:
        for name, groups in by_system.items():
            yield _check(catalogue, engine, limits, jobs, name, groups, watch)
        return
    yield from _side_by_side(catalogue, by_system, engine, limits, jobs, watch)


def _side_by_side(
    catalogue: Catalogue,
    by_system: Mapping[str, list[str]],
    engine: str,
    limits: Limits,
    jobs: int,
    watch: Watch,
) -> Iterator[list[Result]]:
    # Forked, so that the workers have the catalogue without importing it again.
    pool = ProcessPoolExecutor(min(jobs, len(by_system)), get_context("fork"))
    try:
        pending: dict[Future[list[Result]], str] = {
            pool.submit(_check, catalogue, engine, limits, 1, name, groups): name
            for name, groups in by_system.items()
        }
        order = list(by_system)
        finished: dict[str, list[Result]] = {}
        while pending:
            done, _ = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                finished[pending.pop(future)] = future.result()
            watch(Progress("checking", 0, ", ".join(list(pending.values())[:jobs])))
            while order and order[0] in finished:
                yield finished.pop(order.pop(0))
    finally:
        processes = list(getattr(pool, "_processes", {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()


def _check(
    catalogue: Catalogue,
    engine: str,
    limits: Limits,
    jobs: int,
    name: str,
    groups: list[str],
    watch: Watch = silent,
) -> list[Result]:
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    return check(system, properties, groups, engine_named(engine, jobs), limits, watch)
