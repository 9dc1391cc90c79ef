"""Whatever goes wrong can be told: the counterexamples of mutants through every view and report."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType

import pytest

from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Violated
from verifier.execution.conversions import execution_along
from verifier.explain.counterexample import trace_of
from verifier.language.errors import ModelError
from verifier.language.packages import bundled_root
from verifier.mutation.functions_run import RunFunction, lines_run
from verifier.mutation.operators import sites
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.reports.sarif import flow
from verifier.reports.trace_text import grounds_text, trace_text
from verifier.reports.wording import happened
from verifier.viewer.markup import rendered
from verifier.viewer.mermaid import sequence
from verifier.viewer.screen.view_model import VIEWS, Scene
from verifier.viewer.text import trace_lines


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return load(bundled_root())


@contextmanager
def mutated(function: RunFunction, code: CodeType) -> Iterator[None]:
    function.replace(code)
    try:
        yield
    finally:
        function.replace(function.code)


def counterexamples(catalogue: Catalogue, name: str, only: str, depth: int) -> Iterator[Trace]:
    """What the properties say of mutants of some of the functions that a system runs."""
    system = catalogue.systems[name]
    properties = catalogue.properties_of(system)
    ran = lines_run(lambda: compile_system(system, properties))
    found = sites(ran, only.split())
    for function, code in [(site.function, code) for site in found for _, code in site.mutants]:
        with mutated(function, code):
            try:
                compiled = compile_system(system, properties)
            except ModelError:
                continue  # a mutant that is no model
            claims = [goal for goal in compiled.circuit.bad if ":" not in goal]
            for goal, verdict in bmc(compiled.circuit, claims, Limits(depth=depth)).items():
                if isinstance(verdict, Violated):
                    trace = trace_of(
                        compiled,
                        execution_along(compiled, verdict.path),
                        goal,
                        shortest=True,
                        explain=True,
                    )
                    assert isinstance(trace, Trace), trace
                    yield trace


MUTATED = [
    ("native/classic", "switch fpu_instruction device_not_available", 8),
    ("kvm-vmx/v4.20", "kvm_load_guest_fpu", 6),
]
"""Systems, the functions of which mutants are made, and a depth; `make campaigns` has all."""


def test_the_counterexamples_of_mutants_have_a_headline(bundled: Catalogue, campaign: bool) -> None:
    for name, only, depth in MUTATED if campaign else MUTATED[:1]:
        assert all_are_told(counterexamples(bundled, name, only, depth)) > 1


def all_are_told(traces: Iterator[Trace]) -> int:
    """How many counterexamples there are, each of which every view and report shows."""
    told = 0
    for trace in traces:
        assert list(rendered(trace_lines(trace, everything=True)))
        assert list(trace_text(trace))
        assert list(sequence(trace))
        assert flow(trace, None, str)
        assert isinstance(happened(trace), str)
        assert isinstance(grounds_text(trace), list)
        scene = Scene(trace, None, 80)
        assert [view for view in VIEWS if not scene.rows(view)] == [], "views without rows"
        assert scene.headline()
        told += 1
    return told
