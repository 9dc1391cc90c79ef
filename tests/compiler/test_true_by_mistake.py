"""What is true whatever it means is no condition: functions that are not called, tuples."""

from pathlib import Path

import pytest

from verifier.compiler.translation import compile_system
from verifier.language.errors import ModelError
from verifier.project.loading import load

MODEL = '''"""A bit."""

from verifier.language import System, record, step


@record
class Bit:
    """A bit."""

    on: bool = False

    def off(self) -> bool:
        """Whether it is off."""
        return not self.on

    @property
    def is_off(self) -> bool:
        """The same."""
        return not self.on


def idle() -> bool:
    """Whether there is nothing to do."""
    return True


@step
def toggle(bit: Bit) -> None:
    """Change it."""
    {}
    bit.on = not bit.on


one = System("bit/one", Bit(), (toggle,))
'''
CLAIM = '''"""A claim."""

from models.bit import Bit
from verifier.language import always


@always("dark")
def it_is_off(bit: Bit) -> bool:
    """It is off."""
    return {}
'''
METHOD = "the function `off` is used as a condition"
GENERATOR = "a value of type `generator` is used as a condition"
TUPLE = "a value of type `tuple` is used as a condition"
NOTHING = "`toggle` has a statement that does nothing"
COMPARED = "the function `off` is compared"


def compiled(folder: Path, statement: str, claim: str) -> None:
    """Compile the system with a statement and a claim."""
    files = {
        "models/bit.py": MODEL.format(statement),
        "properties/dark.py": CLAIM.format(claim),
        "pyproject.toml": '[project]\nname = "bit"\n',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    catalogue = load(folder)
    system = catalogue.systems["bit/one"]
    compile_system(system, catalogue.properties_of(system))


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('assert (not bit.on, "it is on")', "a tuple is asserted"),
        ("assert idle", "the function `idle` is used as a condition"),
        ("assert bit.off", METHOD),
        ("assert bit.off, 'it is on'", METHOD),
        ("if bit.off: bit.on = True", METHOD),
        ("if not bit.off: raise AssertionError", METHOD),
        ("bit.on = True if bit.off else False", METHOD),
        ("bit.on = not bit.off", METHOD),
        ("bit.on = [True for _ in (1,) if bit.off] == [True]", METHOD),
        ("bit.on = all(each.off for each in (bit,))", METHOD),
        ("bit.on = any((bit.on, bit.off))", METHOD),
        ("bit.on = all(map(lambda each: each.off, (bit,)))", METHOD),
        ("bit.on = bool(bit.off)", METHOD),
        ("bit.on = bit.off and bit.on", METHOD),
        ("bit.on = True if bit.on or bit.off else False", METHOD),
        ("assert bit.off != True", COMPARED),
        ("assert bit.on == True or 'on'", "a value of type `str` is used as a condition"),
        ("assert [not bit.on]", "a value of type `list` is used as a condition"),
        ("bit.on = not (not bit.on,)", TUPLE),
        (
            "assert (not each.on for each in (bit,))",
            "a value of type `generator` is used as a condition",
        ),
        ("if Bit: bit.on = False", "a value of type `type` is used as a condition"),
        ("assert all([(not bit.on, 'off')])", TUPLE),
        ("match bit.off:\n        case _:\n            bit.on = False", COMPARED),
        ("idle", NOTHING),
        ("bit.on == False", NOTHING),
        ("bit.on or idle", NOTHING),
        ("bit.on and bit.on == False", NOTHING),
        ("idle() if bit.on else bit.off", NOTHING),
        ("not idle()", NOTHING),
        ("lambda: idle()", NOTHING),
        ("idle, bit.off", NOTHING),
        ("[bit.off for _ in (1,)]", NOTHING),
        ("assert bit.off not in (False,)", COMPARED),
        ("bit.on = True == bit.off", COMPARED),
        ("assert (idle, bit.off) != (True, False)", "the function `idle` is compared"),
        ("pair = (bit.off, bit.on); assert (pair, 1) != ((True, True), 1)", COMPARED),
        ("assert [*filter(None, (bit.off,))] != []", METHOD),
        ("map(bool, (bit.on,))", "a value of type `map` is dropped"),
        ("iter((bit.on,))", "a value of type `tuple_iterator` is dropped"),
        ("max((idle, idle), key=lambda each: 1)", "the function `idle` is dropped"),
        ("list((idle,))", "the function `idle` is dropped"),
        ("AssertionError('it is on')", "a value of type `AssertionError` is dropped"),
        ("bit.on = bit.off() == True == bit.off", COMPARED),
        ("bit.on = (idle, bit.off)[1] == True", COMPARED),
        ("bit.on = (bit.off if bit.on else bit.off) != True", COMPARED),
        ("bit.on = filter(bool, (bit.on,)) != []", "a value of type `filter` is compared"),
        ("bit.on = [*filter(lambda each: each.off, (bit,))] == []", METHOD),
        ("bit.on = Bit.is_off == True", "the function `it` is compared"),
        ("assert (idle, True).count(True) != 2", "the function `idle` is compared"),
        ("assert (False, True).count(idle) == 0", "the function `idle` is compared"),
        ("assert {True: 1}.get(idle) == None", "the function `idle` is compared"),
        ("assert {1: bit.off} != {1: True}", COMPARED),
        ("assert [True] != (True,)", "a tuple is compared with what is no tuple"),
        ("bit.on = (bit.on,) == True", "a tuple is compared with what is no tuple"),
    ],
)
def test_a_step_is_refused_that_asks_what_is_always_true(
    tmp_path: Path, statement: str, message: str
) -> None:
    with pytest.raises(ModelError) as caught:
        compiled(tmp_path, statement, "bit.off()")
    assert caught.value.message == message
    place = caught.value.place
    assert place is not None
    assert place.line == MODEL.split("{}")[0].count("\n") + 1


