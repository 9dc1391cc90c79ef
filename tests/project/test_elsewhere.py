"""Code beside models/ and properties/ is compiled by Python alone, and runs in no model."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.compiler.compile import compile_compared
from verifier.language import ModelError
from verifier.project.loading import load

HELPER = """from enum import Enum
from verifier.language import record, step

BIT = True


class Ticks(tuple):
    pass


TICKS = Ticks()
TICKS.n = 0


class Task(Enum):
    A = 0
    B = 1

    def is_first(self):
        return self == Task.A


@record
class Machine:
    broken: bool = False
    task: Task = Task.A

    def breaks(self):
        self.broken = True


def tick(ticks):
    ticks.n = ticks.n + 1
    return ticks.n == 4


@step
def run(machine: Machine):
    machine.broken = False


def who(machine):
    return "L0"
"""
CLAIM = """from helper_of_a_model import Machine
from verifier.language import always

BIT = True


@always("whole")
def nothing_breaks(machine: Machine) -> bool:
    return not machine.broken
"""
MODEL = """from helper_of_a_model import BIT, TICKS, Machine, tick
from verifier.language import System, step


@step
def go(machine: Machine, on: bool):
    STATEMENT


SYSTEM = System("lamp/one", Machine(), (go,))
"""
OUTSIDE = "is written outside models/ and properties/"


@pytest.fixture
def beside(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with a module beside its models."""
    (root / "helper_of_a_model.py").write_text(HELPER)
    (root / "helper_of_claims.py").write_text(CLAIM)
    (root / "properties" / "whole.py").unlink()
    monkeypatch.syspath_prepend(str(root))
    yield root
    for name in ("helper_of_a_model", "helper_of_claims"):
        sys.modules.pop(name, None)


def compared(root: Path, text: str) -> int:
    (root / "models" / "lamp.py").write_text(text)
    catalogue = load(root)
    system = catalogue.system("lamp/one")
    return compile_compared(system, catalogue.properties_of(system)).compared


@pytest.mark.parametrize(
    ("statement", "called"),
    [
        ("machine.broken = on and tick(TICKS)", "tick"),
        ("machine.broken = machine.task.is_first() and on", "is_first"),
        ("if on: machine.breaks()", "breaks"),
    ],
)
def test_a_model_calls_nothing_that_is_written_elsewhere(
    beside: Path, statement: str, called: str
) -> None:
    with pytest.raises(ModelError, match=f"`{called}` {OUTSIDE}") as caught:
        compared(beside, MODEL.replace("STATEMENT", statement))
    assert caught.value.place is not None
    assert caught.value.place.file == str(beside / "helper_of_a_model.py")


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        (("(go,)", "(run,)"), "run"),
        (("(go,))", "(go,), level=who)"), "who"),
    ],
)
def test_a_system_has_no_step_and_no_level_from_elsewhere(
    beside: Path, edit: tuple[str, str], name: str
) -> None:
    text = MODEL.replace("STATEMENT", "machine.broken = on").replace(*edit)
    with pytest.raises(ModelError, match=f"`{name}` {OUTSIDE}"):
        compared(beside, text.replace("import BIT", "import run, who, BIT"))


def test_a_claim_from_elsewhere_is_refused(beside: Path) -> None:
    (beside / "properties" / "whole.py").write_text("from helper_of_claims import nothing_breaks\n")
    with pytest.raises(ModelError, match=f"`nothing_breaks` {OUTSIDE}"):
        compared(beside, MODEL.replace("STATEMENT", "machine.broken = on"))


def test_constants_and_records_may_come_from_elsewhere(beside: Path) -> None:
    assert compared(beside, MODEL.replace("STATEMENT", "machine.broken = on and BIT")) > 0


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("import helper_of_claims", "`nothing_breaks` is not checked"),
        ("from helper_of_claims import BIT", "`nothing_breaks` is not checked"),
    ],
)
def test_a_claim_that_is_made_elsewhere_and_not_taken_is_not_overlooked(
    beside: Path, statement: str, said: str
) -> None:
    (beside / "properties" / "whole.py").write_text(f"{statement}\n")
    (beside / "models" / "lamp.py").write_text("")
    with pytest.raises(ModelError, match=said) as caught:
        load(beside)
    assert caught.value.place is not None
    assert caught.value.place.file == str(beside / "properties" / "whole.py")


