"""QEMU itself, where it is installed: SVM by its TCG, and nothing left behind."""

from itertools import islice
from pathlib import Path

import pytest

from verifier.lab import qemu
from verifier.lab.legs import LEGS, Order, recorded
from verifier.lab.lockstep import bench
from verifier.lab.programs import Machine
from verifier.lab.running import Incomplete
from verifier.lab.scales import QUICK
from verifier.lab.summary import judged
from verifier.lab.svm_lists import svm_listed

LEG = LEGS["qemu-svm"]


def version() -> str:
    try:
        return qemu.version()
    except Incomplete:
        return ""


needs_qemu = pytest.mark.skipif(version() != "7.2.22", reason="needs QEMU 7.2.22")


def order(step: int, seconds: float) -> Order:
    programs = list(islice(svm_listed(QUICK), 0, None, step))
    return Order(LEG, LEG.cpus[0], None, "some", programs, seconds)


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert not list(tmp_path.glob("nestproof-lab-*"))


@needs_qemu
def test_some_of_the_quick_programs_come_to_what_the_model_predicts() -> None:
    recording = recorded(order(60, 200), lambda _: None)
    found = judged(recording, bench(Machine.SVM))
    assert found.total.differ == 0, found.examples
    assert found.total.agree > 100
    assert recording.header.emulator == "QEMU 7.2.22"


@needs_qemu
def test_a_run_that_takes_too_long_is_ended_and_incomplete() -> None:
    with pytest.raises(Incomplete, match=r"QEMU timed out after \d+ of \d+ programs"):
        recorded(order(1, 1.0), lambda _: None)
