"""What steps note and assert of any values, against the same worked out by hand."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest

from verifier.compiler.cut_circuit import Cut, cut_of
from verifier.language.packages import bundled_root
from verifier.project.loading import load

MODEL = '''"""A machine that is watched."""

from enum import Enum

from verifier.language import System, abstracts, event, ghost, observer, record, step


class Task(Enum):
    """Who runs."""

    A = 0
    B = 1


@ghost
class Memory:
    """What is remembered."""

    latest: bool = False


@event
class Access:
    """What happens."""

    executed: bool = False
    by: Task = Task.A


@record
class Machine:
    """What there is."""

    busy: bool = False
    current: Task = Task.A
    memory: Memory = Memory()
    access: Access = Access()


@observer("a use")
def note(machine: Machine, value: bool) -> None:
    """Note it."""
    if machine.busy:
        machine.memory.latest = value
    machine.access.by = machine.current
    if machine.memory.latest:
        machine.access.executed = True


@abstracts("a check")
def check(machine: Machine) -> None:
    """Check it."""
    assert machine.current == Task.A


@step
def use(machine: Machine, go: bool) -> None:
    """Use it."""
    machine.busy = go
    if go:
        note(machine, machine.busy)
        check(machine)
    machine.current = Task.B if machine.current == Task.A else Task.A
    machine.busy = not go
    if machine.current == Task.B:
        machine.busy = False
    assert not machine.busy or machine.current == Task.A
    if machine.busy and go:
        raise AssertionError("busy")


machine = System("machine/one", Machine(), (use,))
'''


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """The machine's."""
    for name, text in (("models/machine.py", MODEL), ("properties/none.py", '"""None."""\n')):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "machine"\n')
    catalogue = load(tmp_path)
    system = catalogue.systems["machine/one"]
    return cut_of(system)


def cases(cut: Cut) -> Iterator[dict[str, bool]]:
    """Every state, value that is read once something is written, and choice of the step."""
    circuit = cut.behaviour.circuit
    names = [latch.name for latch in circuit.latches]
    free = [name for name in names if name.split()[0] not in OUT]
    free.append("noted memory.latest")
    for bits in product((False, True), repeat=len(free) + 1):
        yield dict(zip((*free, "choice:0"), bits, strict=True)) | {"step:0": True}


OUT = ("noted", "left")


def taken(cut: Cut, case: Mapping[str, bool]) -> dict[str, bool]:
    """What the circuit notes and says of a case."""
    circuit = cut.behaviour.circuit
    variables = {
        each.literal: int(case.get(each.name, False))
        for some in (circuit.latches, circuit.inputs)
        for each in some
    }
    roots = {each.name: each.next for each in circuit.latches if each.name.split()[0] in OUT}
    roots |= circuit.bad
    found = circuit.graph.evaluate(roots.values(), variables)
    return dict(zip(roots, map(bool, found), strict=True))


def by_hand(case: Mapping[str, bool]) -> dict[str, bool]:
    """The same, from what the model's text says."""
    go, busy, is_b = case["choice:0"], case["after write 1 of busy"], case["current#0"]
    becomes_b = case["after write 1 of current#0"]
    last_busy = case[f"after write {3 if becomes_b else 2} of busy"]
    writes = go and busy
    latest = writes or case["noted memory.latest"]
    executed, by = go and latest, go and is_b
    said = {"memory.latest": latest, "access.executed": executed, "access.by#0": by}
    return {f"{prefix} {name}": value for prefix in OUT for name, value in said.items()} | {
        "fires:use": True,
        "fails models/machine.py:53:check": go and is_b,
        "fails models/machine.py:67:use": last_busy and becomes_b,
        "fails models/machine.py:68:use": last_busy and go,
        "write 1 of busy": True,
        "write 2 of busy": True,
        "write 3 of busy": becomes_b,
        "write 1 of current": True,
        "write 2 of current": False,
        "write 1 of memory.latest": writes,
        "write 1 of access.by": go,
        "write 1 of access.executed": executed,
    }


def test_what_is_read_is_any_value_before_and_after_it_is_written(cut: Cut) -> None:
    differing = [
        (name, case)
        for case in cases(cut)
        for found in [taken(cut, case)]
        for name, value in by_hand(case).items()
        if found.get(name, False) != value
    ]
    assert differing == []


def test_who_writes_and_what_is_asserted(cut: Cut) -> None:
    assert cut.noted == {"memory.latest", "access.by", "access.executed"}
    assert cut.written == set()
    assert cut.asserted == {
        "models/machine.py:53:check": "assert machine.current == Task.A",
        "models/machine.py:67:use": "assert not machine.busy or machine.current == Task.A",
        "models/machine.py:68:use": "if machine.busy and go",
    }


@pytest.mark.parametrize("name", ["native/lazy-v3.4", "kvm-vmx/v3.4", "stack/kvm-linux"])
def test_kernels_that_nest_their_handlers_are_explored(name: str) -> None:
    """What ends the nesting in a system has any value here."""
    catalogue = load(bundled_root())
    system = catalogue.systems[name]
    cut = cut_of(system)
    assert cut.noted
    assert cut.asserted
    assert {f"fires:{step.name}" for step in system.actions} <= cut.behaviour.circuit.bad.keys()
