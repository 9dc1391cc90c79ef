"""What is said in short of every violated pair of the catalogue: three sentences, 60 words."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.viewer.renaming import violated
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.evidence.bundle import Run
from verifier.evidence.traces import Trace
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Execution
from verifier.explain.counterexample import trace_of
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.project.proof_store import ProofStore
from verifier.viewer.divergence import divergence_lines
from verifier.viewer.markup import rendered
from verifier.viewer.sentences import sentences
from verifier.viewer.trace_index import Reading

MOST_WORDS = 60


@cache
def bundled() -> Catalogue:
    return load(bundled_root())


def stored() -> list[str]:
    """The violated pairs whose counterexamples are stored."""
    return [pair for pair in violated() if _run(pair) is not None]


def _run(pair: str) -> Run | None:
    name, _, group = pair.rpartition("/")
    bundle = ProofStore(bundled_root()).bundle(name)
    return None if bundle is None else bundle.runs.get(group)


@pytest.mark.sampled(8)
@pytest.mark.parametrize("pair", stored())
def test_a_violation_is_said_in_short(pair: str, golden: Callable[[str, str], None]) -> None:
    reading = Reading(explained(pair))
    said = list(rendered(sentences(reading)))
    assert len(" ".join(said).split()) <= MOST_WORDS
    assert len(said) == 3
    text = "\n".join([*said, *rendered(divergence_lines(reading))])
    golden(f"in_short/{pair.replace('/', '.')}.txt", f"{text}\n")


@cache
def compiled(name: str) -> TransitionSystem:
    system = bundled().systems[name]
    return compile_system(system, bundled().properties_of(system))


def explained(pair: str) -> Trace:
    name, _, group = pair.rpartition("/")
    system = bundled().systems[name]
    properties = bundled().properties_of(system)
    run = _run(pair)
    assert run is not None
    execution = execution_of_run(system, properties, run)
    assert isinstance(execution, Execution), execution
    trace = trace_of(compiled(name), execution, group, shortest=True, explain=True)
    assert isinstance(trace, Trace), trace
    return trace
