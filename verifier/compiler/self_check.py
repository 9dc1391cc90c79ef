"""Every fresh circuit against plain Python, before anything is proved of it.

The two are independent readings of the same model functions: one forked and merged, one plain.
They are compared on cases that reach every step and both outcomes of every decision that the
circuit has, as far as any state and inputs reach them.

Why so: docs/decisions/0014-circuits-are-compared-with-python.md
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from verifier.compiler.bits import Case
from verifier.compiler.cases import Cases, CaseUndecided
from verifier.compiler.coverpoints import Coverpoints
from verifier.compiler.difference import HELP, Mismatch, refusal
from verifier.compiler.outcomes import ByCircuit, ByPython
from verifier.compiler.translation import Translation, translated
from verifier.language.calls import Calls
from verifier.language.errors import ModelError, Place
from verifier.language.probes import Probes, marks_of
from verifier.language.reachable import all_examined


def compare(translation: Translation, times: int = 1) -> int:
    """How many cases a circuit and plain Python agree in; a ModelError where they do not.

    With `times`, in so many times as many cases.
    """
    compiled = translation.compiled
    search = Cases(Coverpoints(translation), compiled.circuit, times)
    try:
        cases = search.found()
    except CaseUndecided as open:
        raise ModelError(
            f"whether circuit and Python differ is undecided for `{compiled.system.name}`: "
            f"no state found in which {open.coverpoint.what}, and no proof that there is none",
            open.coverpoint.place,
            "split the step, or what it decides on, into simpler conditions",
        ) from None
    circuit = ByCircuit(translation)
    calls = watching(translation)
    if calls is not None:
        claims = {c.binding.function: None for group in compiled.conjuncts.values() for c in group}
        calls.run(partial(translated, compiled.system, claims))
    probes = translation.steps.start.probes
    marks_of(probes)
    found = next(differences(circuit, cases, calls, set(search.standing())), None)
    if found is not None:
        raise refusal(circuit, found)
    for each, symbolic in zip(probes, translation.marks, strict=True):
        _refuse_beyond(compiled.system.name, each, symbolic)
    impossible = search.impossible()
    if impossible is not None:
        raise _differ(compiled.system.name, f"{impossible.what} there", impossible.place)
    return len(cases)


def _refuse_beyond(system: str, probes: Probes, before: bytes) -> None:
    """Refuse a system where plain Python has run what the symbolic run never did."""
    for number, (symbolic, plain) in enumerate(zip(before, probes.ran, strict=True)):
        if plain and not symbolic:
            raise _differ(system, "Python runs what the circuit never does", probes.place(number))


def _differ(system: str, what: str, place: Place | None) -> ModelError:
    return ModelError(f"circuit and Python differ in some state of `{system}`: {what}", place, HELP)


def differences(
    circuit: ByCircuit, cases: Sequence[Case], calls: Calls | None, standing: Collection[Case]
) -> Iterator[Mismatch]:
    """What differs, case by case.

    What plain Python calls is examined by `calls`, if there is need; whether a step is enabled
    after the case is compared in those of `standing`.
    """
    python = ByPython(circuit.compiled)
    for case, expected in zip(cases, circuit.outcomes(cases), strict=True):
        outcome = partial(python.outcome, case)
        actual = outcome() if calls is None else calls.run(outcome)
        if case in standing:
            actual = python.with_stuck(actual, expected.likely)
        if not actual.agrees(expected):
            yield Mismatch(case, expected, actual)


def watching(translation: Translation) -> Calls | None:
    """Examines what is called; None where all that can be called was examined."""
    start = translation.steps.start
    examined = start.run.examined.values()
    if all_examined(examined, start.outside, start.run.guarded):
        return None
    return Calls((code for each in examined for code in each.codes), start.run.guarded)
