"""A project whose modules the package nestproof exposes, as a checkout of nestproof does."""

import json
import re

import pytest

from tests.checkout import expose
from tests.gate.conftest import Project
from verifier.language.packages import LINKS, PARTS
from verifier.project.import_graph import touches
from verifier.project.loading import load
from verifier.project.revisions import Base

KIT = """def known(value: bool) -> bool:
    return value or not value
"""
CALL, ACCESS = "    assert known(machine.ts)\n", "    access_registers(machine, value)\n"
SURVIVOR = "models/lazy.py switch_to: drop `previous.uses_fpu = False`"


@pytest.fixture
def checkout(project: Project) -> Project:
    """The template under the names that bundled modules have; at its base it is a user's."""
    exposed(project)
    return project


def exposed(project: Project) -> None:
    """Put a project's modules into the package nestproof."""
    for file in project.folder.glob("*/*.py"):
        file.write_text(
            re.sub(r"^from models", "from nestproof.models", file.read_text(), flags=re.M)
        )
    expose(project.folder)


def test_a_change_is_compared_with_the_modules_of_its_base(checkout: Project) -> None:
    checkout.commit()
    checkout.edit("previous.uses_fpu = False", "pass")
    files = {kind: checkout.folder / f"report.{kind}" for kind in ("json", "sarif")}
    ran = checkout.gate("--base=HEAD", *(f"--{kind}={file}" for kind, file in files.items()))
    assert ran.code == 1, ran.err
    line = checkout.model.read_text().split("        pass\n")[0].count("\n") + 1
    assert f"nestproof/models/lazy.py:{line} in switch_to" in ran.out
    [first, *_] = [
        each
        for each in json.loads(files["json"].read_text())["results"]
        if each["pair"] == "lazy/fixed/isolation"
    ]
    assert first["verdict"] == "violated"
    [run] = json.loads(files["sarif"].read_text())["runs"]
    places = re.findall(r'"uri":"([^"]*)"', json.dumps(run, separators=(",", ":")))
    assert {place for place in places if place.endswith(".py")} == {"models/lazy.py"}


def test_what_says_whose_the_modules_are_is_part_of_a_change(checkout: Project) -> None:
    assert checkout.folder.joinpath("nestproof", "models").is_symlink()
    before, after = Base(checkout.folder, checkout.git("rev-parse", "HEAD"), ""), checkout.commit()
    assert {*LINKS} <= {*before.changed()}
    assert Base(checkout.folder, after, "").changed() == ()
    for link in LINKS:
        (checkout.folder / link).unlink()
    base = Base(checkout.folder, after, "")
    assert base.changed() == LINKS
    for part in PARTS:
        for file in (checkout.folder / part).glob("*.py"):
            file.write_text(file.read_text().replace("nestproof.models", "models"))
    catalogue = load(checkout.folder)
    assert set(touches(catalogue, LINKS)) == {"lazy/broken", "lazy/fixed"}
