"""AIGER files come back as they were, and damaged ones are refused."""

import pytest

from tests.corpus import SYSTEMS
from tests.corpus.brute_force import shortest_violations
from tests.corpus.build import Builder
from tests.corpus.machines import no_inputs, two_phase, uninitialised
from tests.corpus.random_systems import random_system
from tests.formats.aiger_reader import UnreadableFile, read_aiger
from verifier.formats.aiger import AigerError, write_aiger


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_corpus_survives_a_round_trip(name: str) -> None:
    circuit = SYSTEMS[name].build()
    data = write_aiger(circuit)
    again = read_aiger(data)
    assert write_aiger(again) == data
    assert set(again.bad) == set(circuit.bad)


def test_behaviour_survives_a_round_trip() -> None:
    for seed in range(100):
        circuit = random_system(seed)
        again = read_aiger(write_aiger(circuit))
        assert shortest_violations(again) == shortest_violations(circuit), seed


def test_a_single_goal_brings_only_its_cone() -> None:
    circuit = read_aiger(write_aiger(uninitialised(), ["free"]))
    assert list(circuit.bad) == ["free"]
    assert [latch.name for latch in circuit.latches] == ["free"]


def test_the_format_is_the_standard_s() -> None:
    text = write_aiger(no_inputs())
    assert (
        text
        == b"aig 2 0 2 0 0 3\n3\n4\n2\n4\n5\nl0 blink\nl1 still\nb0 blinks\nb1 moves\nb2 at once\n"
    )
    assert write_aiger(uninitialised(), ["free"]).startswith(b"aig 1 0 1 0 0 1\n2 2\n2\n")


def test_outputs_are_properties_where_no_bad_literal_is() -> None:
    circuit = read_aiger(b"aig 3 2 0 1 1\n6\n\x02\x02o0 both\nc\nany comment")
    assert shortest_violations(circuit) == {"both": 1}
    assert [bit.name for bit in circuit.inputs] == ["i0", "i1"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "does not start with"),
        (b"aag 1 1 0 0 0\n", "does not start with"),
        (b"aig 1 1 0 0\n", "4 numbers"),
        (b"aig 1 1 0 0 0 0 1\n", "constraints"),
        (b"aig 2 1 0 0 0\n", "are not 1 \\+ 0 \\+ 0"),
        (b"aig 99999999999 99999999999 0 0 0\n", "more than"),
        (b"aig 9999999 0 0 0 9999999\n", "announces more"),
        (b"aig -1 0 0 0 0\n", "not a list of numbers"),
        (b"aig 1 0 1 0 0\n9\n", "no legal next state"),
        (b"aig 1 0 1 0 0\n2 3\n", "reset to literal 3"),
        (b"aig 1 1 0 0 0 1\n7\n", "not a literal"),
        (b"aig 1 1 0 0 0 1\n", "ends before"),
        (b"aig 2 1 0 0 1 1\n4\n", "ends among"),
        (b"aig 2 1 0 0 1 1\n4\n\x00\x00", "not below"),
        (b"aig 2 1 0 0 1 1\n4\n\x09\x00", "not below"),
        (b"aig 2 1 0 0 1 1\n4\n\xff\xff\xff\xff\xff\xff\xff\xff\x01", "too long"),
        (b"aig 1 1 0 0 0\nx0 name\n", "not a symbol"),
        (b"aig 1 1 0 0 0\ni5 name\n", "names nothing"),
        (b"aig 2 2 0 0 0\ni0 a\ni1 a\n", "same name"),
        (b"aig 1 1 0 0 0\ni0 \xff\n", "not text"),
    ],
)
def test_damaged_files_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_aiger(data)


def test_no_cut_or_changed_file_does_anything_but_read_or_be_refused() -> None:
    data, refused = write_aiger(two_phase()), 0
    for place in range(len(data)):
        for damaged in (
            data[:place],
            data[:place] + bytes([data[place] ^ 0x81]) + data[place + 1 :],
        ):
            try:
                read_aiger(damaged)
            except UnreadableFile:
                refused += 1
    assert len(data) < refused < 2 * len(data)


def test_a_name_with_a_line_break_is_refused() -> None:
    build = Builder()
    build.bad("two\nlines", build.input("a"))
    with pytest.raises(AigerError, match="line break"):
        write_aiger(build.circuit())
