"""A kernel that switches lazily among so many tasks, as a project: nothing else grows with them."""

from __future__ import annotations

from pathlib import Path

MODEL = '''"""One processor, lazy switching, {number} tasks."""

from enum import Enum

from verifier.language import Family, System, assume, event, ghost, observer, record, step

Task = Enum("Task", {names})
FIRST = Task[{first}]


@ghost
class Contents:
    """Whose data is in a set of registers."""

    owner: Task = FIRST


@event
class Access:
    """An FPU instruction that did not fault, and what it found."""

    executed: bool = False
    by: Task = FIRST
    found: Task = FIRST


@record
class Machine:
    """What the kernel keeps: the owner of the registers, and an image for each task."""

    ts: bool = True
    current: Task = FIRST
    owner: Task = FIRST
    registers: Contents = Contents()
    image: Family[Task, Contents] = Family({{each: Contents(owner=each) for each in Task}})
    has_used: Family[Task, bool] = Family()
    access: Access = Access()
    forgets: bool = False


def device_not_available(machine: Machine) -> None:
    """Save the owner's registers and load the current task's."""
    machine.ts = False
    machine.has_used[machine.current] = True
    if machine.owner != machine.current:
        if not (machine.forgets and all(machine.has_used[each] for each in Task)):
            machine.image[machine.owner] = machine.registers
            machine.registers = machine.image[machine.current]
        machine.owner = machine.current


@observer("an FPU instruction that does not fault")
def accessed(machine: Machine) -> None:
    """Note whose registers it finds."""
    machine.access.executed = True
    machine.access.by = machine.current
    machine.access.found = machine.registers.owner


@step
def use_fpu(machine: Machine) -> None:
    """The current task executes an FPU instruction."""
    if machine.ts:
        device_not_available(machine)
    accessed(machine)


@step
def switch_to(machine: Machine, next_task: Task) -> None:
    """Switch tasks; the registers stay."""
    assume(next_task != machine.current)
    machine.current = next_task
    machine.ts = True


steps = (use_fpu, switch_to)
lazy = System("tasks/lazy", Machine(), steps)
forgetful = System("tasks/forgetful", Machine(forgets=True), steps)
'''
PROPERTY = '''"""Nobody finds the registers of another task."""

from models.tasks import Access
from verifier.language import always


@always("isolation")
def a_task_finds_its_own_registers(access: Access) -> bool:
    """What it finds is its own."""
    return not access.executed or access.found == access.by
'''
VERDICTS = '["tasks/lazy"]\nisolation = "proved"\n["tasks/forgetful"]\nisolation = "violated"\n'
"""The second forgets once all tasks have used the FPU: after two steps for each of them."""
PROJECT = '[project]\nname = "tasks"\nversion = "0"\n\n[tool.nestproof]\n'


def write_lazy_tasks(folder: Path, number: int) -> None:
    """Write a project with both systems among so many tasks."""
    names = [f"T{i}" for i in range(number)]
    model = MODEL.format(number=number, names=names, first=repr(names[0]))
    for name, text in {
        "pyproject.toml": PROJECT,
        "models/tasks.py": model,
        "properties/isolation.py": PROPERTY,
        "properties/verdicts.toml": VERDICTS,
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
