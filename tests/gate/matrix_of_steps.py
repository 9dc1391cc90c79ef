"""The rows of the matrix that are about steps: what is noted of them, and when they go on."""

from tests.gate.bypasses import both
from tests.gate.hiding import (
    KERNEL,
    MACHINE,
    Cell,
    breaks,
    cell,
    edited,
    imported,
    renamed,
    written,
)
from tests.gate.tiny import HANDLER, OBSERVER, SWITCH, USE, module

SEEN = "claim:observed/use_fpu"
EXECUTED = "machine.access.executed = True"
BLIND = "machine.access.executed = machine.current == Task.B"
ASKING = OBSERVER.replace("executed = True", "executed = seen(machine)")
IS_SEEN = "def seen(machine: Machine) -> bool:\n    return True\n"
WATCHING = "ALL = (Task.A, Task.B)\nSOME = (Task.B,)\n"
WATCH = '''@dataclass(frozen=True)
class Watch:
    """Who is watched."""

    all: bool = True


@record'''
observes_elsewhere = both(
    written("models/observing.py", module("What is seen.", "observer", OBSERVER)),
    edited(KERNEL, OBSERVER, ""),
    imported("note_access", "models.observing"),
)
sees_less = edited(KERNEL, EXECUTED, BLIND)
asks_what_is_seen = edited(KERNEL, OBSERVER, f"{IS_SEEN}\n\n{ASKING}")
nothing_is_seen = edited(KERNEL, "return True", "return machine.current == Task.B")

TICK = '''@abstracts("time")
def tick(machine: Machine) -> None:
    """Time passes."""
    machine.even = not machine.even
'''
EXECUTE = '''@abstracts("an instruction")
def execute(machine: Machine) -> None:
    """Execute it."""
    note_access(machine)
'''
time_passes = both(
    edited(
        MACHINE,
        "lazy: bool = True",
        "lazy: bool = True\n    even: bool = False\n    odd: bool = False",
    ),
    edited(KERNEL, HANDLER, f"{HANDLER}\n\n{TICK}"),
    edited(KERNEL, USE, f"{USE}    tick(machine)\n"),
)
passes_otherwise = edited(
    KERNEL,
    "machine.even = not machine.even",
    "machine.even = not machine.even\n    machine.odd = not machine.odd",
)
"""So that no step does the same to all fields."""
SEES_LESS = {
    "in one commit": cell(SEEN, breaks, sees_less),
    "split over two commits": Cell(
        (asks_what_is_seen, both(breaks, nothing_is_seen)), SEEN, loses=2
    ),
    "with a new name": cell(SEEN, breaks, sees_less, renamed("note_access", "see", KERNEL)),
    "in another file": cell(
        SEEN, breaks, observes_elsewhere, edited("models/observing.py", EXECUTED, BLIND)
    ),
    "by an import": cell(
        SEEN,
        breaks,
        written(
            "models/blind.py",
            module("What is seen.", "observer", OBSERVER.replace(EXECUTED, BLIND)),
        ),
        edited(KERNEL, "models.observing", "models.blind"),
        base=observes_elsewhere,
    ),
    "by what steps call, too": cell(
        SEEN,
        both(breaks, passes_otherwise),
        nothing_is_seen,
        base=both(
            time_passes,
            asks_what_is_seen,
            edited(KERNEL, "if machine.ts:", "if machine.ts and seen(machine):"),
        ),
    ),
    "by a call of what only calls it": cell(
        SEEN,
        both(breaks, passes_otherwise),
        edited(KERNEL, "    execute(m", "    if machine.current == Task.B:\n        execute(m"),
        base=both(
            time_passes,
            edited(KERNEL, USE, f"{EXECUTE}\n\n{USE}"),
            edited(KERNEL, "(machine)\n    note_access(m", "(machine)\n    execute(m"),
        ),
    ),
    "by what a condition on it asks": cell(
        SEEN,
        both(breaks, passes_otherwise),
        nothing_is_seen,
        base=both(
            time_passes,
            edited(KERNEL, HANDLER, f"{IS_SEEN}\n\n{HANDLER}"),
            edited(KERNEL, "    note_access(m", "    if seen(machine):\n        note_access(m"),
        ),
    ),
    "by a constant of the system": cell(
        SEEN,
        both(breaks, passes_otherwise),
        edited(MACHINE, "all: bool = True", "all: bool = False"),
        base=both(
            time_passes,
            edited(MACHINE, "@record", WATCH),
            edited(MACHINE, "from enum", "from dataclasses import dataclass\nfrom enum"),
            edited(MACHINE, "    ts: bool", "    watch: Watch = Watch()\n    ts: bool"),
            edited(KERNEL, EXECUTED, f"{BLIND} or machine.watch.all"),
        ),
    ),
    "by a call under another name": cell(
        SEEN,
        both(breaks, passes_otherwise),
        edited(KERNEL, "    look(m", "    if machine.current == Task.B:\n        look(m"),
        base=both(
            time_passes,
            observes_elsewhere,
            edited(KERNEL, "import note_access", "import note_access as look"),
            edited(KERNEL, "    note_access(m", "    look(m"),
        ),
    ),
    "by a constant that is imported": cell(
        SEEN,
        both(breaks, passes_otherwise),
        edited(KERNEL, "import ALL as WATCHED", "import SOME as WATCHED"),
        base=both(
            time_passes,
            written("models/watching.py", module("Who is watched.", "record", WATCHING)),
            imported("ALL as WATCHED", "models.watching"),
            edited(KERNEL, EXECUTED, "machine.access.executed = machine.current in WATCHED"),
        ),
    ),
}

NARROWER = "step:switch_to"
ALL, SOME = "next_task != machine.current", "next_task == Task.B != machine.current"
MAY = f"def may(machine: Machine, next_task: Task) -> bool:\n    return {ALL}\n"
asks = edited(KERNEL, f"assume({ALL})", "assume(may(machine, next_task))")
asks_elsewhere = both(
    written("models/guard.py", module("Which switches there are.", "record", MAY)),
    asks,
    imported("may", "models.guard"),
)
excludes = edited(KERNEL, ALL, SOME)
CASE_EXCLUDED = {
    "in one commit": cell(NARROWER, breaks, excludes),
    "split over two commits": Cell(
        (
            both(asks, edited(KERNEL, HANDLER, f"{MAY}\n\n{HANDLER}")),
            both(breaks, excludes),
        ),
        NARROWER,
        loses=2,
    ),
    "with a new name": cell(NARROWER, breaks, excludes, renamed("switch_to", "schedule", KERNEL)),
    "in another file": cell(
        NARROWER,
        breaks,
        edited(KERNEL, SWITCH, ""),
        written(
            "models/scheduling.py",
            module("Who runs.", "assume, step", SWITCH.replace(ALL, SOME)),
        ),
        imported("switch_to", "models.scheduling"),
    ),
    "by an import": cell(
        NARROWER,
        breaks,
        written(
            "models/busy.py",
            module("Which switches there are.", "record", MAY.replace(ALL, SOME)),
        ),
        edited(KERNEL, "models.guard", "models.busy"),
        base=asks_elsewhere,
    ),
}
