"""Faults of the symbolic layer, each put into it while a system is compiled."""

from collections.abc import Callable

import pytest

from tests.compiler.machines import (
    something_moves,
    what_moved_is_not_on,
)
from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import TransitionSystem
from verifier.language import ModelError, System
from verifier.language.functions import about

CLAIMS = [known for known in map(about, (what_moved_is_not_on, something_moves)) if known]
Patch = pytest.MonkeyPatch
Fault = Callable[[Patch], None]

FAULTS: list[Fault] = []


def fault(put: Fault) -> Fault:
    FAULTS.append(put)
    return put


def compared(system: System) -> TransitionSystem:
    return compile_compared(system, CLAIMS)


def refusal(system: System) -> ModelError:
    with pytest.raises(ModelError) as raised:
        compared(system)
    return raised.value
