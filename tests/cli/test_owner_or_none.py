"""Registers that a task owns or nobody: proved, violated, shown, saved and compared."""

from pathlib import Path

import pytest

from tests.cli.conftest import Runner

MODEL = '''"""Registers that are loaded when a task needs them."""

from enum import Enum

from verifier.language import System, abstracts, assume, event, observer, record, step


class Task(Enum):
    """Who runs."""

    A = 0
    B = 1


@event
class Use:
    """Who uses whose registers."""

    by: Task | None = None
    of: Task | None = None


@record
class Cpu:
    """One CPU."""

    current: Task = Task.A
    owner: Task | None = None
    loaded: Task | None = None
    forgets: bool = False
    use: Use = Use()


@step
def use(cpu: Cpu) -> None:
    """The running task uses the registers."""
    if owner(cpu) is None:
        cpu.owner = cpu.loaded = cpu.current
    note(cpu)


@abstracts("whose registers the kernel takes them for")
def owner(cpu: Cpu) -> Task | None:
    """Of the running task, or nobody's."""
    return cpu.owner if cpu.owner == cpu.current else None


@observer("who uses whose registers")
def note(cpu: Cpu) -> None:
    cpu.use.by, cpu.use.of = cpu.current, cpu.loaded


@step
def switch(cpu: Cpu) -> None:
    """The other one runs."""
    cpu.current = Task.B if cpu.current == Task.A else Task.A


@step
def exit(cpu: Cpu, heir: Task | None) -> None:
    """Somebody else uses the registers, or nobody does."""
    assume(cpu.owner is not None and heir != cpu.owner)
    cpu.loaded = heir
    if not cpu.forgets:
        cpu.owner = heir


right = System("owner/right", Cpu(), (use, switch, exit), "gives the registers up")
wrong = System("owner/wrong", Cpu(forgets=True), (use, switch, exit), "forgets to")
'''

PROPERTIES = '''"""Everybody uses his own registers."""

from models.owner import Cpu, Task, Use
from verifier.language import always, sometimes


@always("own")
def each_uses_its_own(use: Use) -> bool:
    """Whose they are."""
    return use.of == use.by


@sometimes("own")
def nobody_owns_them_later(cpu: Cpu) -> bool:
    """After both have run."""
    return cpu.owner is None and cpu.current == Task.B
'''

VERDICTS = """["owner/right"]
deadlock = "proved"
own = "proved"

["owner/wrong"]
deadlock = "proved"
own = "violated"
"""


@pytest.fixture
def owners(tmp_path: Path) -> Path:
    for name, text in {
        "pyproject.toml": "[tool.nestproof]\n",
        "models/owner.py": MODEL,
        "properties/own.py": PROPERTIES,
        "properties/verdicts.toml": VERDICTS,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_it_is_proved_and_violated_and_its_evidence_is_confirmed(
    nestproof: Runner, owners: Path
) -> None:
    ran = nestproof("check", "--evidence", "out", cwd=owners)
    assert (ran.code, ran.err) == (0, "4 pairs: 3 proved, 1 violated; all as expected\n")
    saved = sorted(str(file) for file in (owners / "out").iterdir())
    assert len(saved) == 4
    for file in saved:
        assert nestproof("audit", file, cwd=owners).out.startswith("confirmed")
    assert '"None"' in Path(saved[1]).read_text()


def test_none_is_shown_by_its_name(nestproof: Runner, owners: Path) -> None:
    watches = ("--watch", "owner is None", "--watch", "loaded is not None and owner != Task.B")
    shown = nestproof("show", "owner/wrong/own", *watches, cwd=owners).out
    assert "exit None" in shown
    assert "loaded  A -> None" in shown
    assert "owner() = A" in shown
    assert "owner is None\n    at the start   1\n    after step 1   0" in shown
    fields = nestproof("explain", "owner/wrong", "--fields", cwd=owners).out
    assert "3 fields that steps change, in 5 bits" in fields
    assert "owner    Task | None  None  use" in fields
    assert "exit(heir: Task | None)" in nestproof("explain", "owner/wrong", cwd=owners).out
    proof = nestproof("show", "owner/right/own", cwd=owners).out
    assert "owner is None" in proof


def test_it_is_simulated_and_mutated(nestproof: Runner, owners: Path) -> None:
    steps = "1\n3 heir=None\nstate\n1 heir=C\nq\n"
    ran = nestproof("simulate", "owner/right", cwd=owners, stdin=steps)
    assert "owner A -> None" in ran.out
    assert "owner = None" in ran.out
    ran = nestproof("mutate", "owner/right", "--no-cache", cwd=owners)
    assert "(0 refused as models)" in ran.out
    assert "0 undecided" in ran.out
