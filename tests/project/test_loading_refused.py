"""What a module would see of the language while it is loaded is what Python has, or refused."""

from pathlib import Path

import pytest

from tests.project.loading import loaded, refused

COMPARED = "records are compared with `is`"
PARTS = "the parts of a model function are looked at or assigned to"
CHOSEN = (
    "from verifier.language import abstracts\n\n@abstracts('it')\n"
    "def chosen(on: bool = False) -> bool:\n    assert on\n    return on\n\n"
)
IT = "from verifier.language import abstracts\nabstracts('it')"
KIND = "class Other(property):\n    pass\n\n"
SWALLOWED = "try:\n    START = {}\nexcept Exception:\n    START = Cpu()"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"{KIND}@record\nclass Own:\n    x: bool = False\n    y = Other(lambda self: self.x)",
            "`Own.y` is a `Other`, which is not a plain property",
        ),
        (f"{IT}\ndef f(cpu: Cpu) -> None:\n    pass", "`abstracts(...)` decorates nothing"),
        (IT.replace("\na", "\nMARK = a"), "`abstracts(...)` decorates nothing"),
        ("from verifier.language import step\nstep", "a statement does nothing"),
        ("class Own:\n    record", "a statement does nothing"),
        ("HELD = vars(Cpu())", "the namespace of a record is read"),
        ("HELD = Cpu().__dict__", "the namespace of a record is read"),
        ("HELD = vars(Cpu)", "the namespace of a record is read"),
        (SWALLOWED.format("Machine.cpu"), "`Machine.cpu` is read through its class"),
        (SWALLOWED.format("Cpu() if Cpu() else Cpu()"), "a `Cpu` is used as a condition"),
        ("import operator\nSAME = operator.is_(Cpu(), Cpu())", COMPARED),
        ("from operator import is_not\nSAME = is_not(Cpu(), Cpu())", COMPARED),
        ("SAME = id(Cpu()) == id(Cpu())", "a record is asked for its `id`"),
        ("SAME = {*map(id, [Cpu(), Cpu()])}", "a record is asked for its `id`"),
        (f"{CHOSEN}WAS = chosen.__defaults__", PARTS),
        (f"{CHOSEN}WAS = getattr(chosen, '__code__')", PARTS),
        (f"{CHOSEN}chosen.__defaults__ = (True,)", PARTS),
        (f"{CHOSEN}setattr(chosen, '__defaults__', (True,))", PARTS),
        (
            "from operator import attrgetter\nWAS = attrgetter('chosen.__code__')",
            "`attrgetter` is given `chosen.__code__`",
        ),
        ("Cpu.lazy = False", "`Cpu.lazy` is assigned to, which has a value"),
    ],
)
def test_what_a_record_would_answer_otherwise_is_refused(
    project: Path, text: str, message: str
) -> None:
    assert refused(project, before=text) == message


@pytest.mark.parametrize(
    "text",
    [
        'SAME = not hasattr(Cpu, "blank") and getattr(Cpu, "blank", True)',
        'SAME = Cpu.lazy and hasattr(Cpu, "owner")',
        "@record\nclass Own:\n    def __str__(self):\n        return 'own'\n\n"
        "SAME = f'{Own()}' == format(Own()) == str(Own()) == 'own'",
        f"{CHOSEN}try:\n    SAME = chosen()\nexcept AssertionError as error:\n"
        "    SAME = error.args == ()",
        "import operator\nSAME = operator.is_(Id, Id) and operator.and_(id(Id) == id(Id), True)",
        "class Own:\n    x = 1\n\nSAME = vars(Own)['x'] == 1 and 'Own' in vars()",
    ],
)
def test_what_a_record_answers_as_python_does(project: Path, text: str) -> None:
    system = loaded(project, before=text, field="blank: bool", start="Machine(on=SAME)")
    assert system.initial_values[-1] is True
