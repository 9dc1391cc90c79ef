"""`nestproof lab explore`: what no model predicts of a real KVM, and how it is made small."""

import json
from dataclasses import replace
from pathlib import Path

from msgspec.structs import replace as with_fields

from nestproof.models.systems import kvm_nvmx
from tests.lab.test_command import lab
from tests.lab.test_recordings import RECORDINGS, recording
from verifier.lab.exploring import explored, minimised
from verifier.lab.on_kvm import kvm_bench
from verifier.lab.outcomes import size_of
from verifier.lab.programs import Program, encoded, programs_of
from verifier.lab.random_programs import random_programs
from verifier.lab.recording import Recording
from verifier.lab.refusals import late_refusals
from verifier.lab.shrinking import size, smaller

[OF_KVM] = [file for file in RECORDINGS if file.stem.startswith("kvm-6.12")]


def test_a_recording_is_judged_by_the_model_of_its_kernel_or_an_earlier_one(tmp_path: Path) -> None:
    done = lab(tmp_path, "explore", "--recorded", str(OF_KVM), path="/nowhere")
    assert done.code == 0, done.err
    first, *rest = done.out.splitlines()
    assert first.startswith("kvm-vmx: KVM 6.12 on Bochs 2.7 (6.12.117")
    assert "      115  departing as the model says" in rest
    assert "        0  departing otherwise" in rest


def test_what_a_repaired_model_does_not_predict_is_shown_with_its_program(tmp_path: Path) -> None:
    repaired = ("--model", "kvm-nvmx/v4.20-repaired")
    done = lab(tmp_path, "explore", "--recorded", str(OF_KVM), *repaired, "--json")
    assert done.code == 1, done.err
    document = json.loads(done.out)
    assert document["counts"]["departing otherwise"] == 22
    assert all(each["from_model"] for each in document["departures"])


def reduced(whole: Recording, programs: set[Program]) -> Recording:
    outcomes = dict(zip(whole.programs, slices(whole), strict=True))
    chosen = [each for each in programs if each in outcomes]
    data = b"".join(encoded(program, number) for number, program in enumerate(chosen))
    after = b"".join(
        number.to_bytes(4, "little") + outcomes[program][4:]
        for number, program in enumerate(chosen)
    )
    header = whole.header
    sizes = (len(data), len(after))
    return Recording(with_fields(header, programs=len(chosen), bytes=sizes), data + after)


def slices(whole: Recording) -> list[bytes]:
    data, found, place = whole.data[whole.header.bytes[0] :], [], 0
    for program in whole.programs:
        found.append(data[place : place + size_of(program)])
        place += size_of(program)
    return found


def test_departures_are_made_smaller_by_what_machines_say_of_smaller_programs() -> None:
    """The machine is a recording, which has some of the smaller programs."""
    whole, model = recording(OF_KVM), kvm_bench(kvm_nvmx.V4_20_REPAIRED)
    departed = explored(model, whole).departed
    programs = {each.program for each in departed}
    found = [each for each in departed if programs & {*smaller(each.program)}]
    assert found, "some program of the list is a smaller one of another"
    small = minimised(found, model, lambda programs: reduced(whole, {*programs}))
    assert 0 < len(small) <= len(found)
    assert min(size(each.program) for each in small) < min(size(each.program) for each in found)


def test_smaller_programs_are_smaller_and_come_to_an_end() -> None:
    for program in random_programs(20, 3):
        for less in smaller(program):
            assert size(less) < size(program)
            assert less != program


def test_programs_of_late_refusals_are_read_back_from_their_bytes() -> None:
    programs = [*late_refusals()]
    data = b"".join(encoded(program, number) for number, program in enumerate(programs))
    assert [*programs_of(data)] == programs
    assert len({*programs}) == len(programs)
    assert all(replace(each, user=True) != each for each in programs)
