"""Every fresh circuit against plain Python, before anything is proved of it.

The two are independent readings of the same model functions: one forked and merged, one plain.
They are compared on cases that reach every step and both outcomes of every decision that the
circuit has, as far as any state and inputs reach them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from verifier.compiler.cases import Case, Cases, Undecided
from verifier.compiler.difference import HELP, Difference, refusal
from verifier.compiler.goals import Goals
from verifier.compiler.outcomes import ByCircuit, ByPython
from verifier.language.calls import Calls
from verifier.language.compiling import Translation
from verifier.language.errors import ModelError


def compare(translation: Translation, times: int = 1) -> int:
    """How many cases a circuit and plain Python agree in; a ModelError where they do not.

    With `times`, in so many times as many cases.
    """
    compiled = translation.compiled
    search = Cases(Goals(translation), compiled.circuit, times)
    try:
        cases = search.found()
    except Undecided as open:
        raise ModelError(
            f"whether circuit and Python differ is undecided for `{compiled.system.name}`: "
            f"no state found in which {open.goal.what}, and no proof that there is none",
            open.goal.place,
            "split the step, or what it decides on, into simpler conditions",
        ) from None
    _examine_calls(translation, [case for case in cases if case in search.first])
    circuit = ByCircuit(translation)
    found = next(differences(circuit, cases), None)
    if found is not None:
        raise refusal(circuit, found)
    impossible = search.impossible()
    if impossible is not None:
        raise ModelError(
            f"circuit and Python differ in some state of `{compiled.system.name}`: "
            f"{impossible.what} there",
            impossible.place,
            HELP,
        )
    return len(cases)


def differences(circuit: ByCircuit, cases: Sequence[Case]) -> Iterator[Difference]:
    """What differs, case by case."""
    python = ByPython(circuit.compiled)
    for case, expected in zip(cases, circuit.outcomes(cases), strict=True):
        actual = python.outcome(case)
        if actual != expected:
            yield Difference(case, expected, actual)


def _examine_calls(translation: Translation, cases: Sequence[Case]) -> None:
    """Refuse what plain Python calls in some cases where the language refuses its text."""
    python = ByPython(translation.compiled)
    examined = translation.steps.start.run.examined.values()
    calls = Calls(code for each in examined for code in each.codes)
    for case in cases:
        calls.run(partial(python.outcome, case))
