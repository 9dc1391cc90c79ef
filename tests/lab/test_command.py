"""`nestproof lab`: exit codes, tables and JSON."""

import json
from pathlib import Path

import pytest

from tests.command import Ran, ran
from tests.lab.test_recordings import GUEST_CR0, RECORDINGS, changed, recording


def lab(folder: Path, *arguments: str, path: str = "/usr/bin:/bin") -> Ran:
    own = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CACHE", "STATE")}
    return ran(["lab", *arguments], folder, {"PATH": path, "HOME": str(folder), **own})


def test_a_recording_is_compared_without_an_emulator(tmp_path: Path) -> None:
    done = lab(tmp_path, "compare", str(RECORDINGS[0]), path="/nowhere")
    assert (done.code, done.err) == (0, "")
    first, heads, *rest = done.out.splitlines()
    assert first.startswith("bochs-vmx: Bochs 2.7, corei7_")
    assert first.endswith("quick (an emulator: no silicon is involved)")
    assert heads.split() == ["cases", "agree", "known", "differ"]
    assert any(line.split()[0] == "total" for line in rest)


def test_a_recording_that_differs_is_shown_with_its_program(tmp_path: Path) -> None:
    file = tmp_path / "other.rec"
    file.write_bytes(changed(recording(RECORDINGS[0]), GUEST_CR0, 8).content)
    done = lab(tmp_path, "compare", str(file))
    assert done.code == 1
    assert "  program 0 differs:\n    L1 writes GUEST_CR0 = 0x8005003" in done.out
    assert "    outcome 1, guest_cr0: predicted 0x8005003" in done.out


def test_the_report_has_a_line_for_each_recording(tmp_path: Path) -> None:
    done = lab(tmp_path, "report", *map(str, RECORDINGS))
    assert done.code == 0
    lines = [line for line in done.out.splitlines() if "-vmx: " in line or "-svm: " in line]
    assert len(lines) == len(RECORDINGS)
    assert all(line.split()[-1] == "0" for line in lines)
    assert done.out.endswith("an emulator: no silicon is involved\n")


def test_json_is_one_document(tmp_path: Path) -> None:
    done = lab(tmp_path, "compare", "--json", str(RECORDINGS[0]))
    document = json.loads(done.out)
    assert document["schema"] == 1
    [each] = document["recordings"]
    assert each["silicon"] is False
    assert each["total"]["differ"] == each["total"]["not_expressible"] == each["code"] == 0


def test_a_damaged_recording_is_one_message(tmp_path: Path) -> None:
    file = tmp_path / "bad.rec"
    file.write_bytes(b"something else")
    done = lab(tmp_path, "compare", str(file))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: `")
    assert "is not a recording: it does not begin with `nestproof-lab 1`" in done.err


def test_the_command_alone_shows_its_help(tmp_path: Path) -> None:
    done = lab(tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: nestproof lab ")


def test_a_missing_emulator_is_never_a_success(tmp_path: Path) -> None:
    done = lab(tmp_path, "run", path="/nowhere")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("incomplete: Bochs is not installed\n  help: ")


def test_the_leg_with_a_kernel_needs_one_and_the_other_has_none(tmp_path: Path) -> None:
    done = lab(tmp_path, "run", "--leg", "kvm-vmx")
    assert done.code == 2
    assert done.err.startswith("incomplete: kvm-vmx needs a kernel\n  help: --kernel FILE: give a ")
    done = lab(tmp_path, "run", "--kernel", "some.deb")
    assert done.code == 2
    assert "--kernel is not for bochs-vmx" in done.err


def test_a_kvm_that_is_not_there_is_never_a_success(tmp_path: Path) -> None:
    done = lab(tmp_path, "run", "--kvm", "/dev/no-kvm")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("incomplete: `/dev/no-kvm` cannot be used\n  help: ")


@pytest.mark.parametrize("option", ["--leg", "--cpu"])
def test_an_unknown_machine_is_refused_with_those_there_are(tmp_path: Path, option: str) -> None:
    done = lab(tmp_path, "run", option, "hal9000")
    assert done.code == 2
    assert "hal9000" in done.err
    assert "bochs-vmx" in done.err or "corei7_icelake_u" in done.err
