"""A hypervisor whose guests each have a trap bit: registers are loaded when a guest uses them."""

from collections.abc import Callable, Iterator
from enum import Enum

from verifier.language import (
    Act,
    Belief,
    Beliefs,
    Family,
    Lane,
    Lanes,
    Moment,
    Presentation,
    System,
    Table,
    event,
    ghost,
    models,
    observer,
    record,
    step,
)


class Name(Enum):
    """A guest."""

    A = 0
    B = 1


@ghost
class Contents:
    """Whose values are in a set of registers."""

    owner: Name = Name.A


@record
class Control:
    """The register that says what traps."""

    trap: bool = False
    single_step: bool = False


@record
class Guest:
    """What the hypervisor stores for a guest."""

    regs: Contents = Contents()
    control: Control = Control()


@event
class Use:
    """A guest's use of the registers."""

    happens: bool = False
    faults: bool = False
    by: Name = Name.A
    found: Contents = Contents()


@record
class Machine:
    """One processor, and the hypervisor's variables."""

    control: Control = Control()
    registers: Contents = Contents()
    current: Name = Name.A
    owner: Name = Name.A
    guests: Family[Name, Guest] = Family({Name.B: Guest(regs=Contents(owner=Name.B))})
    use: Use = Use()


@models("trap.c", "run_next", since="v1")
def run_next(machine: Machine, to: Name) -> None:
    """Another guest runs."""
    machine.current = to
    machine.control = machine.guests[to].control
    machine.control.trap = machine.guests[to].control.trap | (machine.owner != to)


@models("trap.c", "handle_use", since="v1")
def handle_use(machine: Machine) -> bool:
    """Whether the guest gets a fault."""
    current = machine.current
    if machine.guests[current].control.trap:
        return True
    machine.guests[machine.owner].regs = machine.registers
    machine.registers = machine.guests[current].regs
    machine.owner = current
    machine.control.trap = False
    return False


@models("trap.c", "handle_write_control", since="v1")
def handle_write_control(machine: Machine, trap: bool, single_step: bool) -> None:
    """A guest writes its register."""
    guest = machine.guests[machine.current]
    guest.control = Control(trap=trap, single_step=single_step)
    machine.control = guest.control


@step
def guest_uses_registers(machine: Machine) -> None:
    """The running guest uses the registers."""
    faults = False
    if machine.control.trap:
        faults = handle_use(machine)
    note_use(machine, faults)


@step
def guest_writes_control(machine: Machine, trap: bool, single_step: bool) -> None:
    """The running guest writes its register."""
    handle_write_control(machine, trap, single_step)


@step
def schedule(machine: Machine, to: Name) -> None:
    """The hypervisor runs a guest."""
    run_next(machine, to)


@observer("what a guest finds when it uses the registers")
def note_use(machine: Machine, faults: bool) -> None:
    """What the hardware does."""
    current = machine.current
    machine.use.happens = True
    machine.use.faults = faults
    machine.use.by = current
    machine.use.found = machine.registers
    if not faults:
        machine.registers = Contents(owner=current)


def acts(now: Moment[Machine]) -> Act:
    """Every write and every use that traps is handled by the hypervisor within the step."""
    who = now.before.current.name
    if now.ran(schedule):
        return Act(by="the hypervisor")
    uses = f"{who} uses the registers" if now.ran(guest_uses_registers) else ""
    exits = now.ran(handle_use, handle_write_control)
    return Act(does=uses, by=who, passes=("host",) if exits else ())


def beliefs(machine: Machine, bit: Callable[[Control], bool]) -> Iterator[Belief]:
    """What the processor has for each guest, and what the guest has written."""
    for name in Name:
        runs, written = machine.current == name, bit(machine.guests[name].control)
        real = bit(machine.control) if runs else None
        yield Belief(name.name, "its register", (real, written), runs)


SHOWN: Presentation[Machine] = Presentation(
    lanes=Lanes(
        lambda machine: machine.current.name,
        (Lane("host", "the hypervisor"), Lane("A", "guest A"), Lane("B", "guest B")),
        leaves="exit",
    ),
    acts=acts,
    beliefs=Beliefs(
        of=lambda machine: machine.control,
        bits={
            "single step": lambda control: control.single_step,
            "trap": lambda control: control.trap,
        },
        rows=beliefs,
        columns=("real", "written"),
        actual="real",
        assumed="written",
    ),
    tables=(
        Table("host", "the hypervisor", lambda machine: machine),
        Table("seen", "seen", lambda machine: machine.use, by_code=False),
    ),
)
first = System(
    "trapping/v1",
    Machine(),
    (guest_uses_registers, guest_writes_control, schedule),
    "forgets who owns the registers",
    presentation=SHOWN,
)
