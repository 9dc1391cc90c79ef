"""The smallest kernel that has all that an edit can take from the judges, as the texts of files."""

from pathlib import Path

IMPORTED = "from models.machine import Access, Machine, Task\n"
"""What each module but that of the records imports."""


def module(doc: str, language: str, *parts: str) -> str:
    """A module with a docstring, what it needs of the language, and its parts."""
    head = f'"""{doc}"""\n\n{IMPORTED}from verifier.language import {language}\n'
    return "\n\n".join([head, *parts])


MACHINE = '''"""One CPU and two tasks; `ts` is CR0.TS: FPU instructions fault while it is set."""

from enum import Enum

from verifier.language import event, ghost, record


class Task(Enum):
    """Who the registers can belong to."""

    A = 0
    B = 1


@ghost
class Registers:
    """Whose data is in them."""

    owner: Task = Task.A


@event
class Access:
    """An FPU instruction that did not fault."""

    executed: bool = False
    by: Task = Task.A
    owner: Task = Task.A


@record
class Machine:
    """The CPU, and whether the kernel is lazy."""

    ts: bool = True
    lazy: bool = True
    current: Task = Task.A
    registers: Registers = Registers()
    access: Access = Access()
'''
HANDLER = '''@abstracts("the handler of #NM")
def load_registers(machine: Machine) -> None:
    """Give the registers to the current task."""
    machine.ts = False
    machine.registers.owner = machine.current
'''
OBSERVER = '''@observer("what an FPU instruction finds")
def note_access(machine: Machine) -> None:
    """Note whose registers the current task finds."""
    machine.access.executed = True
    machine.access.by = machine.current
    machine.access.owner = machine.registers.owner
'''
USE = '''@step
def use_fpu(machine: Machine) -> None:
    """The current task executes an FPU instruction."""
    if machine.ts:
        load_registers(machine)
    note_access(machine)
'''
SWITCH = '''@step
def switch_to(machine: Machine, next_task: Task) -> None:
    """Switch tasks; the registers stay."""
    assume(next_task != machine.current)
    machine.ts = machine.lazy
    machine.current = next_task
'''
SYSTEM = 'lazy = System("kernel/lazy", Machine(), (use_fpu, switch_to))\n'
CLAIM = '''@always("isolation")
def a_task_finds_its_own(access: Access, machine: Machine) -> bool:
    """Whoever executes an FPU instruction finds its own registers, and is the current task."""
    return not access.executed or (access.owner == access.by and access.by == machine.current)
'''
CASE = '''@sometimes("isolation")
def b_uses_the_fpu(access: Access) -> bool:
    """The second task gets to use the registers too."""
    return access.executed and access.by == Task.B
'''
TS_IS_CLEAR = '''@always("control")
def ts_is_clear(access: Access, machine: Machine) -> bool:
    """No FPU instruction goes on while CR0.TS is set."""
    return not access.executed or not machine.ts
'''
IT_IS_LAZY = '''@always("strategy")
def it_is_lazy(machine: Machine) -> bool:
    """It never becomes eager."""
    return machine.lazy
'''
RULES = "abstracts, assume, observer, step, System"
JUDGES = "always, sometimes"
FILES = {
    "pyproject.toml": '[project]\nname = "tiny"\n\n[tool.nestproof]\n',
    "models/machine.py": MACHINE,
    "models/kernel.py": module(
        "A kernel that loads registers late.", RULES, HANDLER, OBSERVER, USE, SWITCH, SYSTEM
    ),
    "properties/isolation.py": module("No task sees others' registers.", JUDGES, CLAIM, CASE),
    "properties/control.py": module("The handler clears CR0.TS.", JUDGES, TS_IS_CLEAR),
    "properties/strategy.py": module("The kernel stays lazy.", JUDGES, IT_IS_LAZY),
}


def write(folder: Path) -> None:
    """The project, without evidence and verdicts."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
