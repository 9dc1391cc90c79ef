"""What runs only while a module is loaded means what it means in Python, or is refused."""

from pathlib import Path

import pytest

from tests.project.loading import CLAIM, MODEL, ORDINARY, loaded, refused
from verifier.language import ModelError
from verifier.project.loading import load
from verifier.project.root import project_above


@pytest.mark.parametrize(
    ("value", "on"),
    [("Cpu.lazy", True), ("not Cpu.lazy", False), ("Cpu.owner == Id.B", True)],
)
def test_a_class_has_the_default_of_a_field(project: Path, value: str, on: bool) -> None:
    assert loaded(project, on=value).initial_values[-1] is on


def test_a_part_of_a_record_is_not_read_through_its_class(project: Path) -> None:
    said = refused(project, before="PART = Machine.cpu")
    assert said == "`Machine.cpu` is read through its class"


@pytest.mark.parametrize("daemon", [False, True])
def test_a_thread_that_would_not_end_is_refused(project: Path, daemon: bool) -> None:
    start = f"Thread(target=sleep, args=(1.0,), daemon={daemon}).start()"
    text = f"from threading import Thread\nfrom time import sleep\n{start}"
    if daemon:
        loaded(project, before=text)
    else:
        assert refused(project, before=text) == "`models.m` starts a thread while it is loaded"


@pytest.mark.parametrize("operator", ["is", "is not"])
def test_records_are_not_compared_by_identity(project: Path, operator: str) -> None:
    start = f"START = Machine()\nSAME = START.cpu {operator} START.cpu"
    assert refused(project, before=start) == "records are compared with `is`"


def test_what_is_no_record_is_compared_by_identity(project: Path) -> None:
    text = "START = Machine()\nassert Id.A is Id.A\nassert START is not None\nassert Id is not Cpu"
    loaded(project, before=text)


def test_a_chain_of_comparisons_by_identity_is_refused(project: Path) -> None:
    said = refused(project, before="SAME = Cpu is Cpu is Machine")
    assert said == "`is` in a chain of comparisons"


def test_overloads_are_no_second_definition(project: Path) -> None:
    one = "@overload\ndef f(x: bool) -> bool: ...\n@overload\ndef f(x: Id) -> bool: ...\n"
    text = f"{one}def f(x):\n    return x == Id.A"
    system = loaded(project, before=text, body="machine.on = f(Id.A)")
    assert [action.name for action in system.actions] == ["run"]


def test_a_family_is_reversed(project: Path) -> None:
    text = "assert [*reversed(Machine().cpus)] == [Id.B, Id.A]"
    loop = "for each in reversed(machine.cpus):\n        machine.cpus[each].lazy = on"
    loaded(project, before=text, body=loop)


def test_a_record_that_extends_an_abstract_class(project: Path) -> None:
    text = "@record\nclass Other(ABC):\n    on: bool = False"
    assert refused(project, before=text) == "`Other` extends `ABC`, which no record can"


def test_a_step_below_another_decorator(project: Path) -> None:
    text = (
        "def twice(function):\n    @wraps(function)\n    def call(*given):\n"
        "        function(*given)\n    return call"
    )
    said = refused(project, before=text, step="twice(run)")
    assert said == "`run` is a step of `m/one` below another decorator"


def test_an_exception_that_has_no_text(project: Path) -> None:
    text = "class Bad(Exception):\n    def __str__(self):\n        raise ValueError\n\nraise Bad"
    assert refused(project, before=text) == "module `models.m` raises Bad: it has no text"


def test_an_exception_without_a_hash(project: Path) -> None:
    head = "from dataclasses import dataclass\n\n@dataclass\n"
    text = f"{head}class Bad(Exception):\n    code: int = 1\n\nraise Bad(3)"
    assert refused(project, before=text) == "module `models.m` raises Bad: 3"


def test_a_property_may_have_a_citation_and_another_name(project: Path) -> None:
    text = (
        "from verifier.language import abstracts\n\n@record\nclass Own:\n    x: bool = True\n\n"
        "    @property\n    @abstracts('it')\n    def low(self) -> bool:\n        return not self.x"
        "\n\n    idle = low\n\nassert not Own().low and not Own().idle"
    )
    loaded(project, before=text)


@pytest.mark.parametrize("text", ['"Machine"', 'Annotated[Machine, "it"]'])
def test_an_annotation_may_be_quoted_twice(project: Path, text: str) -> None:
    head = "from __future__ import annotations\nfrom typing import Annotated\n"
    (project / "properties" / "p.py").write_text(head + CLAIM.replace(": Machine)", f": {text})"))
    catalogue = load(project)
    assert catalogue.properties_of(catalogue.systems["m/one"])


