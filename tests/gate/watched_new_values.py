"""Kernels that get a value which what they note and assert did not look at, or did."""

from tests.gate.watched import ASSERTED, CALL, Edits

STATE: Edits = (
    (
        "@ghost\nclass Registers",
        "class State(Enum):\n    RUN = 0\n    IDLE = 1\n\n\n@ghost\nclass Registers",
    ),
    ("    ts: bool = True\n", "    ts: bool = True\n    state: State = State.RUN\n"),
)
CHOICE: Edits = (
    *STATE,
    ("def use_fpu(machine: Machine)", "def use_fpu(machine: Machine, state: State)"),
)
HALTED = ("    IDLE = 1\n", "    IDLE = 1\n    HALTED = 2\n")
READ = CALL.replace("if ", "if machine.state != State.IDLE and ")
FINDS = "    machine.access.finds = machine.registers.owner\n"
LESS_OF_NEW: dict[str, tuple[str, Edits, Edits]] = {
    "an assertion exempts it": (
        "assert not machine.held[next_task] and machine.ts",
        STATE,
        (
            HALTED,
            (
                ASSERTED,
                ASSERTED.replace("assert not", "assert machine.state == State.HALTED or not"),
            ),
        ),
    ),
    "an assertion is behind a condition": (
        "assert not machine.held[next_task] and machine.ts",
        STATE,
        (HALTED, (ASSERTED, f"    if machine.state != State.HALTED:\n    {ASSERTED}")),
    ),
    "an assertion is behind an assumption": (
        "assert not machine.held[next_task] and machine.ts",
        STATE,
        (HALTED, (ASSERTED, f"    assume(machine.state != State.HALTED)\n{ASSERTED}")),
    ),
    "nothing is noted": (
        "use_fpu",
        STATE,
        (
            HALTED,
            (CALL, CALL.replace("if ", "if machine.state != State.HALTED and ")),
        ),
    ),
    "a note is behind an assumption": (
        "use_fpu",
        STATE,
        (HALTED, (CALL, f"    assume(machine.state != State.HALTED)\n{CALL}")),
    ),
    "something else is noted": (
        "use_fpu",
        STATE,
        (
            HALTED,
            (
                FINDS,
                f"    if machine.state == State.HALTED:\n"
                f"        machine.access.finds = machine.current\n    else:\n    {FINDS}",
            ),
        ),
    ),
    "a choice has it, and nothing is noted": (
        "use_fpu",
        CHOICE,
        (HALTED, (CALL, CALL.replace("if ", "if state != State.HALTED and "))),
    ),
    "a note that looked at the field is not left": (
        "use_fpu",
        (*STATE, (CALL, READ)),
        (HALTED, (READ, READ.replace("!= State.IDLE", "== State.RUN"))),
    ),
}
"""As in LESS_AT."""
AS_MUCH_OF_NEW: dict[str, tuple[Edits, Edits]] = {
    "steps do something else there": (
        STATE,
        (
            HALTED,
            (
                "    machine.busy = True\n",
                "    machine.busy = machine.state != State.HALTED\n",
            ),
        ),
    ),
    "steps are written otherwise": (
        CHOICE,
        (
            HALTED,
            (CALL, f"    if state == State.HALTED:\n        machine.busy = True\n{CALL}"),
            ("    machine.busy = False\n", "    idle = False\n    machine.busy = idle\n"),
        ),
    ),
    "it is only added where what is noted looks at it": ((*STATE, (CALL, READ)), (HALTED,)),
}