def test_so_is_the_guard_of_a_case(tmp_path: Path) -> None:
    statement = "match bit.on:\n        case _ if bit.off:\n            bit.on = False"
    with pytest.raises(ModelError) as caught:
        compiled(tmp_path, statement, "bit.off()")
    assert caught.value.message == METHOD


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("Bit", "Bit"), ("on", "on"), ("OFF", "OFF"), ("bit", "bit"), ("(_, *bit)", "bit")],
)
def test_so_is_a_case_that_matches_anything_by_the_name_of_something(
    tmp_path: Path, pattern: str, name: str
) -> None:
    """Of the module, of a variable, of nothing that is read, of a parameter, of the rest."""
    statement = (
        "on = bit.on\n    match bit.on, True, True:\n"
        f"        case {pattern}:\n            bit.on = on"
    )
    with pytest.raises(ModelError) as caught:
        compiled(tmp_path, statement, "bit.off()")
    assert caught.value.message == f"`toggle` matches anything with `{name}` in a `case`"


@pytest.mark.parametrize(
    "statement", ["all_off = (idle() for _ in (1,))", "a = b = (x for x in ())"]
)
def test_so_is_an_iterator_that_nobody_reads(tmp_path: Path, statement: str) -> None:
    with pytest.raises(ModelError) as caught:
        compiled(tmp_path, statement, "bit.off()")
    what = "makes an iterator that nobody reads, so that nothing in it is done"
    assert caught.value.message == f"`toggle` {what}"


def test_so_is_a_claim(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        compiled(tmp_path, "pass", "False if not bit.off else True")
    assert caught.value.message == METHOD


def test_functions_that_are_called_and_texts_of_assertions_are_fine(tmp_path: Path) -> None:
    statement = (
        "check = idle or bit.off; assert check() and any((bit.off(), bit.on)), 'it is'; "
        "assert all(map(bool, (check(), bit.off() == True))); assert bit.on in (True, False); "
        "assert [idle].append(idle) == None and {1: 2}.get(1, 3) == 2 and (1, 2).count(1) == 1; "
        "pair = (True, True); assert (bit.off(), bit.on) != pair; "
        "assert (bit.off(), bit.on) != (True, True) and [*filter(None, (bit.on,))] != [False]; "
        "seen = (each for each in (bit.on,)); assert any(seen) or not bit.on; "
        "idle(); bit.on and idle(); [idle() for _ in (1,)]; "
        "assert [*filter(lambda each: each == True, (bit.on,))] != [False]\n"
        "    match bit.on, bit.off():\n        case (a, b):\n            bit.on = a or b"
    )
    compiled(tmp_path, statement, "False if not bit.off() else True")
