"""No proof of our own engines is shown unless it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.evidence.lazy_project import compiled
from verifier.check.certify import audited_proofs
from verifier.check.check import decide
from verifier.circuit.circuit import Circuit
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.kinduction import kinduction
from verifier.engines.pdr import pdr
from verifier.engines.portfolio import auto
from verifier.evidence.verdicts import (
    Answer,
    Invariant,
    Limits,
    Path,
    Progress,
    Proved,
    Verdict,
    Watch,
    silent,
)
from verifier.execution.conversions import execution_along
from verifier.execution.execution import Execution
from verifier.explain.counterexample import trace_of
from verifier.language.errors import ToolFailure

LIMITS = Limits(seconds=60)


def proofs(engine: object, name: str, *goals: str) -> dict[str, Proved]:
    found = engine(compiled(name).circuit, goals, LIMITS)  # type: ignore[operator]
    return {goal: verdict for goal, verdict in found.items() if isinstance(verdict, Proved)}


@pytest.mark.parametrize("minimal", [False, True])
@pytest.mark.parametrize("engine", [pdr, kinduction])
def test_proofs_that_hold_become_certificates(engine: object, minimal: bool) -> None:
    fixed = compiled("lazy/fixed")
    found = proofs(engine, "lazy/fixed", "isolation")
    audited = audited_proofs(fixed, found, minimal, silent)
    assert [each.property for each in audited.values()] == ["isolation"]


def test_a_proof_that_does_not_hold_is_a_failure_of_the_tool_and_named() -> None:
    fixed = compiled("lazy/fixed")
    good = proofs(pdr, "lazy/fixed", "isolation")
    assert good
    case = next(goal for goal in fixed.circuit.bad if goal.startswith("fires:"))
    forged = {**good, case: Proved("pdr", Invariant(()), 1, 0.0)}
    with pytest.raises(ToolFailure, match=f"pdr's proof of lazy/fixed/{case} is rejected"):
        audited_proofs(fixed, forged, False, silent)


def test_an_engine_with_a_wrong_proof_of_a_broken_system_is_rejected() -> None:
    def lying(_: Circuit, goals: Sequence[str], *__: object) -> dict[str, Proved]:
        return {goal: Proved("pdr", Invariant(()), 1, 0.0) for goal in goals}

    with pytest.raises(ToolFailure, match="lazy/broken/isolation"):
        decide(compiled("lazy/broken"), ["isolation"], lying, LIMITS)


@pytest.mark.parametrize(("minimal", "times"), [(False, 1), (True, 2)])
def test_a_counterexample_that_was_replayed_when_it_was_found_is_replayed_again_only_to_explain_it(
    minimal: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    replays, found = [], []

    def noted(*given: Any) -> Any:
        replays.append(given)
        return trace_of(*given)

    monkeypatch.setattr("verifier.check.check.trace_of", noted)
    [result] = decide(
        compiled("lazy/broken"),
        ["isolation"],
        auto,
        LIMITS,
        lambda now: found.append(now.found),
        minimal,
    )
    assert len(replays) == times
    [shown] = [each for each in found if each is not None]
    assert (shown == replace(result, seconds=shown.seconds)) is not minimal


def test_a_violation_that_is_reported_twice_is_replayed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replays = list[Execution]()

    def counted(compiled: TransitionSystem, path: Path) -> Execution:
        replays.append(execution_along(compiled, path))
        return replays[-1]

    def insistent(
        circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch
    ) -> Mapping[str, Answer]:
        verdicts = pdr(circuit, goals, limits)
        for _ in range(2):
            for goal, found in verdicts.items():
                watch(Progress("pdr", 0, goal, found=found))
        return verdicts

    monkeypatch.setattr("verifier.check.check.execution_along", counted)
    [result] = decide(compiled("lazy/broken"), ["isolation"], insistent, LIMITS)
    assert result.verdict is Verdict.VIOLATED
    assert result.is_shortest()
    assert len(replays) == 1
