"""A monitor in whose loop every step enters the guest, and handles the exit that comes of it."""

from enum import Enum

from verifier.language import (
    Act,
    Family,
    Lane,
    Lanes,
    Moment,
    Presentation,
    System,
    Table,
    abstracts,
    event,
    ghost,
    observer,
    record,
    step,
)


class Who(Enum):
    """Whose registers there are."""

    MONITOR = 0
    GUEST = 1


@ghost
class Contents:
    """Whose values are in a set of registers."""

    owner: Who = Who.MONITOR


@record
class Vcpu:
    """What the monitor stores for its guest."""

    loaded: bool = False
    image: Contents = Contents(owner=Who.GUEST)


@event
class Use:
    """A use of the registers."""

    happens: bool = False
    by: Who = Who.MONITOR
    found: Contents = Contents()


@record
class Machine:
    """One processor; between two steps the monitor runs."""

    registers: Contents = Contents()
    vcpu: Vcpu = Vcpu()
    own: Family[Who, Contents] = Family({Who.GUEST: Contents(owner=Who.GUEST)})
    use: Use = Use()


@abstracts("the monitor's handler of a use that exits")
def handle_exit(machine: Machine) -> None:
    """Load the guest's registers."""
    machine.own[Who.MONITOR] = machine.registers
    machine.registers = machine.vcpu.image
    machine.vcpu.loaded = True


@step
def run_guest(machine: Machine) -> None:
    """The guest uses its registers, which exits unless they are loaded."""
    if not machine.vcpu.loaded:
        handle_exit(machine)
    note_use(machine, Who.GUEST)


@step
def monitor_uses_registers(machine: Machine) -> None:
    """The monitor uses registers of its own."""
    note_use(machine, Who.MONITOR)


@observer("what a use of the registers finds")
def note_use(machine: Machine, by: Who) -> None:
    """What is there, and that it is its user's from now on."""
    machine.use.happens = True
    machine.use.by = by
    machine.use.found = machine.registers
    machine.registers = Contents(owner=by)


def acts(now: Moment[Machine]) -> Act:
    """The guest's turn is over before the step is."""
    if not now.ran(run_guest):
        return Act(does="the monitor uses the registers", by="the monitor")
    label = "exit, handled" if now.ran(handle_exit) else ""
    return Act(label=label, passes=("guest",), does="the guest uses the registers", by="the guest")


SHOWN: Presentation[Machine] = Presentation(
    lanes=Lanes(
        lambda _: "monitor",
        (Lane("monitor", "the monitor"), Lane("guest", "its guest")),
        enters="entry",
        leaves="exit",
    ),
    acts=acts,
    tables=(
        Table("monitor", "the monitor", lambda machine: machine.vcpu.loaded),
        Table("data", "whose data is where", lambda machine: machine, by_code=False),
    ),
)
"""How people are shown executions."""

loop = System(
    "handled/loop",
    Machine(),
    (run_guest, monitor_uses_registers),
    "does not give the registers back",
    presentation=SHOWN,
)
