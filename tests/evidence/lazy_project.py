"""The template's two systems, checked once: their evidence to save, spoil and audit."""

from functools import cache
from pathlib import Path

import verifier
from verifier.check.check import decide
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import compile_system
from verifier.engines.pdr import pdr
from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits
from verifier.execution.conversions import execution_of_trace
from verifier.execution.execution import Execution
from verifier.language.functions import ModelFunction
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

TEMPLATE = Path(verifier.__file__).parent / "template"


@cache
def project() -> Catalogue:
    """The template's catalogue; the bundled one can be loaded again after it."""
    catalogue = load(TEMPLATE)
    load(bundled_root())
    return catalogue


@cache
def compiled(name: str) -> TransitionSystem:
    system = project().systems[name]
    return compile_system(system, properties(name))


def properties(name: str) -> tuple[ModelFunction, ...]:
    return project().properties_of(project().systems[name])


@cache
def trace() -> Trace:
    """How lazy/broken goes wrong."""
    [result] = decide(compiled("lazy/broken"), ["isolation"], pdr, Limits())
    assert isinstance(result.evidence, Trace)
    return result.evidence


def execution() -> Execution:
    """The moves of `trace`."""
    found = execution_of_trace(compiled("lazy/broken").system, properties("lazy/broken"), trace())
    assert isinstance(found, Execution)
    return found


@cache
def certificate() -> Certificate:
    """Why lazy/fixed is right."""
    [result] = decide(compiled("lazy/fixed"), ["isolation"], pdr, Limits(), minimal=True)
    assert isinstance(result.evidence, Certificate)
    return result.evidence
