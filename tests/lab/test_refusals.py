"""What a real KVM gives back of L1's registers after a VM entry that only the hardware refuses."""

import json
from functools import cache
from pathlib import Path

import pytest

from tests.lab.test_command import lab
from tests.lab.test_recordings import RECORDINGS
from verifier.lab.judge import runs
from verifier.lab.outcomes import Outcome, Status
from verifier.lab.programs import L1, Program, Write
from verifier.lab.recording import Recording, read_recording
from verifier.lab.refusals import HOLE, late_refusals

FOLDER = Path(__file__).parent / "refusals"
REAL = sorted(FOLDER.glob("kvm-vmx-*.rec"))
CR0, CR4, EFER = range(3)
SSE_AND_BASES = {"OSFXSR": 9, "OSXMMEXCPT": 10, "FSGSBASE": 16}
LOST = {
    CR0: {"TS": 3, "WP": 16},
    CR4: {"PVI": 1, "TSD": 2, "DE": 3, "PGE": 7, "PCE": 8} | SSE_AND_BASES,
}
KEPT = {
    CR0: {"MP": 1, "EM": 2, "AM": 18},
    CR4: {"PSE": 4, "MCE": 6, "OSXSAVE": 18},
    EFER: {"SCE": 0},
}


@cache
def outcomes(file: Path) -> dict[Program, list[Outcome]]:
    recording: Recording = read_recording(file)
    assert recording.programs == [*late_refusals()]
    reported = map(runs, recording.outcomes)
    return dict(zip(recording.programs, reported, strict=True))


def is_hole(program: Program) -> bool:
    [write] = [act for act in program.acts if isinstance(act, Write)]
    return HOLE in dict(write.fields).values()


def changed(program: Program) -> bool:
    """Whether L1 has changed a register before."""
    return isinstance(program.acts[0], L1)


def bits(before: Outcome, after: Outcome) -> set[tuple[int, int]]:
    """Registers and the places of bits that are not as they were."""
    pairs = enumerate(zip(before.results[:3], after.results[:3], strict=True))
    return {
        (number, place)
        for number, (one, other) in pairs
        for place in range(32)
        if (one ^ other) >> place & 1
    }


def test_the_processor_refuses_the_entry_and_changes_nothing() -> None:
    for program, found in outcomes(FOLDER / "bochs-vmx.rec").items():
        if is_hole(program) or not changed(program):
            continue
        before, entry, after, *_ = found
        assert (entry.status, entry.instruction_error) == (Status.VMFAIL_VALID, 7)
        assert bits(before, after) == set()


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
def test_kvm_gives_back_what_it_saw_last_of_the_bits_that_l1_owns(file: Path) -> None:
    lost = set()
    for program, found in outcomes(file).items():
        if changed(program):
            before, entry, after, *_ = found
            assert (entry.status, entry.instruction_error) == (Status.VMFAIL_VALID, 7)
            lost |= bits(before, after)
    assert lost == {(number, place) for number, names in LOST.items() for place in names.values()}
    assert not lost & {
        (number, place) for number, names in KEPT.items() for place in names.values()
    }


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
def test_each_refused_control_has_the_same_effect(file: Path) -> None:
    by_change: dict[object, set[frozenset[tuple[int, int]]]] = {}
    for program, found in outcomes(file).items():
        if changed(program):
            effect = frozenset(bits(found[0], found[2]))
            by_change.setdefault(program.acts[0], set()).add(effect)
    assert len(by_change) == 17
    assert all(len(effects) == 1 for effects in by_change.values())


def test_a_virtual_apic_page_in_a_hole_is_refused_by_kvm_alone() -> None:
    for program, found in outcomes(FOLDER / "bochs-vmx.rec").items():
        if is_hole(program) and changed(program):
            assert (found[1].status, found[1].exit_reason) == (Status.ENDED, 18)


def test_two_recordings_are_compared_with_each_other(tmp_path: Path) -> None:
    bare, real = str(FOLDER / "bochs-vmx.rec"), str(REAL[0])
    same = lab(tmp_path, "compare", bare, "--with", bare)
    assert (same.code, same.out.splitlines()[-1]) == (0, "  0 of 140 programs differ")
    done = lab(tmp_path, "compare", real, "--with", bare)
    assert done.code == 1
    assert "outcome 3, cr0: predicted 0x8005003b, actual 0x80050033" in done.out
    document = json.loads(lab(tmp_path, "compare", real, "--with", bare, "--json").out)
    assert document["programs"] == 140
    assert all(each["differences"] for each in document["examples"])
    wrong = lab(tmp_path, "compare", real, "--with", str(RECORDINGS[0]))
    assert wrong.code == 2
    assert "the recordings are of different programs" in wrong.err
