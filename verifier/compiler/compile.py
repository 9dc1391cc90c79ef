"""The one place from which commands have a system's circuit: compiled, then compared."""

from collections.abc import Iterable
from dataclasses import replace

from verifier.compiler.self_check import compare
from verifier.compiler.transition_system import TransitionSystem
from verifier.compiler.translation import translated
from verifier.language.functions import ModelFunction
from verifier.language.system import System


def compile_compared(system: System, properties: Iterable[ModelFunction]) -> TransitionSystem:
    """A system's circuit, which does what plain Python does in every case compared.

    Raises the ModelError "circuit and Python differ" where it does not.
    """
    translation = translated(system, properties)
    return replace(translation.compiled, compared=compare(translation))