def test_a_system_of_a_private_module_that_is_imported_is_refused(project: Path) -> None:
    own = "from models.m import made\nTWO = made('m/two')\n"
    (project / "models" / "_own.py").write_text(own)
    made = "def made(name):\n    return System(name, Machine(), (run,))\n"
    text = MODEL.format(**ORDINARY).replace("SYSTEM =", f"{made}\n\nSYSTEM =")
    (project / "models" / "m.py").write_text(text)
    (project / "models" / "n.py").write_text("from models import _own\n")
    with pytest.raises(ModelError, match=r"the system `m/two` .*: `models\._own` is private"):
        load(project)


STALE = "START = Machine()\nPART = START.cpu\nSTART.cpu = Cpu(lazy=False)\n"
DICTIONARY = "@record\nclass Own:\n    rows: Family[Id, Cpu] = {Id.A: Cpu()}\n"
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
        (f"{ROW}ROW.lazy = False", "a default or an initial state is assigned to"),
        (DICTIONARY, "`Own.rows` has the default"),
        (OWN_FAMILY, "`Other.rows` is a family of another class"),
    ],
)
def test_defaults_are_what_python_has(project: Path, text: str, message: str) -> None:
    assert message in refused(project, before=text)


def test_a_family_holds_what_it_was_given(project: Path) -> None:
    text = "ROWS = {Id.A: Cpu(lazy=False)}\nHELD = Family(ROWS)\nROWS[Id.A] = Cpu()\n"
    system = loaded(project, before=text, start="Machine(cpus=HELD)")
    assert system.initial_values[0] is False


def test_a_system_starts_as_it_was_made(project: Path) -> None:
    text = "START = Machine(on=True)\n"
    system = loaded(project, before=text, start="START")
    later = f"{(project / 'models' / 'm.py').read_text()}START.on = False\n"
    (project / "models" / "m.py").write_text(later)
    assert load(project).systems["m/one"].initial_values[-1] == system.initial_values[-1]


def test_a_system_does_not_start_in_what_was_assigned_since(project: Path) -> None:
    assert "is used after `cpu` was assigned" in refused(project, before=STALE, start="PART")


def test_a_field_is_set_by_whatever_sets_it(project: Path) -> None:
    text = "START = Machine()\nobject.__setattr__(START, 'on', True)\n"
    assert loaded(project, before=text, start="START").initial_values[-1] is True


def test_a_type_is_looked_for_in_the_class_before_the_module(project: Path) -> None:
    nested = "class Id(Enum):\n        X = 0\n\n    own: Id = Id.X\n"
    own = f"@record\nclass Own:\n    {nested}"
    text = MODEL.format(**ORDINARY | {"before": own, "start": "Machine(on=Own().own == Own.Id.X)"})
    (project / "models" / "m.py").write_text(f"from __future__ import annotations\n{text}")
    assert load(project).systems["m/one"].initial_values[-1] is True


@pytest.mark.parametrize("text", ['TYPES["x"]', "1 / 0", "[Machine][1]"])
def test_an_annotation_that_raises_is_refused_with_its_place(project: Path, text: str) -> None:
    head = "from __future__ import annotations\n\nTYPES = {}\n"
    claim = CLAIM.replace("machine: Machine", f"machine: {text}")
    (project / "properties" / "p.py").write_text(head + claim)
    catalogue = load(project)
    with pytest.raises(ModelError, match="an annotation of `is_off` cannot be read"):
        catalogue.properties_of(catalogue.systems["m/one"])


def test_a_claim_about_too_many_records_is_refused(project: Path) -> None:
    many = ", ".join(f"M{i}" for i in range(17))
    (project / "models" / "m.py").write_text(
        MODEL.format(**ORDINARY).replace(
            "A = 0\n    B = 1", f"A = 0\n    B = 1\n    {many} = range(17)"
        )
    )
    claim = CLAIM.replace("Machine\n", "Cpu\n").replace(
        "machine: Machine", "one: Cpu, two: Cpu, three: Cpu"
    )
    (project / "properties" / "p.py").write_text(claim.replace("not machine.on", "one.lazy"))
    catalogue = load(project)
    with pytest.raises(ModelError, match="applies to 5832 combinations of records"):
        catalogue.properties_of(catalogue.systems["m/one"])


def test_a_second_system_of_a_name_is_refused_though_nothing_holds_it(project: Path) -> None:
    text = MODEL.format(**ORDINARY)
    second = 'System("m/one", Machine(on=True), (run,))\n'
    (project / "models" / "m.py").write_text(f"{text}{second}")
    with pytest.raises(ModelError, match="the system `m/one` is not checked"):
        load(project)
    refined = text.replace("SYSTEM = System(", "SYSTEM = replace(System(")
    refined = f"from dataclasses import replace\n{refined.rstrip()[:-1]}), summary='it')\n"
    (project / "models" / "m.py").write_text(refined)
    load(project)


@pytest.mark.parametrize("part", ["models", "properties"])
def test_a_module_of_the_name_of_a_folder_beside_it(project: Path, part: str) -> None:
    (project / f"{part}.py").write_text(CLAIM)
    with pytest.raises(ModelError, match=rf"`{part}\.py` is beside the folder `{part}`"):
        project_above(project)
