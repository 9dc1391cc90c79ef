"""Steps, levels and claims that are written outside of models/ and properties/."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import isfunction

from verifier.language.assignments import require_guarded
from verifier.language.functions import ModelFunction, about
from verifier.language.system import System


def refuse_elsewhere(systems: Iterable[System], properties: Iterable[ModelFunction]) -> None:
    """Refuse functions that nothing watches: they are compiled by Python alone.

    What these call is looked at when it is called.
    """
    for system in systems:
        for function in (*system.steps, system.level):
            if function is not None and (isfunction(function) or about(function) is not None):
                require_guarded(function)
    for claim in properties:
        require_guarded(claim.body)
