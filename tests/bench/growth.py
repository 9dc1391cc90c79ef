"""How the time of a proof grows with the number of host tasks."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from tests.corpus.lazy_fpu import lazy_fpu
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Limits, Proved

TASKS = (1, 2, 4, 8, 16)


def growth() -> Iterator[str]:
    """A table over the number of tasks that share one register lazily."""
    yield "\n## Growth with the number of tasks\n"
    yield "One register shared lazily; seconds inside the process, `integrity` proved by pdr.\n"
    yield "| tasks | latches | seconds | clauses |\n|---|---|---|---|"
    for tasks in TASKS:
        circuit = lazy_fpu(tasks)
        begin = perf_counter()
        verdict = pdr(circuit, ["integrity"], Limits(seconds=120.0))["integrity"]
        seconds = perf_counter() - begin
        clauses = len(verdict.invariant.clauses) if isinstance(verdict, Proved) else "-"
        yield f"| {tasks} | {len(circuit.latches)} | {seconds:.2f} | {clauses} |"
