"""What a project imports of the bundled catalogue joins its own, unless the module uses it."""

from pathlib import Path

import pytest

from verifier.language import ModelError
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

CLAIM = "an_fpu_access_touches_only_the_context_s_own_registers"
TAKEN = "from nestproof.models.systems.native_classic import CLASSIC\n"
EXTENDED = f"""from dataclasses import replace
{TAKEN}
MINE = replace(CLASSIC, name="mine/classic", summary="as the manual has it")
"""
EXTENDING = """from nestproof.models.ownership.access import FpuAccess
from verifier.language import always, sometimes
{imported}

@always("mine")
def mine(access: FpuAccess) -> bool:
    return access.latest | {claim}(access)

@sometimes("mine")
def occurs(access: FpuAccess) -> bool:
    return access.executed
"""


def with_model(project: Path, text: str) -> Catalogue:
    (project / "models" / "extra.py").write_text(text)
    return load(project)


def with_claim(project: Path, imported: str, claim: str) -> set[str]:
    (project / "properties" / "mine.py").write_text(
        EXTENDING.format(imported=imported, claim=claim)
    )
    return {function.name for function in load(project).properties}


def test_a_bundled_system_that_is_imported_joins(project: Path) -> None:
    assert "native/classic" in with_model(project, TAKEN).systems


def test_a_bundled_system_that_is_extended_does_not_join(project: Path) -> None:
    systems = with_model(project, EXTENDED).systems
    assert "mine/classic" in systems
    assert "native/classic" not in systems


@pytest.mark.parametrize("name", ["CLASSIC", "BASE"])
def test_a_bundled_system_that_is_assigned_joins_too(project: Path, name: str) -> None:
    systems = with_model(project, f"{EXTENDED}{name} = CLASSIC\n").systems
    assert {"mine/classic", "native/classic"} <= systems.keys()


def test_a_bundled_system_of_a_module_that_is_named_does_not_join(project: Path) -> None:
    text = EXTENDED.replace(TAKEN, "from nestproof.models.systems import native_classic\n")
    systems = with_model(project, text.replace("(CLASSIC", "(native_classic.CLASSIC")).systems
    assert "mine/classic" in systems
    assert "native/classic" not in systems


def test_bundled_systems_in_a_list_are_refused(project: Path) -> None:
    with pytest.raises(ModelError, match=r"`native/classic` is not checked.*it is in `ALL`"):
        with_model(project, f"{TAKEN}\nALL = [CLASSIC]\n")


@pytest.mark.parametrize(
    ("imported", "claim"),
    [
        (f"from nestproof.properties.isolation import {CLAIM}", CLAIM),
        (f"from nestproof.properties.isolation import {CLAIM} as bundled", "bundled"),
        ("from nestproof.properties import isolation", f"isolation.{CLAIM}"),
        ("import nestproof.properties.isolation", f"nestproof.properties.isolation.{CLAIM}"),
    ],
)
def test_a_bundled_claim_that_a_claim_calls_does_not_join(
    project: Path, imported: str, claim: str
) -> None:
    names = with_claim(project, imported, claim)
    assert {"mine", "occurs"} <= names
    assert CLAIM not in names


def test_of_all_that_is_imported_what_is_not_called_joins(project: Path) -> None:
    names = with_claim(project, "from nestproof.properties.isolation import *", CLAIM)
    assert "an_fpu_access_completes" in names
    assert CLAIM not in names


def test_a_module_s_own_claims_join_although_it_calls_them(project: Path) -> None:
    text = EXTENDING.replace(" | {claim}(access)", "").replace("{imported}", "")
    text += '\n@always("other")\ndef other(access: FpuAccess) -> bool:\n    return mine(access)\n'
    (project / "properties" / "mine.py").write_text(text)
    assert {"mine", "other"} <= {function.name for function in load(project).properties}
