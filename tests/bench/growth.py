"""How the time of a proof grows with the number of host tasks and with nesting depth."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from tests.corpus.lazy_fpu import lazy_fpu
from verifier.catalogue import Catalogue
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Limits, Proved
from verifier.language.compiling import compile_system

TASKS = (1, 2, 4, 8, 16)
DEPTHS = ("native/lazy-v3.4", "stack/kvm-linux", "stack/kvm-kvm-linux")


def growth(catalogue: Catalogue) -> Iterator[str]:
    """Tables over the number of tasks and over the levels below a lazy Linux."""
    yield from _tasks()
    yield from _depths(catalogue)


def _depths(catalogue: Catalogue) -> Iterator[str]:
    yield "\n## Growth with nesting depth\n"
    yield "A lazy Linux on hardware, on KVM, and on KVM on KVM; `isolation` by pdr without kept"
    yield "lemmas, within 60 s.\n"
    yield "| system | latches | seconds | verdict |\n|---|---|---|---|"
    for name in DEPTHS:
        system = catalogue.systems[name]
        circuit = compile_system(system, catalogue.properties_of(system)).circuit
        begin = perf_counter()
        verdict = pdr(circuit, ["isolation"], Limits(seconds=60.0))["isolation"]
        seconds = perf_counter() - begin
        latches = len(circuit.restricted(["isolation"]).latches)
        yield f"| {name} | {latches} | {seconds:.1f} | {type(verdict).__name__.lower()} |"


def _tasks() -> Iterator[str]:
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
