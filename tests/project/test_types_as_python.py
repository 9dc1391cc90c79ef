"""Annotations, records without fields and imports mean what they mean in Python."""

from pathlib import Path

import pytest

from tests.project.loading import MODEL, ORDINARY, loaded, refused
from verifier.language import ModelError
from verifier.project.loading import load

SNAPSHOT = "from verifier.language import snapshot"
TYPES = (
    "from collections.abc import Callable, Sequence\nfrom typing import ClassVar, Final, Optional\n"
)


@pytest.mark.parametrize(
    "body",
    [
        "found: Optional[Id] = None\n    machine.on = found is None",
        "order: Sequence[Id] = (Id.B, Id.A)\n    machine.on = order[0] == Id.B",
        "ready: Callable[[Id], bool] = lambda each: each == Id.A\n    machine.on = ready(Id.A)",
        "chosen: Final = on\n    machine.on = chosen",
        "later: Unknown\n    later = on\n    machine.on = later",
    ],
)
def test_the_annotation_of_a_local_name_is_not_computed(project: Path, body: str) -> None:
    system = loaded(project, before=TYPES, body=body)
    assert [action.name for action in system.actions] == ["run"]


def test_the_annotation_of_anything_else_is_computed(project: Path) -> None:
    said = refused(project, before=TYPES, body="machine.on: Optional[bool] = on")
    assert said == "`run` computes an annotation"


def test_nothing_is_assigned_with_a_record_without_fields(project: Path) -> None:
    empty = "@record\nclass Empty:\n    pass\n\n@record\nclass Two:\n    a: Empty = Empty()\n"
    field = "    b: Empty = Empty()\n    rows: Family[Id, Empty] = Family()\n"
    text = f"{empty}{field}    on: bool = False\n\n@step\ndef both(two: Two) -> None:\n"
    body = "    before = two.a\n    two.b = Empty()\n    two.a = before\n    two.on = True\n"
    system = loaded(project, before=f"{text}{body}", start="Two()", step="both")
    assert [leaf.path for leaf in system.layout.leaves] == ["on"]


def test_a_constant_of_a_class_is_no_field(project: Path) -> None:
    own = "@record\nclass Own:\n    DEPTH: ClassVar[bool] = True\n    x: bool = False\n\n"
    system = loaded(project, before=f"{TYPES}{own}", start="Machine(on=Own.DEPTH)")
    assert system.initial_values[-1] is True


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_an_annotation_that_is_no_field_is_named(project: Path, future: str) -> None:
    own = "@record\nclass Own:\n    x: Final[bool] = True\n"
    (project / "models" / "n.py").write_text(f"{future}{TYPES}from models.m import *\n\n{own}")
    with pytest.raises(ModelError, match=r"`Own\.x`"):
        load(project)


def test_an_annotation_of_a_field_that_cannot_be_read_is_named(project: Path) -> None:
    own = "@record\nclass Own:\n    x: 'Nope' = True\n"
    said = refused(project, before=own)
    assert said == "the annotation of `Own.x` cannot be read: name 'Nope' is not defined"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("import functools", "import functools"),
        ("from operator import attrgetter", "from operator import attrgetter"),
        ("import operator as op", "import operator as op"),
    ],
)
def test_one_thing_imported_twice_is_one_thing(project: Path, first: str, then: str) -> None:
    text = f"{first}\n{MODEL.format(**ORDINARY)}"
    (project / "models" / "m.py").write_text(text.replace("SYSTEM = System", "system = System"))
    (project / "models" / "n.py").write_text(f"{then}\nfrom models.m import *\n")
    assert [*load(project).systems] == ["m/one"]


def test_one_thing_imported_from_beside_and_through_another_is_one_thing(project: Path) -> None:
    (project / "models" / "pk").mkdir()
    base = project / "models" / "pk" / "base.py"
    base.write_text("def flip(x):\n    return not x\n")
    (project / "models" / "pk" / "ops.py").write_text("from models.pk.base import *\n")
    both = "from .base import flip\nfrom models.pk.ops import *\n"
    (project / "models" / "pk" / "v1.py").write_text(both)
    load(project)
    (project / "models" / "pk" / "v2.py").write_text(f"{both}\n\ndef flip(x):\n    return x\n")
    with pytest.raises(ModelError, match="`flip` is defined twice"):
        load(project)


def test_a_snapshot_is_of_a_record_or_a_family(project: Path) -> None:
    said = refused(project, body="machine.on = snapshot(machine.on)", before=SNAPSHOT)
    assert said.endswith("which is neither a record nor a family")


def test_a_system_that_takes_the_place_of_one_of_its_name_is_refused(project: Path) -> None:
    again = "from dataclasses import replace\nSYSTEM = replace(SYSTEM, may_end=True)\n"
    (project / "models" / "m.py").write_text(f"{MODEL.format(**ORDINARY)}{again}")
    with pytest.raises(ModelError, match="`m/one` is not checked: another of its name takes its"):
        load(project)
