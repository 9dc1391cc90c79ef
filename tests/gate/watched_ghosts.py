"""Kernels in which it does not show by names who writes a ghost."""

from tests.gate.watched import CALL, STEP, Edits

LOAD = "        load_registers(machine)\n"
THROUGH_CONSTANT: Edits = (
    (
        "from dataclasses import dataclass\nfrom enum import Enum\n",
        "from collections.abc import Callable\nfrom dataclasses import dataclass\n"
        "from enum import Enum\nfrom typing import Any\n",
    ),
    (
        "@record\nclass Machine",
        "@dataclass(frozen=True)\nclass Ops:\n    load: Callable[[Any], None]\n\n\n"
        "@record\nclass Machine",
    ),
    ("    ts: bool = True\n", "    ops: Ops\n    ts: bool = True\n"),
    ("Machine(), (", "Machine(ops=Ops(load_registers)), ("),
    (LOAD, "        machine.ops.load(machine)\n"),
)
NOTE = "machine.memory.used = machine.dead"
LIKE_A_FIELD: Edits = (
    ("class Access:", "class Access:\n    safe: bool = True"),
    (
        "@record\nclass Machine",
        "@record\nclass Timer:\n    used: bool = False\n    memory: bool = False\n\n\n"
        "@record\nclass Machine",
    ),
    ("    ts: bool = True\n", "    ts: bool = True\n    timer: Timer = Timer()\n"),
    (
        STEP,
        '@observer("whether it is dead")\ndef note_dead(machine: Machine) -> None:\n'
        f'    {NOTE}\n\n\n@observer("what was noted")\ndef note_end(machine: Machine) -> None:\n'
        "    machine.access.safe = machine.memory.used\n    machine.memory.used = True\n\n\n"
        f"{STEP}",
    ),
    (
        CALL,
        "    machine.timer.used = not machine.timer.memory\n"
        "    note_dead(machine)\n    note_end(machine)\n",
    ),
)
LESS_IN_GHOSTS: dict[str, tuple[str, Edits, Edits]] = {
    "a ghost that a function of a constant writes": (
        "use_fpu",
        THROUGH_CONSTANT,
        (
            (CALL, ""),
            ("    if machine.ts:\n", "    note_access(machine, machine.ts)\n    if machine.ts:\n"),
            ("def note_access(machine: Machine)", "def note_access(machine: Machine, late: bool)"),
            (
                "finds = machine.registers.owner",
                "finds = machine.current if late else machine.registers.owner",
            ),
        ),
    ),
    "a note that is read back, and is called like a field": (
        "use_fpu",
        LIKE_A_FIELD,
        ((NOTE, "machine.memory.used = True"),),
    ),
}
"""As in LESS_AT."""
