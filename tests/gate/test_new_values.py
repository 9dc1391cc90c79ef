"""Claims at the gate about values that a change adds."""

from pathlib import Path

import pytest

from tests.gate.claimed_constants import AS_BEFORE, CONSTANTS
from tests.gate.conftest import Project

MODEL = '''"""A light."""

from enum import Enum

from verifier.language import System, record, step


class Colour(Enum):
    """What it shows."""

    RED = 0
    GREEN = 1


@record
class Light:
    """A light."""

    colour: Colour = Colour.RED
    on: bool = False


def is_lit(light: Light) -> bool:
    """Whether it shows anything but red."""
    return light.colour == Colour.GREEN


@step
def change(light: Light) -> None:
    """The next colour."""
    light.on = light.colour == Colour.RED
    light.colour = Colour.GREEN if light.colour == Colour.RED else Colour.RED


light = System("light/one", Light(), (change,))
'''
CLAIM = '''"""What is claimed."""

from models.light import Colour, Light, is_lit
from verifier.language import always


@always("lit")
def on_while_green(light: Light) -> bool:
    """It is on where it is green."""
    return is_lit(light) or not light.on
'''
GROWN = ("    GREEN = 1\n", "    GREEN = 1\n    YELLOW = 2\n")
NOT_RED = "return light.colour != Colour.RED"
SILENT = (
    ("    on: bool = False\n", "    on: bool = False\n    dark: bool = False\n"),
    ("return is_lit(light) or not light.on", "return not light.dark"),
)
"""What is claimed of all colours, whatever they are."""
CASE = '''

@sometimes("lit")
def it_is_on(light: Light) -> bool:
    """It is on."""
    return light.on
'''
EXEMPTING = {
    "claim lit/on_while_green": "return not light.dark",
    "case lit/it_is_on": "return light.on",
}
MOVED = f"\n\n{CLAIM[CLAIM.index('@always') :]}".replace("on_while_green", "lit_while_on")
LOOSER = {
    "in the claim": ("is_lit(light) or", "light.colour != Colour.RED or"),
    "in what it calls": ("return light.colour == Colour.GREEN", NOT_RED),
}


@pytest.fixture
def light(project: Project) -> Project:
    for name, text in (("models/light.py", MODEL), ("properties/lit.py", CLAIM)):
        (project.folder / name).write_text(text)
    with project.verdicts.open("a") as file:
        file.write('["light/one"]\nlit = "proved"\ndeadlock = "proved"\n')
    project.commit()
    return project


@pytest.mark.parametrize("what", CONSTANTS)
def test_a_claim_is_another_one_by_any_constant_that_it_comes_to(light: Project, what: str) -> None:
    base, edit = CONSTANTS[what]
    edited(light.folder, *base)
    light.commit()
    edited(light.folder, GROWN)
    assert light.gate("--base", "HEAD").code == 0
    edited(light.folder, edit)
    ran = light.gate("--base", "HEAD")
    assert ran.code == 1, ran.out
    assert "weakened   claim lit/on_while_green" in ran.out


@pytest.mark.parametrize("what", AS_BEFORE)
def test_a_claim_is_as_before_where_only_more_is_there(light: Project, what: str) -> None:
    base, edits = AS_BEFORE[what]
    edited(light.folder, *base)
    light.commit()
    edited(light.folder, GROWN, *edits)
    ran = light.gate("--base", "HEAD")
    assert ran.code == 0, ran.out
    assert "weakened" not in ran.out


def edited(folder: Path, *edits: tuple[str, str]) -> None:
    for name in ("models/light.py", "properties/lit.py"):
        text = (folder / name).read_text()
        for old, new in edits:
            text = text.replace(old, new)
        (folder / name).write_text(text)


@pytest.mark.parametrize("where", LOOSER)
def test_a_claim_that_is_another_one_beside_a_new_value_is_weaker(
    light: Project, where: str
) -> None:
    """Of the values that there were both say the same."""
    edited(light.folder, LOOSER[where])
    assert light.gate("--base", "HEAD").code == 0
    edited(light.folder, GROWN)
    ran = light.gate("--base", "HEAD")
    assert ran.code == 1, ran.out
    assert "weakened   claim lit/on_while_green  properties/lit.py:7" in ran.out
    assert "the new values of `colour` is compared with nothing" in " ".join(ran.out.split())


def test_so_is_one_that_has_another_name_too(light: Project) -> None:
    name = ("def on_while_green", "def lit_while_on")
    edited(light.folder, GROWN, name)
    assert light.gate("--base", "HEAD").code == 0
    edited(light.folder, LOOSER["in the claim"])
    assert light.gate("--base", "HEAD").code == 1


def test_so_is_one_whose_text_only_another_property_has(light: Project) -> None:
    """That one may be known to be violated."""
    edited(light.folder, GROWN, LOOSER["in the claim"])
    with (light.folder / "properties" / "lit.py").open("a") as file:
        file.write(MOVED.replace('"lit"', '"green"'))
    ran = light.gate("--base", "HEAD")
    assert ran.code == 1, ran.out
    assert "weakened   claim lit/on_while_green  properties/lit.py:7" in ran.out


def test_a_new_value_alone_weakens_nothing(light: Project) -> None:
    edited(light.folder, GROWN)
    ran = light.gate("--base", "HEAD")
    assert ran.code == 0, ran.out
    assert "weakened" not in ran.out


@pytest.fixture
def silent(light: Project) -> Project:
    """With a claim and a case that do not look at what gets a new value."""
    edited(light.folder, *SILENT, ("import always", "import always, sometimes"))
    with (light.folder / "properties" / "lit.py").open("a") as file:
        file.write(CASE)
    light.commit()
    return light


@pytest.mark.parametrize("name", EXEMPTING)
def test_what_did_not_look_at_it_may_not_exempt_a_new_value(silent: Project, name: str) -> None:
    text = EXEMPTING[name]
    edited(silent.folder, GROWN, (text, f"{text} or light.colour == Colour.YELLOW"))
    ran = silent.gate("--base", "HEAD")
    assert ran.code == 1, ran.out
    assert f"weakened   {name}  properties/lit.py" in ran.out


def test_it_may_be_written_otherwise_beside_a_new_value(silent: Project) -> None:
    edited(silent.folder, GROWN, ("return light.on", "return not not light.on"))
    ran = silent.gate("--base", "HEAD")
    assert ran.code == 0, ran.out
