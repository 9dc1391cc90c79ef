"""What properties/ has that would judge nothing, without anybody noticing."""

from pathlib import Path

import pytest

from tests.project.loading import CLAIM
from verifier.language import ModelError
from verifier.project.loading import load
from verifier.project.unjudged import doubts, is_misspelt

CASE = (
    '\n\n@sometimes("{group}")\ndef is_{group}(machine: Machine) -> bool:\n    return machine.on\n'
)
UNDECORATED = "\n\ndef is_on(machine: Machine) -> bool:\n    return machine.on\n"
BOTH = CLAIM.replace("import always", "import always, sometimes")


def written(project: Path, text: str) -> list[str]:
    """The warnings about the properties of a text."""
    (project / "properties" / "p.py").write_text(text)
    catalogue = load(project)
    return [*doubts(catalogue.properties, catalogue.groups)]


@pytest.mark.parametrize(
    "text",
    [CLAIM.replace('@always("off")\n', ""), BOTH + UNDECORATED],
)
def test_a_function_without_a_decorator_that_nothing_calls_is_refused(
    project: Path, text: str
) -> None:
    with pytest.raises(ModelError, match=r"`is_.*` of properties/p\.py is not checked") as caught:
        written(project, text)
    assert caught.value.place is not None
    lines = (project / "properties" / "p.py").read_text().splitlines()
    assert lines[caught.value.place.line - 1].startswith("def is_")
    assert "`@always(...)`" in caught.value.help


def test_a_plain_function_that_a_property_calls_is_fine(project: Path) -> None:
    helper = "def dark(machine: Machine) -> bool:\n    return not machine.on\n\n\n"
    text = CLAIM.replace("@always", f"{helper}@always").replace(
        "not machine.on\n", "dark(machine)\n", 2
    )
    text = text.replace("    return dark(machine)\n\n\n", "    return not machine.on\n\n\n")
    assert not written(project, text)
    (project / "properties" / "q.py").write_text(text.replace('"off"', '"out"').split("@")[0])
    (project / "properties" / "p.py").write_text(
        text.replace(helper, "").replace("\n\n\n@", "\nfrom properties.q import dark\n\n\n@")
    )
    load(project)


def test_a_property_of_cases_only_is_in_doubt_unless_it_is_called_so(project: Path) -> None:
    [warning] = written(project, BOTH + CASE.format(group="lit"))
    assert "the property `lit` claims nothing" in warning
    assert not written(project, BOTH + CASE.format(group="witnesses"))
    assert not written(project, BOTH + CASE.format(group="lamp_witnesses"))


def test_a_group_that_is_almost_another_one_is_in_doubt(project: Path) -> None:
    text = (BOTH + CASE).replace("off", "integrity").format(group="integrty")
    misspelt, empty = written(project, text)
    assert (
        "`integrty` is almost called like `integrity`: see `is_integrty`, properties/p.py:"
        in misspelt
    )
    assert "`integrty` claims nothing" in empty


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("integrity", "integrty", True),
        ("integrity", "inetgrity", True),
        ("integrity", "intigrity", True),
        ("integrity", "host_integrity", False),
        ("safe_a", "safe_b", False),
        ("level1_off", "level2_off", False),
        ("on", "off", False),
        ("same", "same", False),
    ],
)
def test_names_are_misspelt_where_one_letter_differs(one: str, other: str, near: bool) -> None:
    assert is_misspelt(one, other) is is_misspelt(other, one) is near
