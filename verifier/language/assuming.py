"""`assume`: where a step can be taken. Checkers of types know that `assume(False)` ends it."""

from __future__ import annotations

from typing import Any, Literal, NoReturn, overload

from verifier.language.errors import Disabled, refuse
from verifier.language.running import RUNNING, stopping
from verifier.language.symbolic_values import Bit


@overload
def assume(condition: Literal[False]) -> NoReturn: ...
@overload
def assume(condition: bool) -> None: ...
def assume(condition: bool) -> None:
    """The running step is not enabled where the condition is false."""
    value: Any = condition
    run = RUNNING.get()
    if run is not None and run.observing:
        raise refuse(
            "an observer or property assumes something", "assume it in the step, or use if"
        )
    if isinstance(value, Bit):
        value._run.assume(value._literal)
    elif type(value) is not bool:
        raise refuse(f"`{value!r}` is assumed", "assume a bool")
    elif not value:
        raise stopping(Disabled())
