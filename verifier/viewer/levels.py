"""What is worth a word of a step: the functions that handle it, and its choices."""

from __future__ import annotations

from verifier.evidence.calls import Entered
from verifier.evidence.traces import Stride
from verifier.language.plain_values import Value
from verifier.viewer.call_tree import is_kernel_function
from verifier.viewer.markup import inert
from verifier.viewer.trace_index import acts, calls, writes


def handlers(stride: Stride) -> list[str]:
    """The functions of a kernel that handle the step: the outermost, then where it leads."""
    path: list[str] = []
    call: Entered | None = _kernel_function(stride.call)
    while call is not None and len(path) < 3:
        path.append(inert(call.function))
        inner = [
            each
            for entry in call.entries
            if isinstance(entry, Entered) and (each := _kernel_function(entry)) is not None
        ]
        call = max((each for each in inner if acts(each)), key=_weight, default=None)
    return [path[0], path[2]] if len(path) > 2 else path


def _kernel_function(call: Entered) -> Entered | None:
    """The first function in a call that stands for one in a kernel's file."""
    return next(filter(is_kernel_function, calls(call)), None)


def _weight(call: Entered) -> int:
    return sum(map(acts, (each.change for each in writes(call))))


def choices_shown(stride: Stride) -> list[tuple[str, Value, bool]]:
    """A step's choices worth a word: those that matter, and those that are not false."""
    return [
        (name, value, name in stride.matters)
        for name, value in stride.choices.items()
        if name in stride.matters or value is not False
    ]
