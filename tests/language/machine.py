"""A small machine whose steps do everything that a log shows; its lines are marked by words."""

from enum import Enum

from verifier.language import Family, System, abstracts, assume, event, observer, record, step


class Task(Enum):
    A = 0
    B = 1


@record
class Cpu:
    ts: bool = True
    owner: Task = Task.A


@event
class Seen:
    task: Task = Task.A


@record
class State:
    cpu: Cpu = Cpu()
    saved: Family[Task, Cpu] = Family()
    on: bool = False
    seen: Seen = Seen()


@abstracts("takes the unit")
def take_unit(s: State, task: Task) -> Cpu:
    if s.cpu.owner == task:
        return s.cpu
    s.cpu.owner = task  # owner
    clear(s.cpu)  # clear
    return s.cpu


@abstracts("clears TS")
def clear(cpu: Cpu) -> None:
    cpu.ts = False  # ts


@observer("notes who runs")
def note(s: State, task: Task) -> None:
    s.seen.task = task  # seen


@step
def switch(s: State, to: Task) -> None:
    note(s, to)  # note
    took = take_unit(s, to)  # take
    s.saved[to] = took  # saved
    plain(s)
    took.ts = True  # again


def plain(s: State) -> None:
    s.on = not s.on  # on


@step
def late(s: State, bit: bool, other: bool) -> None:
    s.on = True
    s.saved[Task.B] = Cpu(ts=False)
    note(s, Task.A)
    assert other
    needs(bit)
    must(s)


@abstracts("assumes")
def needs(bit: bool) -> None:
    assume(bit)


@abstracts("asserts")
def must(s: State) -> None:
    assert s.cpu.ts, "TS is set"


@step
def broken(s: State) -> None:
    s.on = True
    {Task.A: 1}[Task.B]


SYSTEM = System("concrete/log", State(), (switch, late), arbitrary=("cpu.*",))
