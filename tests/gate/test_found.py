"""How what a comparison finds is named, and where it is written."""

import pytest

from verifier.gate.weakened.comparing import ComparedClaims, Unobserved
from verifier.gate.weakened.found import Weakened
from verifier.gate.weakened.judged import Judged
from verifier.gate.weakened.seen import SeenLess
from verifier.gate.weakened.side import SystemSides
from verifier.gate.weakened.texts import PlacedText
from verifier.gate.weakened.weakening import Weakening

KERNEL = Judged(systems={"s": PlacedText("m.py", 9)}, steps={"s/go": PlacedText("m.py", 5)})
ASSERTION = SeenLess("go", "demanded", ("a:b/m.py:7:helper",), text="assert machine.on")


def found(judged: ComparedClaims) -> Weakening:
    [one] = Weakened(KERNEL, KERNEL, [SystemSides("s", judged, None)], {}).found()
    return one


@pytest.mark.parametrize(
    ("note", "is_ghost", "before"),
    [
        ("ghost.last", True, "`go` leaves a note in `ghost.last`"),
        ("isolation", False, "`go` violates `isolation` in some states"),
    ],
)
def test_a_step_of_which_less_is_noted_is_named_with_its_place(
    note: str, is_ghost: bool, before: str
) -> None:
    one = found(ComparedClaims(unobserved=(Unobserved("go", note, is_ghost, {"on": True}),)))
    assert (one.key, one.file, one.line, one.before) == ("claim:observed/go", "m.py", 5, before)
    assert (one.example, one.systems) == ({"on": True}, ("s",))


def test_an_assertion_that_demands_less_is_found_in_a_folder_of_any_name() -> None:
    one = found(ComparedClaims(seen=(ASSERTION,)))
    assert (one.key, one.file, one.line) == ("claim:assertion/helper", "a:b/m.py", 7)
    assert one.before == "assert machine.on"
