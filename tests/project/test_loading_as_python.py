"""What runs only while a module is loaded means what it means in Python, or is refused."""

from pathlib import Path

import pytest

from verifier.catalogue import Catalogue, load
from verifier.compiler.compile import compile_compared
from verifier.language import ModelError
from verifier.language.system import System
from verifier.project.root import project_above

MODEL = """from abc import ABC
from enum import Enum
from functools import wraps
from typing import TypeVar, overload
from verifier.language import Family, System, record, step


class Id(Enum):
    A = 0
    B = 1


@record
class Cpu:
    lazy: bool = True
    owner: Id = Id.B
    {field}


@record
class Machine:
    cpus: Family[Id, Cpu] = Family()
    cpu: Cpu = Cpu()
    on: bool = {on}


{before}


@step
def run(machine: Machine, on: bool) -> None:
    machine.on = on
    {body}


SYSTEM = System("m/one", {start}, ({step},))
"""
ORDINARY = {
    "field": "",
    "on": "False",
    "before": "",
    "body": "",
    "start": "Machine()",
    "step": "run",
}
CLAIM = """from models.m import Machine
from verifier.language import always


@always("off")
def is_off(machine: Machine) -> bool:
    return not machine.on
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (tmp_path / part).mkdir()
    (tmp_path / "models" / "m.py").write_text(MODEL.format(**ORDINARY))
    (tmp_path / "properties" / "p.py").write_text(CLAIM)
    return tmp_path


def loaded(root: Path, **parts: str) -> System:
    (root / "models" / "m.py").write_text(MODEL.format(**ORDINARY | parts))
    system = load(root).systems["m/one"]
    compile_compared(system, ())
    return system


def refused(root: Path, **parts: str) -> str:
    with pytest.raises(ModelError) as found:
        loaded(root, **parts)
    assert found.value.place is not None
    assert found.value.mend
    return found.value.message


@pytest.mark.parametrize(
    ("value", "on"),
    [("Cpu.lazy", True), ("not Cpu.lazy", False), ("Cpu.owner == Id.B", True)],
)
def test_a_class_has_the_default_of_a_field(root: Path, value: str, on: bool) -> None:
    assert loaded(root, on=value).initial_values[-1] is on


def test_a_part_of_a_record_is_not_read_through_its_class(root: Path) -> None:
    said = refused(root, before="PART = Machine.cpu")
    assert said == "`Machine.cpu` is read through its class"


@pytest.mark.parametrize("operator", ["is", "is not"])
def test_records_are_not_compared_by_identity(root: Path, operator: str) -> None:
    start = f"START = Machine()\nSAME = START.cpu {operator} START.cpu"
    assert refused(root, before=start) == "records are compared with `is`"


def test_what_is_no_record_is_compared_by_identity(root: Path) -> None:
    text = "START = Machine()\nassert Id.A is Id.A\nassert START is not None\nassert Id is not Cpu"
    loaded(root, before=text)


def test_a_chain_of_comparisons_by_identity_is_refused(root: Path) -> None:
    said = refused(root, before="SAME = Cpu is Cpu is Machine")
    assert said == "`is` in a chain of comparisons"


def test_overloads_are_no_second_definition(root: Path) -> None:
    one = "@overload\ndef f(x: bool) -> bool: ...\n@overload\ndef f(x: Id) -> bool: ...\n"
    text = f"{one}def f(x):\n    return x == Id.A"
    system = loaded(root, before=text, body="machine.on = f(Id.A)")
    assert [action.name for action in system.actions] == ["run"]


def test_a_family_is_reversed(root: Path) -> None:
    text = "assert [*reversed(Machine().cpus)] == [Id.B, Id.A]"
    loop = "for each in reversed(machine.cpus):\n        machine.cpus[each].lazy = on"
    loaded(root, before=text, body=loop)


def test_a_record_that_extends_an_abstract_class(root: Path) -> None:
    text = "@record\nclass Other(ABC):\n    on: bool = False"
    assert refused(root, before=text) == "`Other` extends `ABC`, which no record can"


def test_a_step_below_another_decorator(root: Path) -> None:
    text = (
        "def twice(function):\n    @wraps(function)\n    def call(*given):\n"
        "        function(*given)\n    return call"
    )
    said = refused(root, before=text, step="twice(run)")
    assert said == "`run` is a step of `m/one` below another decorator"


def test_an_exception_that_has_no_text(root: Path) -> None:
    text = "class Bad(Exception):\n    def __str__(self):\n        raise ValueError\n\nraise Bad"
    assert refused(root, before=text) == "module `models.m` raises Bad: it has no text"


KIND = "class Other(property):\n    pass\n\n"
SWALLOWED = "try:\n    START = {}\nexcept Exception:\n    START = Cpu()"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"{KIND}@record\nclass Own:\n    x: bool = False\n    y = Other(lambda self: self.x)",
            "`Own.y` is a `Other`, which is no plain property",
        ),
        ("HELD = vars(Cpu())", "the namespace of a record is read"),
        ("HELD = Cpu().__dict__", "the namespace of a record is read"),
        ("HELD = vars(Cpu)", "the namespace of a record is read"),
        (SWALLOWED.format("Machine.cpu"), "`Machine.cpu` is read through its class"),
        (SWALLOWED.format("Cpu() if Cpu() else Cpu()"), "a `Cpu` is used as a condition"),
        ("Cpu.lazy = False", "`Cpu.lazy` is assigned to after the class was made"),
    ],
)
def test_what_a_record_would_answer_otherwise_is_refused(
    root: Path, text: str, message: str
) -> None:
    assert refused(root, before=text) == message


@pytest.mark.parametrize(
    "text",
    [
        'SAME = not hasattr(Cpu, "blank") and getattr(Cpu, "blank", True)',
        'SAME = Cpu.lazy and hasattr(Cpu, "owner")',
        "@record\nclass Own:\n    def __str__(self):\n        return 'own'\n\n"
        "SAME = f'{Own()}' == format(Own()) == str(Own()) == 'own'",
        "class Own:\n    x = 1\n\nSAME = vars(Own)['x'] == 1 and 'Own' in vars()",
    ],
)
def test_what_a_record_answers_as_python_does(root: Path, text: str) -> None:
    system = loaded(root, before=text, field="blank: bool", start="Machine(on=SAME)")
    assert system.initial_values[-1] is True


def test_a_property_may_have_a_citation_and_another_name(root: Path) -> None:
    text = (
        "from verifier.language import abstracts\n\n@record\nclass Own:\n    x: bool = True\n\n"
        "    @property\n    @abstracts('it')\n    def low(self) -> bool:\n        return not self.x"
        "\n\n    idle = low\n\nassert not Own().low and not Own().idle"
    )
    loaded(root, before=text)


@pytest.mark.parametrize("text", ['"Machine"', 'Annotated[Machine, "it"]'])
def test_an_annotation_may_be_quoted_twice(root: Path, text: str) -> None:
    head = "from __future__ import annotations\nfrom typing import Annotated\n"
    (root / "properties" / "p.py").write_text(head + CLAIM.replace(": Machine)", f": {text})"))
    catalogue = load(root)
    assert catalogue.properties_of(catalogue.systems["m/one"])


def test_a_system_of_a_private_module_that_is_imported_is_refused(root: Path) -> None:
    own = "from models.m import made\nTWO = made('m/two')\n"
    (root / "models" / "_own.py").write_text(own)
    made = "def made(name):\n    return System(name, Machine(), (run,))\n"
    text = MODEL.format(**ORDINARY).replace("SYSTEM =", f"{made}\n\nSYSTEM =")
    (root / "models" / "m.py").write_text(text)
    (root / "models" / "n.py").write_text("from models import _own\n")
    with pytest.raises(ModelError, match="the system `m/two` is not checked"):
        load(root)


STALE = "START = Machine()\nPART = START.cpu\nSTART.cpu = Cpu(lazy=False)\n"
ROW = "ROW = Cpu()\n\n@record\nclass Own:\n    rows: Family[Id, Cpu] = Family({Id.A: ROW})\n\n"
OWN_FAMILY = (
    "K, V = TypeVar('K', bound=Enum), TypeVar('V')\n\nclass Own(Family[K, V]):\n    pass\n\n"
    "@record\nclass Other:\n    rows: Own[Id, bool]\n"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"{STALE}\n@record\nclass Own:\n    cpu: Cpu = PART",
            "`PART` refers to `cpu` and is used after `cpu` was assigned in line",
        ),
        (f"{ROW}ROW.lazy = False", "a record that is a default is assigned to"),
        (OWN_FAMILY, "`Other.rows` is a family of another class"),
    ],
)
def test_defaults_are_what_python_has(root: Path, text: str, message: str) -> None:
    assert message in refused(root, before=text)


def test_a_system_starts_as_it_was_made(root: Path) -> None:
    text = "START = Machine(on=True)\n"
    system = loaded(root, before=text, start="START")
    later = f"{(root / 'models' / 'm.py').read_text()}START.on = False\n"
    (root / "models" / "m.py").write_text(later)
    assert load(root).systems["m/one"].initial_values[-1] == system.initial_values[-1]


def test_a_system_does_not_start_in_what_was_assigned_since(root: Path) -> None:
    assert "is used after `cpu` was assigned" in refused(root, before=STALE, start="PART")


def test_a_field_is_set_by_whatever_sets_it(root: Path) -> None:
    text = "START = Machine()\nobject.__setattr__(START, 'on', True)\n"
    assert loaded(root, before=text, start="START").initial_values[-1] is True


def test_a_type_is_looked_for_in_the_class_before_the_module(root: Path) -> None:
    nested = "class Id(Enum):\n        X = 0\n\n    own: Id = Id.X\n"
    own = f"@record\nclass Own:\n    {nested}"
    text = MODEL.format(**ORDINARY | {"before": own, "start": "Machine(on=Own().own == Own.Id.X)"})
    (root / "models" / "m.py").write_text(f"from __future__ import annotations\n{text}")
    assert load(root).systems["m/one"].initial_values[-1] is True


@pytest.mark.parametrize("text", ['TYPES["x"]', "1 / 0", "[Machine][1]"])
def test_an_annotation_that_raises_is_refused_with_its_place(root: Path, text: str) -> None:
    head = "from __future__ import annotations\n\nTYPES = {}\n"
    claim = CLAIM.replace("machine: Machine", f"machine: {text}")
    (root / "properties" / "p.py").write_text(head + claim)
    catalogue = load(root)
    with pytest.raises(ModelError, match="an annotation of `is_off` cannot be read"):
        catalogue.properties_of(catalogue.systems["m/one"])


def test_a_claim_about_too_many_records_is_refused(root: Path) -> None:
    many = ", ".join(f"M{i}" for i in range(17))
    (root / "models" / "m.py").write_text(
        MODEL.format(**ORDINARY).replace(
            "A = 0\n    B = 1", f"A = 0\n    B = 1\n    {many} = range(17)"
        )
    )
    claim = CLAIM.replace("Machine\n", "Cpu\n").replace(
        "machine: Machine", "one: Cpu, two: Cpu, three: Cpu"
    )
    (root / "properties" / "p.py").write_text(claim.replace("not machine.on", "one.lazy"))
    catalogue = load(root)
    with pytest.raises(ModelError, match="speaks about 5832 combinations of records"):
        catalogue.properties_of(catalogue.systems["m/one"])


def test_a_second_system_of_a_name_is_refused_though_nothing_holds_it(root: Path) -> None:
    text = MODEL.format(**ORDINARY)
    second = 'System("m/one", Machine(on=True), (run,))\n'
    (root / "models" / "m.py").write_text(f"{text}{second}")
    with pytest.raises(ModelError, match="the system `m/one` is not checked"):
        load(root)
    refined = text.replace("SYSTEM = System(", "SYSTEM = replace(System(")
    refined = f"from dataclasses import replace\n{refined.rstrip()[:-1]}), summary='it')\n"
    (root / "models" / "m.py").write_text(refined)
    load(root)


@pytest.mark.parametrize("part", ["models", "properties"])
def test_a_module_of_the_name_of_a_folder_beside_it(root: Path, part: str) -> None:
    (root / f"{part}.py").write_text(CLAIM)
    with pytest.raises(ModelError, match=rf"`{part}\.py` is beside the folder `{part}`"):
        project_above(root)


ISOLATION = "from properties.isolation import *\n"
FPU = "an_fpu_access_touches_only_the_context_s_own_registers"


def with_claims(root: Path, text: str, name: str = "p") -> Catalogue:
    (root / "properties" / f"{name}.py").write_text(text)
    return load(root)


@pytest.mark.parametrize(
    "text",
    [
        "from properties import isolation\n",
        "import properties.isolation\n",
        "from properties.isolation import an_fpu_access_completes\n",
    ],
)
def test_claims_of_another_catalogue_are_taken_or_refused(root: Path, text: str) -> None:
    with pytest.raises(ModelError, match=rf"`properties.isolation` is imported, and its `{FPU}`"):
        with_claims(root, text)


@pytest.mark.parametrize("text", [ISOLATION, f"from properties.isolation import {FPU}\n"])
def test_claims_of_another_catalogue_are_taken_by_name(root: Path, text: str) -> None:
    assert FPU in {claim.name for claim in with_claims(root, text).properties}


def test_a_claim_in_a_private_module_is_taken_or_refused(root: Path) -> None:
    kit = CLAIM.replace("import always", "import always as rule").replace("@always", "@claim")
    (root / "properties" / "p.py").write_text("from properties._kit import Machine\n")
    text = kit.replace("@claim", "claim = rule\n\n\n@claim")
    (root / "properties" / "_kit.py").write_text(text)
    with pytest.raises(ModelError, match=r"`properties\._kit` is imported, and its `is_off`"):
        load(root)
    assert len(with_claims(root, "from properties._kit import *\n").properties) == 1