@pytest.mark.parametrize("part", ["models", "properties"])
def test_a_module_that_a_package_hides_is_refused(root: Path, part: str) -> None:
    package = root / part / "more"
    package.mkdir()
    (package / "__init__.py").write_text('"""More."""\n')
    (root / part / "more.py").write_text("X = 1\n")
    with pytest.raises(ModelError) as caught:
        load(root)
    said = f"`{part}/more.py` cannot be imported: `{part}.more` is `{part}/more/__init__.py`"
    assert caught.value.message == said
    assert caught.value.help == "give one of the two another name"


def test_a_project_may_be_in_a_folder_of_any_name(tmp_path: Path) -> None:
    """What is symbolic tells models from debuggers, which are in folders of packages."""
    root = tmp_path / "my-site-packages"
    for part in ("models", "properties"):
        (root / part).mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.nestproof]\n")
    (root / "models" / "m.py").write_text(
        "from enum import Enum\nfrom verifier.language import System, record, step\n\n"
        "class Mode(Enum):\n    OFF = 0\n    ON = 1\n\n"
        "    def good(self):\n        return self == Mode.ON\n\n"
        "@record\nclass Machine:\n    mode: Mode = Mode.OFF\n    on: bool = False\n\n"
        "@step\ndef run(machine: Machine, mode: Mode):\n    machine.mode = mode\n"
        "    machine.on = machine.mode.good()\n\n"
        'SYSTEM = System("m/one", Machine(), (run,))\n'
    )
    assert compile_compared(load(root).systems["m/one"], ()).compared > 0


def test_a_folder_is_a_package_without_an_init_too(root: Path) -> None:
    (root / "properties" / "isolation").mkdir()
    mine = (root / "properties" / "whole.py").read_text().replace("nothing_breaks", "mine")
    (root / "properties" / "isolation" / "mine.py").write_text(mine)
    assert {claim.name for claim in load(root).properties} == {"nothing_breaks", "mine"}


def test_a_module_that_is_imported_by_another_name_is_distinguished_from_one_outside(
    beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(beside / "models"))
    (beside / "models" / "other_name.py").write_text("def same(x):\n    return x\n")
    text = MODEL.replace("STATEMENT", "machine.broken = same(on)")
    said = "`same` is imported by another name than that of its module"
    with pytest.raises(ModelError, match=said) as caught:
        compared(beside, f"from other_name import same\n{text}")
    assert caught.value.help == "import it from `models.other_name`"
    sys.modules.pop("other_name", None)


MAKING = """from __future__ import annotations
from verifier.language import System, record, step

@record
class R:
    on: bool = False

@record
class R2(R):
    off: bool = True

@record
class M:
    r: R = R()
    r2: R2 = R2()

def make(R):
    @step
    def go(m: NAME, on: bool) -> None:
        m.r.on = on
    return go

SYSTEM = System("lamp/one", M(), (make(R2),))
"""


def test_an_annotation_that_would_not_mean_what_it_says_is_refused(root: Path) -> None:
    """As a text it names what the module has, and its reader what is around the function."""
    (root / "properties" / "whole.py").unlink()
    assert compared(root, MAKING.replace("NAME", "M")) > 0
    with pytest.raises(
        ModelError, match="names `R`, which is local to a function or class around it"
    ):
        compared(root, MAKING.replace("NAME", "R"))


ALIASES = """from __future__ import annotations
from verifier.language import System, always, record, step


@record
class Net:
    busy: bool = False


@record
class Disk:
    busy: bool = False


@record
class Machine:
    net: Net = Net()
    disk: Disk = Disk()


@step
def use(machine: Machine, busy: bool) -> None:
    machine.disk.busy = busy


SYSTEM = System("m/one", Machine(), (use,))
"""
CLAIMS = """from __future__ import annotations
from models.m import Disk, Net
from verifier.language import always

Device = Disk


@always("idle")
def the_disk_is_idle(device: Device) -> bool:
    return not device.busy


Device = Net


@always("idle")
def the_net_is_idle(device: Device) -> bool:
    return not device.busy
"""


def test_an_annotation_means_what_it_meant_where_the_function_is_defined(root: Path) -> None:
    (root / "models" / "m.py").write_text(ALIASES)
    (root / "properties" / "p.py").write_text(CLAIMS)
    catalogue = load(root)
    with pytest.raises(ModelError, match="`Device` stands for something else now than where"):
        catalogue.properties_of(catalogue.systems["m/one"])
