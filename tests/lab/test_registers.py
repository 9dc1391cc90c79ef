"""The contents of FPU registers that L0 has given up, on a real KVM and by its models."""

from collections.abc import Iterator

import pytest

from nestproof.models.linux import fpu_deferred
from nestproof.models.systems import kvm_vmx_today
from tests.lab.test_recordings import RECORDINGS, recording, usual
from verifier.lab.contents_on_kvm import FOR_AN_EXIT, WHILE_IT_RUNS, Moves, survives
from verifier.lab.given_up import REQUIRED, GivenUp
from verifier.lab.judge import runs
from verifier.lab.outcomes import Outcome
from verifier.lab.programs import L1, L2, Program
from verifier.lab.recording import Recording
from verifier.lab.register_forms import COMPETE, READERS_BACK, WRITERS

OF_KVM = [file for file in RECORDINGS if file.stem.endswith("haswell-quick") and "kvm" in file.stem]
SYSTEMS = (kvm_vmx_today.V6_1, kvm_vmx_today.V6_12)
LOST = 0xC7C7C7C7C7C7C7C7
"""What the other task writes."""


def about(recorded: Recording) -> Iterator[tuple[Program, list[Outcome]]]:
    """The programs in which KVM has put registers away, and what became of them."""
    for program, outcome in zip(recorded.programs, recorded.outcomes, strict=True):
        found = GivenUp()
        found.add(program, outcome)
        if found.put_away:
            yield program, runs(outcome)


def read_back(program: Program, outcomes: list[Outcome]) -> Iterator[tuple[int, int]]:
    """What was written last and what was then read."""
    held: dict[str, int] = {}
    codes = [act.code for act in program.acts if isinstance(act, L1 | L2)]
    for code, outcome in zip(codes, outcomes, strict=True):
        for one in code:
            if one.form in WRITERS.values():
                held[one.form.register] = one.operand
            elif one.form in READERS_BACK.values() and one.form.register in held:
                yield held[one.form.register], outcome.results[one.slot]


@pytest.mark.parametrize("file", OF_KVM, ids=lambda file: file.stem)
def test_kvm_has_given_registers_up_and_nobody_has_lost_any(file: object) -> None:
    [recorded] = [recording(each) for each in OF_KVM if each == file]
    cases = list(about(recorded))
    assert len(cases) >= REQUIRED["quick"]
    pairs = [pair for case in cases for pair in read_back(*case)]
    assert len(pairs) > len(cases)
    assert all(written == read for written, read in pairs)


@pytest.mark.parametrize("file", OF_KVM, ids=lambda file: file.stem)
def test_too_few_that_were_given_up_are_a_failure(file: object) -> None:
    [found] = [usual(each) for each in OF_KVM if each == file]
    assert not found.too_few_given_up
    before, found.given_up.put_away = found.given_up.put_away, 99
    try:
        assert found.code == 1
    finally:
        found.given_up.put_away = before


def moves_of(program: Program) -> Moves:
    """The steps of KVM and Linux that a program stands for."""
    codes = [act.code for act in program.acts if isinstance(act, L1 | L2)]
    busy = any(one.form is COMPETE for code in codes for one in code)
    return WHILE_IT_RUNS if busy else FOR_AN_EXIT


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda each: each.name)
def test_the_models_of_kvm_predict_it(system: object) -> None:
    [model] = [each for each in SYSTEMS if each is system]
    assert {survives(model, moves_of(program)) for program, _ in about(recording(OF_KVM[0]))} == {
        True
    }


@pytest.mark.parametrize("moves", [FOR_AN_EXIT, WHILE_IT_RUNS], ids=["exit", "while it runs"])
def test_a_model_whose_save_is_dropped_is_refuted_by_the_same_programs(
    monkeypatch: pytest.MonkeyPatch, moves: Moves
) -> None:
    monkeypatch.setattr(fpu_deferred, "copy_fpregs_to_fpstate", lambda *_: True)
    cases = [case for case in about(recording(OF_KVM[0])) if moves_of(case[0]) == moves]
    assert cases
    for program, outcomes in cases:
        kept = all(written == read for written, read in read_back(program, outcomes))
        assert kept is not survives(kvm_vmx_today.V6_1, moves)


def test_a_register_that_was_lost_differs() -> None:
    program, outcomes = next(about(recording(OF_KVM[0])))
    lost = [outcome._replace(results=(LOST,) * len(outcome.results)) for outcome in outcomes]
    assert any(written != read for written, read in read_back(program, lost))
