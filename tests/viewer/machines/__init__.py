"""Three small systems that are no x86: two CPUs, a trap bit, exits handled within a step."""

from functools import cache
from pathlib import Path

from verifier.check.check import decide
from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits
from verifier.execution.conversions import execution_of_trace
from verifier.execution.execution import Execution
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

HERE = Path(__file__).parent
PAIRS = (
    "two-cpus/broken/integrity",
    "two-cpus/by-tasks/integrity",
    "trapping/v1/isolation",
    "handled/loop/isolation",
)
"""What is violated."""


@cache
def project() -> Catalogue:
    """Their catalogue; the bundled one can be loaded again after it."""
    catalogue = load(HERE)
    load(bundled_root())
    return catalogue


@cache
def counterexample(pair: str) -> Trace:
    """A shortest one, explained."""
    name, _, group = pair.rpartition("/")
    system = project().systems[name]
    compiled = compile_system(system, project().properties_of(system))
    [result] = decide(compiled, [group], bmc, Limits(), minimal=True)
    assert isinstance(result.evidence, Trace)
    return result.evidence


def execution(pair: str) -> Execution:
    """Its moves."""
    system = project().systems[counterexample(pair).system]
    found = execution_of_trace(system, project().properties_of(system), counterexample(pair))
    assert isinstance(found, Execution)
    return found
