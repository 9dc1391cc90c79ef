"""Programs as bytes, and what the model does not have."""

from contextlib import suppress
from itertools import islice

import pytest

from tests.lab.facts import ICELAKE
from verifier.lab.encodings import Issued
from verifier.lab.forms import FORMS, decoded, form
from verifier.lab.image import Facts
from verifier.lab.layout import CR0_RUNNING, Field
from verifier.lab.lists import SECTIONS, listed
from verifier.lab.lockstep import bench
from verifier.lab.prediction import Prediction, predictions
from verifier.lab.programs import L1, L2, Program, Read, Resume, Write, encoded, programs_of
from verifier.lab.random_programs import random_programs
from verifier.lab.scales import FULL, QUICK, issued, run, setting
from verifier.language.errors import ModelError

RESERVED = (1 << 6, 1 << 17, 1 << 28, 1 << 32, 1 << 63)


def predicted(program: Program, facts: Facts = ICELAKE) -> Prediction:
    [found] = predictions(bench(), [program], facts)
    return found


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_read_back_as_itself(name: str) -> None:
    one = issued(form(name), 0x0123456789ABCDEF, 3)
    assert decoded(one.code) == (one,)
    assert decoded(one.code + Issued(form("CLTS")).code) == (one, Issued(form("CLTS")))


def test_programs_are_read_back_as_they_were() -> None:
    programs = [*islice(listed(QUICK), 0, None, 10), *random_programs(200, 5)]
    data = b"".join(encoded(program, number) for number, program in enumerate(programs))
    assert list(programs_of(data)) == programs


def test_random_programs_are_the_same_for_the_same_seed() -> None:
    assert list(random_programs(50, 1)) == list(random_programs(50, 1))
    assert list(random_programs(50, 1)) != list(random_programs(50, 2))


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_damaged_programs_are_refused_or_other_programs(place: int) -> None:
    program = Program((setting(), run(issued(form("CLTS")), issued(form("XORPS")))))
    data = bytearray(encoded(program, 0))
    data[place] ^= 0x40
    with suppress(ModelError):
        assert list(programs_of(bytes(data))) != [program]


def test_the_full_list_goes_through_at_least_as_much_as_the_quick_one() -> None:
    for section in SECTIONS:
        assert sum(1 for _ in section(FULL)) >= sum(1 for _ in section(QUICK)) > 0


def test_everything_listed_is_expressible() -> None:
    programs = [one for each in SECTIONS for one in islice(each(FULL), 0, None, 101)]
    programs += random_programs(100, 3)
    missing = {p.missing for p in predictions(bench(), programs, ICELAKE) if p.missing}
    assert not missing


@pytest.mark.parametrize("bit", RESERVED)
@pytest.mark.parametrize("field", ["CR0_MASK", "CR0_SHADOW", "GUEST_CR0", "HOST_CR0"])
def test_reserved_bits_of_cr0_are_refused_and_never_cut_off(field: str, bit: int) -> None:
    written = Write(((Field[field], CR0_RUNNING | bit),))
    found = predicted(Program((written, run(issued(form("SMSW r64"))))))
    assert found.missing == f"the model has no bits {bit:#x} of CR0"


@pytest.mark.parametrize("bit", RESERVED)
def test_reserved_bits_of_a_mov_to_cr0_are_refused(bit: int) -> None:
    for act in (L1, L2):
        program = Program((act((issued(form("MOV CR0, RAX"), CR0_RUNNING | bit),)),))
        assert predicted(program).missing == f"the model has no bits {bit:#x} of CR0"


@pytest.mark.parametrize("bit", [4, 5, 6, 15, 16, 32, 63])
def test_of_lmsw_s_source_the_upper_bits_are_data_only(bit: int) -> None:
    program = Program((setting(mask=8, shadow=8), run(issued(form("LMSW RAX"), 1 << bit))))
    [exit] = predicted(program).acts
    assert exit["qualification"] == 3 << 4 | (1 << bit & 0xFFFF) << 16


NOT_EXPRESSIBLE = {
    "reads": (Read((Field.GUEST_CR0,)),),
    "another field": (Write(((0x4002, 0),)), run()),
    "another exception": (Write(((Field.EXCEPTION_BITMAP, 1),)), run()),
    "another event": (Write(((Field.ENTRY_INTERRUPTION, 0x80000306),)), run()),
    "another CR4": (Write(((Field.GUEST_CR4, 0x20),)), run()),
    "nothing to go on with": (Resume(0),),
    "the middle of an instruction": (run(issued(form("CLTS"))), Resume(1)),
    "L2 with XCR0": (run(issued(form("XSETBV"), 3)),),
    "XCR0 without x87": (L1((issued(form("XSETBV"), 2),)),),
    "an image of another instruction": (run(issued(form("XSAVEC")), issued(form("XRSTORS"))),),
    "an image with an error": (
        L1((issued(form("an x87 error")),)),
        run(issued(form("FXSAVE")), issued(form("FXRSTOR"))),
    ),
}


@pytest.mark.parametrize("name", NOT_EXPRESSIBLE)
def test_what_the_model_does_not_have_is_refused(name: str) -> None:
    found = predicted(Program(NOT_EXPRESSIBLE[name]))
    assert found.missing
    assert found.offered


def test_what_the_processor_does_not_have_is_left_out() -> None:
    older = Facts(tuple(0 if place < 3 else word for place, word in enumerate(ICELAKE.words)))
    found = predicted(Program((run(issued(form("VXORPS"))),)), older)
    assert (found.missing, found.offered) == ("avx", False)
