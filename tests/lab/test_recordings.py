"""What Bochs has done, recorded: the model predicts all of it but the known departures."""

from functools import cache
from pathlib import Path

import msgspec
import pytest

from verifier.lab.lists import listed
from verifier.lab.lockstep import bench
from verifier.lab.programs import Machine
from verifier.lab.recording import Recording, payload_digest, read_recording
from verifier.lab.scales import QUICK
from verifier.lab.summary import Summary, judged
from verifier.lab.svm_lists import svm_listed
from verifier.language.errors import ModelError

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.rec"))


@cache
def recording(file: Path) -> Recording:
    return read_recording(file)


def summary(recording: Recording) -> Summary:
    return judged(recording, bench(recording.machine))


@cache
def usual(file: Path) -> Summary:
    return summary(recording(file))


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_the_model_predicts_what_was_recorded(file: Path) -> None:
    found = usual(file)
    assert found.code == 0, found.examples
    total = found.total
    assert total.cases == total.agree + total.known + total.skipped
    assert total.agree > 5500


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_recordings_are_of_the_list_and_payload_that_are_here(file: Path) -> None:
    """After a change of either, record them again: docs/lab.md."""
    lists = {Machine.VMX: listed, Machine.SVM: svm_listed}
    assert recording(file).programs == list(lists[recording(file).machine](QUICK))
    assert recording(file).header.payload == payload_digest()


def changed(before: Recording, place: int, by: int) -> Recording:
    """A byte of the outcomes is another one."""
    data = bytearray(before.data)
    data[before.header.bytes[0] + place] ^= by
    return Recording(before.header, bytes(data))


QUALIFICATION, GUEST_CR0 = 8 + 8, 8 + 48
"""Where the first program's outcome has them."""


def test_one_bit_of_an_outcome_differs() -> None:
    found = summary(changed(recording(RECORDINGS[0]), GUEST_CR0, 8))
    assert (found.code, found.total.differ) == (1, 1)
    [example] = found.examples
    assert [each.field for each in example.differences] == ["guest_cr0"]


def with_departures() -> Recording:
    [file] = [each for each in RECORDINGS if "icelake" in each.stem]
    return recording(file)


def test_one_known_departure_more_or_less_is_a_failure() -> None:
    before = with_departures()
    header = msgspec.structs.replace(before.header, cpu="atom_n270")
    found = summary(Recording(header, before.data))
    assert [(expected, found) for _, expected, found in found.miscounted] == [(0, 8)]
    assert found.code == 1


def test_a_departure_of_another_version_of_the_emulator_differs() -> None:
    before = with_departures()
    header = msgspec.structs.replace(before.header, emulator="Bochs 2.8")
    found = summary(Recording(header, before.data))
    assert (found.total.known, found.total.differ, found.code) == (0, 8, 1)


@pytest.mark.parametrize("cut", [1, 20, 200, 5000])
def test_a_recording_that_is_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "one.rec"
    file.write_bytes(RECORDINGS[0].read_bytes()[:-cut])
    with pytest.raises(ModelError, match="is not a recording"):
        read_recording(file)


@pytest.mark.parametrize("place", [0, 4, 6])
def test_an_outcome_with_another_number_or_size_is_refused(tmp_path: Path, place: int) -> None:
    file = tmp_path / "one.rec"
    file.write_bytes(changed(recording(RECORDINGS[0]), place, 1).content)
    with pytest.raises(ModelError, match="the outcome of program 0 is damaged"):
        read_recording(file)


def test_a_recording_is_the_same_bytes_once_more() -> None:
    for file in RECORDINGS:
        assert recording(file).content == file.read_bytes()
