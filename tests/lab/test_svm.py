"""Programs for SVM: what is expressible, what is refused, and what single programs come to."""

from pathlib import Path

import pytest

from tests.lab.test_command import lab
from tests.lab.test_recordings import RECORDINGS, recording
from verifier.lab.forms import form
from verifier.lab.image import Facts
from verifier.lab.layout import (
    CR0_READ,
    CR0_RUNNING,
    CR0_SELECTIVE_WRITE,
    CR0_WRITE,
    INTERCEPTS,
    VmcbField,
)
from verifier.lab.lockstep import bench
from verifier.lab.outcomes import NO_VECTOR
from verifier.lab.prediction import Prediction, predictions
from verifier.lab.programs import Act, Machine, Program, Write, encoded, programs_of
from verifier.lab.scales import MP, TS, issued, run
from verifier.lab.svm_lists import setting

[RYZEN] = [recording(file).facts for file in RECORDINGS if "ryzen" in file.stem]


def predicted(*acts: Act, facts: Facts = RYZEN, user: bool = False) -> Prediction:
    program = Program(acts, user, Machine.SVM)
    assert list(programs_of(encoded(program, 0))) == [program]
    [found] = predictions(bench(Machine.SVM), [program], facts)
    return found


CLTS, LMSW = issued(form("CLTS")), issued(form("LMSW RAX"), TS | MP | 1)
EXITS = {
    "a read": (setting(of_cr0=CR0_READ), issued(form("MOV RAX, CR0")), 0x0),
    "CLTS": (setting(of_cr0=CR0_WRITE), CLTS, 0x10),
    "LMSW of TS alone": (setting(selective=CR0_SELECTIVE_WRITE), LMSW, 0x65),
    "#NM": (setting(TS, exceptions=1 << 7), issued(form("FNOP")), 0x47),
}


@pytest.mark.parametrize("name", EXITS)
def test_what_is_intercepted_exits_with_the_manual_s_code(name: str) -> None:
    act, one, code = EXITS[name]
    [exit] = predicted(act, run(one)).acts
    assert (exit["exit_reason"], exit["vector"]) == (code, NO_VECTOR)


def test_a_selective_intercept_lets_ts_and_mp_change() -> None:
    one = issued(form("MOV CR0, RAX"), CR0_RUNNING | TS)
    [ended] = predicted(setting(selective=CR0_SELECTIVE_WRITE), run(one)).acts
    assert (ended["exit_reason"], ended["guest_cr0"]) == (0x81, CR0_RUNNING | TS)


def test_a_vmrun_with_nw_and_without_cd_is_refused() -> None:
    [exit] = predicted(setting(cr0=CR0_RUNNING | 1 << 29), run(CLTS)).acts
    assert exit["exit_reason"] == 0xFFFFFFFF
    assert "guest_cr0" not in exit, "the manual does not say"


def test_exit_information_is_compared_only_with_decode_assists() -> None:
    acts = setting(of_cr0=CR0_READ), run(issued(form("MOV R9, CR0")))
    [exit] = predicted(*acts).acts
    assert "qualification" not in exit
    with_assists = list(RYZEN.words)
    with_assists[4] |= 1 << 7
    [exit] = predicted(*acts, facts=Facts(tuple(with_assists))).acts
    assert exit["qualification"] == 1 << 63 | 9


def write(field: int, value: int) -> Write:
    return Write(((field, value),))


NOT_EXPRESSIBLE = {
    "an intercept of CR3": write(VmcbField.CR0_INTERCEPTS, 1 << 3),
    "of another exception": write(VmcbField.EXCEPTION_INTERCEPTS, 1),
    "of something else": write(VmcbField.INTERCEPTS, INTERCEPTS | 1 << 14),
    "another event": write(VmcbField.EVENT_INJECTION, 0x80000306),
    "a reserved bit of CR0": write(VmcbField.CR0, CR0_RUNNING | 1 << 6),
    "no paging": write(VmcbField.CR0, CR0_RUNNING & ~(1 << 31)),
    "another CR4": write(VmcbField.CR4, 0),
    "another field": write(0x4_0014, 0),
}


@pytest.mark.parametrize("name", NOT_EXPRESSIBLE)
def test_what_the_model_does_not_have_is_refused(name: str) -> None:
    found = predicted(NOT_EXPRESSIBLE[name], run(CLTS))
    assert found.missing
    assert found.offered


def test_random_programs_are_for_vmx(tmp_path: Path) -> None:
    done = lab(tmp_path, "run", "--leg", "bochs-svm", "--random", "5")
    assert (done.code, done.out) == (2, "")
    assert "random programs and refusals are for VMX" in done.err


def test_without_qemu_there_is_a_message_and_how_to_install_it(tmp_path: Path) -> None:
    done = lab(tmp_path, "run", "--leg", "qemu-svm", path="/nowhere")
    assert (done.code, done.out) == (2, "")
    assert "incomplete: QEMU is not installed" in done.err
    assert "apt-get install qemu-system-x86" in done.err
