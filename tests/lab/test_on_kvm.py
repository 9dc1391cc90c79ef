"""The models of KVM on a bench: what they predict of a real KVM, recorded on 6.1 and 6.12."""

from collections import Counter
from functools import cache

import pytest

from nestproof.models.systems import kvm_nvmx
from tests.lab.test_recordings import RECORDINGS, recording
from verifier.compiler.transition_system import TransitionSystem
from verifier.lab.judge import differences
from verifier.lab.lockstep import bench
from verifier.lab.on_kvm import kvm_bench, kvm_predictions
from verifier.lab.prediction import Prediction, predictions
from verifier.lab.recording import Recording
from verifier.language import System

SYSTEMS = (kvm_nvmx.V4_20, kvm_nvmx.V4_20_REPAIRED)
OF_KVM = [recording(file) for file in RECORDINGS if "haswell" in file.stem and "kvm" in file.stem]


@cache
def on_bench(name: str) -> TransitionSystem:
    return kvm_bench({each.name: each for each in SYSTEMS}[name])


def predicted(system: System, recorded: Recording) -> list[Prediction]:
    return list(kvm_predictions(on_bench(system.name), recorded.programs, recorded.facts))


def judged(system: System, recorded: Recording) -> Counter[tuple[bool, bool]]:
    """Programs by whether the model of KVM predicts them, and whether models/x86 does."""
    of_cpu = predictions(bench(), recorded.programs, recorded.facts)
    cases = zip(predicted(system, recorded), of_cpu, recorded.outcomes, strict=True)
    return Counter(
        (not differences(kvm, outcome), not differences(cpu, outcome))
        for kvm, cpu, outcome in cases
        if not (kvm.missing or cpu.missing)
    )


@pytest.mark.parametrize("recorded", OF_KVM, ids=lambda each: each.header.emulator)
def test_the_model_of_kvm_predicts_a_real_one_and_where_it_departs(recorded: Recording) -> None:
    found = judged(kvm_nvmx.V4_20, recorded)
    assert found == {(True, True): 6262, (True, False): 115}


def test_a_repaired_kvm_is_not_the_one_that_runs() -> None:
    found = judged(kvm_nvmx.V4_20_REPAIRED, OF_KVM[0])
    assert found[False, False] == 22, "what departures.toml has of LMSW"
    assert found[False, True] == 0


def test_what_the_models_of_kvm_leave_out_is_refused_with_the_reason() -> None:
    reasons = Counter(each.missing for each in predicted(kvm_nvmx.V4_20, OF_KVM[0]) if each.missing)
    left_out = {name for name in reasons if name.startswith("the models of KVM have no ")}
    ends = {name.removeprefix("the models of KVM have no ") for name in left_out}
    assert "CR4.UMIP of 1" in ends
    assert "MOV to CR0 without NE" in ends
    assert not any("come back" in name for name in reasons)
