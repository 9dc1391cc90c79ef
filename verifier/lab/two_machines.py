"""Two recordings of the same programs, one of which stands for what is expected."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.lab.given_up import counts_given_up
from verifier.lab.judge import Difference, actual_of, runs
from verifier.lab.recording import Recording
from verifier.lab.summary import Example
from verifier.language.errors import ModelError

COMPARED = (
    *("status", "vector", "exit_reason", "qualification", "interruption", "instruction_error"),
    *("rip", "pushed_rip", "guest_cr0", "cr0", "injects", "results"),
)
"""What the manual decides whatever the program; not an error code or length that is undefined."""


def between(expected: Recording, actual: Recording) -> Iterator[Example]:
    """The programs in which two machines differ."""
    if expected.programs != actual.programs:
        raise ModelError("the recordings are of different programs", help="record one list on both")
    cases = zip(actual.programs, expected.outcomes, actual.outcomes, strict=True)
    for number, (program, one, other) in enumerate(cases):
        found = [
            Difference(act, name, value, shown)
            for act, (here, there) in enumerate(zip(runs(one), runs(other), strict=True))
            for name in COMPARED
            if (value := actual_of(here, name)) != (shown := actual_of(there, name))
            and not (name == "results" and counts_given_up(program))
        ]
        if found:
            yield Example(number, program, found)
