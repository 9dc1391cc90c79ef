"""`nestproof lab confirm`: executions as programs, and what recorded machines say of them."""

import json
from functools import cache
from pathlib import Path

import pytest

from nestproof.models.systems import kvm_nvmx_findings, kvm_nvmx_left_out, kvm_vmx
from tests.lab.test_command import lab
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Execution, Stopped
from verifier.lab.describing import described
from verifier.lab.on_kvm import kvm_bench
from verifier.lab.programs import L1, L2
from verifier.lab.setup import NotExpressible
from verifier.lab.transcribing import transcribed
from verifier.language import System
from verifier.language.packages import bundled_root
from verifier.project.proof_store import ProofStore

CONFIRMED = Path(__file__).parent / "confirmed"
LMSW, REFUSAL = kvm_nvmx_findings.V4_20_LMSW, kvm_nvmx_findings.V4_20_LATE_REFUSAL


@cache
def stored(name: str) -> Execution:
    systems = {each.name: each for each in SYSTEMS}
    bundle = ProofStore(bundled_root()).bundle(name)
    assert bundle is not None
    found = execution_of_run(systems[name], (), bundle.runs["transparency"])
    assert not isinstance(found, Stopped)
    return found


SYSTEMS = (
    LMSW,
    REFUSAL,
    kvm_nvmx_left_out.V4_20_EMULATION,
    kvm_nvmx_findings.V3_1_NM_ROUTING,
    kvm_vmx.V2_6_34,
)


def counterexample(system: System) -> Execution:
    return stored(system.name)


def test_a_counterexample_becomes_programs_of_l1_and_l2_in_several_forms() -> None:
    found = transcribed(counterexample(LMSW))
    assert not found.left_out
    lines = [[*described(program)] for program in found.programs]
    assert len(lines) == 3
    assert all(each[-1].startswith("L2 at CPL 0 executes LMSW ") for each in lines)
    [code] = {act.code for act in found.programs[0].acts if isinstance(act, L2)}
    assert [one.form.name for one in code] == ["LMSW RCX", "FNOP"]


def test_a_late_refusal_is_tried_with_each_control_that_kvm_does_not_check() -> None:
    found = transcribed(counterexample(REFUSAL))
    written = {line for program in found.programs for line in described(program)}
    for threshold in ("0x10", "0x80000000", "0x1"):
        assert any(line.endswith(f"TPR_THRESHOLD = {threshold}") for line in written)
    assert all(isinstance(program.acts[-1], L1) for program in found.programs)


def test_what_no_program_can_make_happen_is_refused_with_the_reason() -> None:
    with pytest.raises(NotExpressible, match="cannot make `guest_accesses_device` happen"):
        transcribed(counterexample(kvm_nvmx_left_out.V4_20_EMULATION))
    with pytest.raises(NotExpressible, match="is not a nested KVM"):
        transcribed(counterexample(kvm_vmx.V2_6_34))
    with pytest.raises(NotExpressible, match="switches lazily"):
        kvm_bench(kvm_nvmx_findings.V3_1_NM_ROUTING)


OF_TODAY = ("v6.1", "v6.1+lmsw", "v6.1+late-refusal", "v6.12", "v6.12+lmsw", "v6.12+late-refusal")
PAIRS = [f"{system.name}/transparency" for system in (LMSW, REFUSAL)]
PAIRS += [f"kvm-nvmx/{name}/transparency" for name in OF_TODAY]


def test_recorded_machines_confirm_the_findings(tmp_path: Path) -> None:
    done = lab(tmp_path, "confirm", *PAIRS, "--recorded", str(CONFIRMED), path="/nowhere")
    assert done.code == 0, done.err
    first = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert len(first) == len(PAIRS) * len([*CONFIRMED.glob("kvm-vmx-*.rec")])
    for line in first:
        assert line.startswith("confirmed kvm-nvmx/v")
        assert "a stock KVM 6.1" in line
        assert line.endswith("does as the model says; the processor (Bochs 2.7) does not")


def test_recorded_machines_as_json(tmp_path: Path) -> None:
    done = lab(tmp_path, "confirm", "--json", PAIRS[0], "--recorded", str(CONFIRMED))
    document = json.loads(done.out)
    assert document["schema"] == 1
    assert {each["finding"] for each in document["confirmations"]} == {"confirmed"}
    assert all(each["programs"] for each in document["confirmations"])


def test_without_a_kernel_nothing_is_confirmed(tmp_path: Path) -> None:
    done = lab(tmp_path, "confirm", PAIRS[0])
    assert (done.code, done.out) == (2, "")
    assert "incomplete: a real KVM is needed\n  help: --kernel FILE: " in done.err


def test_a_claim_that_no_program_can_show_ends_with_3(tmp_path: Path) -> None:
    pair = "kvm-nvmx/v4.20+emulation/transparency"
    done = lab(tmp_path, "confirm", pair, "--recorded", str(CONFIRMED))
    assert done.code == 3
    assert done.out == (
        f"not expressible {pair}: a program cannot make `guest_accesses_device` happen\n"
    )


def test_recordings_of_other_programs_are_refused(tmp_path: Path) -> None:
    pair = "kvm-nvmx/v4.19/transparency"
    done = lab(tmp_path, "confirm", pair, "--recorded", str(CONFIRMED))
    assert (done.code, done.out) == (2, "")
    assert "is of other programs" in done.err


def test_a_repaired_kvm_is_refuted_by_the_one_that_runs(tmp_path: Path) -> None:
    file = str(CONFIRMED / "repaired.json")
    done = lab(tmp_path, "confirm", file, "--recorded", str(CONFIRMED))
    assert done.code == 1, done.err
    for line in (each for each in done.out.splitlines() if not each.startswith(" ")):
        assert line.startswith("refuted kvm-nvmx/v4.20-repaired differs from kvm-nvmx/v4.20: ")
        assert line.endswith("does as `kvm-nvmx/v4.20` does, not as `kvm-nvmx/v4.20-repaired`")


def test_a_bug_of_another_version_is_refuted(tmp_path: Path) -> None:
    pair = "kvm-nvmx/v4.11+late-refusal/transparency"
    done = lab(tmp_path, "confirm", pair, "--recorded", str(CONFIRMED))
    assert done.code == 1
    assert "does not do as the model says; it does as the processor (Bochs 2.7) does" in done.out


def test_a_pair_that_is_proved_has_nothing_to_confirm(tmp_path: Path) -> None:
    pair = "kvm-vmx/v6.1/transparency"
    done = lab(tmp_path, "confirm", pair, "--recorded", str(CONFIRMED))
    assert done.code == 3, done.err
    assert done.out == f"not expressible {pair}: it is proved, so there is nothing to confirm\n"
