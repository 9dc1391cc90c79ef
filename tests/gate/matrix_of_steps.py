"""The rows of the matrix that are about steps: what is noted of them, and when they go on."""

from tests.gate.bypasses import both
from tests.gate.hiding import KERNEL, Cell, breaks, cell, edited, imported, renamed, written
from tests.gate.tiny import HANDLER, OBSERVER, SWITCH, module

SEEN, NOTED = "claim:observer/note_access", "claim:observed/use_fpu"
EXECUTED = "machine.access.executed = True"
BLIND = "machine.access.executed = machine.current == Task.B"
ASKING = OBSERVER.replace("executed = True", "executed = seen(machine)")
IS_SEEN = "def seen(machine: Machine) -> bool:\n    return True\n"
observes_elsewhere = both(
    written("models/observing.py", module("What is seen.", "observer", OBSERVER)),
    edited(KERNEL, OBSERVER, ""),
    imported("note_access", "models.observing"),
)
SEES_LESS = {
    "in one commit": cell(SEEN, breaks, edited(KERNEL, EXECUTED, BLIND)),
    "split over two commits": Cell(
        (
            edited(KERNEL, OBSERVER, f"{IS_SEEN}\n\n{ASKING}"),
            both(breaks, edited(KERNEL, "return True", "return machine.current == Task.B")),
        ),
        NOTED,
        loses=2,
    ),
    "with a new name": cell(
        SEEN, breaks, edited(KERNEL, EXECUTED, BLIND), renamed("note_access", "see", KERNEL)
    ),
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
