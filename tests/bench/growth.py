"""How the time of a proof grows with the number of host tasks and with nesting depth."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from nestproof.models.systems.native_classic_threads import classic
from nestproof.models.x86.registers import Context
from verifier.compiler.translation import compile_system
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Limits, Proved
from verifier.project.catalogue import Catalogue

TASKS = (1, 2, 4, 8, 16)
CONTEXTS = sorted(Context, key=lambda context: context == Context.INIT)
"""The initial contents come last: only among sixteen threads has one of them their name."""
DEPTHS = ("native/lazy-v3.4", "stack/kvm-linux", "stack/kvm-kvm-linux")


def growth(catalogue: Catalogue) -> Iterator[str]:
    """Tables over the number of tasks and over the levels below a lazy Linux."""
    yield from _tasks(catalogue)
    yield from _depths(catalogue)


def _depths(catalogue: Catalogue) -> Iterator[str]:
    yield "\n## Growth with nesting depth\n"
    yield "A lazy Linux on hardware, on KVM, and on KVM on KVM; `isolation` by pdr without kept"
    yield "lemmas, within 200 s.\n"
    yield "| system | latches | seconds | verdict |\n|---|---|---|---|"
    for name in DEPTHS:
        system = catalogue.systems[name]
        circuit = compile_system(system, catalogue.properties_of(system)).circuit
        begin = perf_counter()
        verdict = pdr(circuit, ["isolation"], Limits(seconds=200.0))["isolation"]
        seconds = perf_counter() - begin
        latches = len(circuit.restricted(["isolation"]).latches)
        yield f"| {name} | {latches} | {seconds:.1f} | {type(verdict).__name__.lower()} |"


def _tasks(catalogue: Catalogue) -> Iterator[str]:
    yield "\n## Growth with the number of tasks\n"
    yield "`native/classic` among so many threads; `isolation` and `integrity` by pdr without kept"
    yield "lemmas, within 120 s; seconds inside the process.\n"
    yield "| tasks | property | latches | compiled in s | seconds | clauses |"
    yield "|---|---|---|---|---|---|"
    for tasks in TASKS:
        system = classic(CONTEXTS[:tasks])
        begin = perf_counter()
        circuit = compile_system(system, catalogue.properties_of(system)).circuit
        compiling = perf_counter() - begin
        for goal in ("isolation", "integrity"):
            begin = perf_counter()
            verdict = pdr(circuit, [goal], Limits(seconds=120.0))[goal]
            seconds = perf_counter() - begin
            latches = len(circuit.restricted([goal]).latches)
            clauses = len(verdict.invariant.clauses) if isinstance(verdict, Proved) else "-"
            yield f"| {tasks} | {goal} | {latches} | {compiling:.2f} | {seconds:.2f} | {clauses} |"
