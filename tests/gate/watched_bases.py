"""Kernels that are watched in other ways, and edits of what they note and assert."""

from tests.gate.watched import ASSERTED, EVENT, RELEASED, STEP, Edits

BUSY = "    CHECK(machine)\n"
NOTES_SAFE = (
    ("class Access:", "class Access:\n    safe: bool = True"),
    (
        STEP,
        '@observer("whether it is safe")\ndef note_safe(machine: Machine) -> None:\n'
        f"    machine.access.safe = machine.dead\n\n\n{STEP}",
    ),
)
TAKE, RELEASE = "    machine.dead = True\n", "    assume(machine.dead)\n    machine.dead = False\n"
LOCKED: Edits = (
    ("    machine.busy = True\n", f"{TAKE}    machine.busy = True\n"),
    ("    machine.current = next_task\n", f"    machine.current = next_task\n{RELEASE}"),
)
RAISES = "        raise AssertionError\n"
IF_HELD = "    if machine.held[next_task] or not machine.ts:\n"
TWICE = """def twice(machine: Machine, left: bool, more: bool) -> bool:
    if left:
        return twice(machine, more, False)
    return machine.ts


"""
SETTLED = f"""@abstracts("asks twice")
{TWICE}@abstracts("asks twice for the first task")
def settled(machine: Machine, task: Task) -> None:
    if task == Task.A:
        twice(machine, True, True)
    else:
        assert not machine.busy, "still busy"


"""
FOUND = f"    if machine.busy:\n        left = True\n    else:\n{{}}{BUSY}    machine.ts = left\n"
BACK = """@step
def switch_back(machine: Machine, next_task: Task) -> None:
    assume(next_task != machine.current)
    assume(machine.current == Task.B)
    machine.busy = True
    machine.held[machine.current] = True
    machine.current = next_task
    machine.ts = True
    machine.held[next_task] = False
    machine.switched.held = machine.held[next_task]
    machine.busy = False


kernel = """
OFF = BACK.removesuffix("kernel = ").replace("switch_back", "switch_off")
UNWRITTEN: Edits = (("    machine.busy = True\n", ""), ("    machine.busy = False\n", ""))
"""What an assertion reads is not written any more, so that it is compared in two ways."""
GROWN = ("    B = 1\n", "    B = 1\n    C = 2\n")
BOTH: Edits = (
    ("kernel = ", BACK),
    ("(use_fpu, switch_to)", "(use_fpu, switch_to, switch_back)"),
)
WHOLE = BACK.replace("    machine.busy = False\n", f"    machine.busy = False\n{BUSY}{ASSERTED}")
USED = '    assert not machine.dead, "nobody runs"\n'
MORE = """    if more:
        machine.dead = False
        assert not machine.dead and machine.ts, "more"
"""
USE_MORE = """@step
def use_more(machine: Machine) -> None:
    assert not machine.dead, "nobody runs"
    machine.dead = False
    if machine.ts:
        load_registers(machine)
    if machine.is_watched:
        note_access(machine)


kernel = """
TABLE: Edits = (
    (EVENT, "    machine.switched.held = {Task.A: False, Task.B: True}[machine.current]\n"),
)
PLAIN: Edits = (
    *TABLE,
    (BUSY, f"{BUSY}    machine.dead = (False, True)[machine.ts] and machine.current.value > 0\n"),
)
"""What a circuit of whole steps has only where a path decides it."""
TUNED: Edits = (
    GROWN,
    (
        RELEASED,
        f'{RELEASED}    machine.current = Task.B\n    assert machine.current == Task.B, "b"\n'
        "    if machine.current != next_task:\n        machine.current = next_task\n",
    ),
)
LESS_AT: dict[str, tuple[str, Edits, Edits]] = {
    "an assertion before what the step assumes of the same": (
        "assert machine.dead",
        (*LOCKED, (RELEASE, f"    assert machine.dead\n{RELEASE}")),
        (("    assert machine.dead\n", ""),),
    ),
    "a note before what the step assumes of the same": (
        "switch_to",
        (*LOCKED, *NOTES_SAFE, (RELEASE, f"    note_safe(machine)\n{RELEASE}")),
        (
            ("machine.access.safe = machine.dead", "machine.access.safe = True"),
            (f"{TAKE}    machine.busy", "    machine.busy"),
            (RELEASE, TAKE + RELEASE),
        ),
    ),
    "an assertion on a path that goes wrong behind it": (
        "assert False",
        ((BUSY, FOUND.format('        assert False, "idle"\n')),),
        (('        assert False, "idle"\n', "        left = False\n"),),
    ),
    "a note on a path that goes wrong behind it": (
        "switch_to",
        (*NOTES_SAFE, (BUSY, FOUND.format("        note_safe(machine)\n"))),
        (("        note_safe(machine)\n", "        left = False\n"),),
    ),
    "an assertion beside a function that nests itself": (
        "assert not machine.busy",
        ((STEP, SETTLED + STEP), (BUSY, "    settled(machine, next_task)\n")),
        (("    settled(machine, next_task)\n", ""),),
    ),
    "the assertions of a step of which a new one does a part": (
        "assert not machine.held[next_task] and machine.ts",
        (),
        (
            (
                "    assume(next_task != machine.current)\n",
                "    assume(next_task == Task.B and machine.current == Task.A)\n",
            ),
            *BOTH,
        ),
    ),
    "a note of what the step assumes behind it": (
        "switch_to",
        (*LOCKED, *NOTES_SAFE, (RELEASE, f"    note_safe(machine)\n{RELEASE}")),
        (
            ("    note_safe(machine)\n", ""),
            (f"{TAKE}    machine.busy", "    machine.busy"),
            (RELEASE, TAKE + RELEASE),
        ),
    ),
    "a note that an assertion and an assumption replace": (
        "switch_to",
        (LOCKED[0], *NOTES_SAFE, (BUSY, f"{BUSY}    note_safe(machine)\n")),
        (("    note_safe(machine)\n", "    assert machine.dead\n    assume(machine.dead)\n"),),
    ),
    "the note of a step of which a new one does a part": (
        "switch_to",
        (*NOTES_SAFE, (BUSY, f"{BUSY}    note_safe(machine)\n")),
        (
            (
                "    assume(next_task != machine.current)\n",
                "    assume(next_task == Task.B and machine.current == Task.A)\n",
            ),
            ("kernel = ", WHOLE),
            ("(use_fpu, switch_to)", "(use_fpu, switch_to, switch_back)"),
        ),
    ),
    "the assertion of one value of a choice, which becomes a step": (
        "assert not machine.dead and machine.ts",
        (
            ("def use_fpu(machine: Machine)", "def use_fpu(machine: Machine, more: bool)"),
            (USED, f"{USED}{MORE}"),
        ),
        (
            (MORE, ""),
            ("def use_fpu(machine: Machine, more: bool)", "def use_fpu(machine: Machine)"),
            ("kernel = ", USE_MORE),
            ("(use_fpu, switch_to)", "(use_fpu, use_more, switch_to)"),
        ),
    ),
    "an assertion that a condition keeps from a new value": (
        "assert not machine.held[next_task] and machine.ts",
        (),
        (GROWN, (ASSERTED, f"    if next_task != Task.C:\n    {ASSERTED}")),
    ),
    "an assertion that comes behind a way back for a new value": (
        "assert not machine.held[next_task] and machine.ts",
        (),
        (GROWN, (ASSERTED, f"    if next_task == Task.C:\n        return\n{ASSERTED}")),
    ),
    "an entry of a table that an event is looked up in": (
        "switch_to",
        TABLE,
        (("Task.B: True", "Task.B: False"),),
    ),
    "an assertion that excepts a new value": (
        "assert not machine.held[next_task] and machine.ts",
        (),
        (GROWN, ("and machine.ts,", "and machine.ts or next_task == Task.C,")),
    ),
    "a function that is called as one that always fails": (
        "assert not machine.held[next_task] and machine.ts",
        (),
        (
            (STEP, f"def assert_never(machine: Machine) -> None:\n    pass\n\n\n{STEP}"),
            (
                ASSERTED,
                f"{IF_HELD}        assert_never(machine)\n",
            ),
        ),
    ),
    "the assertions of a step of which two new ones do a part": (
        "assert not machine.held[next_task] and machine.ts",
        (),
        (
            (
                "    assume(next_task != machine.current)\n",
                "    assume(next_task == Task.B and machine.current == Task.A)\n",
            ),
            *UNWRITTEN,
            ("kernel = ", OFF + BACK),
            ("(use_fpu, switch_to)", "(use_fpu, switch_to, switch_back, switch_off)"),
        ),
    ),
    **{
        f"an exception behind {what}": (
            "assert not machine.held[next_task] and machine.ts",
            (),
            ((ASSERTED, IF_HELD + block),),
        )
        for what, block in {
            "a return": f"        if machine.ts:\n            return\n{RAISES}",
            "an assumption": f"        assume(not machine.ts)\n{RAISES}",
        }.items()
    },
}
"""The assertion or step that must be found, edits of the kernel at the base, and of the change."""
AS_MUCH_AT: dict[str, tuple[Edits, Edits]] = {
    "an assertion becomes the default of a match": (
        (),
        (
            (
                RELEASED,
                f"{RELEASED}    match machine.current:\n        case Task.A | Task.B:\n"
                "            machine.dead = machine.dead\n        case _:\n"
                '            assert False, "nobody"\n',
            ),
        ),
    ),
    "an assertion is raised by a function": (
        (),
        (
            (
                STEP,
                f'def fail() -> None:\n    raise AssertionError("still held")\n\n\n{STEP}',
            ),
            (
                ASSERTED,
                f"{IF_HELD}        fail()\n",
            ),
        ),
    ),
    "an assumption moves in front of a note": (
        (*NOTES_SAFE, (BUSY, f"{BUSY}    note_safe(machine)\n    assume(machine.dead)\n")),
        (
            (
                "    note_safe(machine)\n    assume(machine.dead)\n",
                "    assume(machine.dead)\n    note_safe(machine)\n",
            ),
        ),
    ),
    "a note says what is assumed before it": (
        (*NOTES_SAFE, (BUSY, f"{BUSY}    assume(machine.dead)\n    note_safe(machine)\n")),
        (("machine.access.safe = machine.dead", "machine.access.safe = True"),),
    ),
    "an event says what is assumed before it": (
        ((EVENT, "    assume(machine.dead)\n    machine.switched.held = machine.dead\n"),),
        (("machine.switched.held = machine.dead", "machine.switched.held = True"),),
    ),
    "an assertion before a write that depends on what it looks at is raised": (
        TUNED,
        (
            (
                '    assert machine.current == Task.B, "b"\n',
                "    if not (machine.current == Task.B):\n        raise AssertionError\n",
            ),
        ),
    ),
    "a value is looked up in a table": (
        PLAIN,
        (("    machine.busy = True\n", "    machine.busy = machine.busy | True\n"),),
    ),
    "a choice and a field have a new value": ((), (GROWN,)),
    "a new step does what another one still does": ((), BOTH),
    "a new step has no choices": (
        (),
        (
            ("kernel = ", "@step\ndef rest(machine: Machine) -> None:\n    pass\n\n\nkernel = "),
            ("(use_fpu, switch_to)", "(use_fpu, switch_to, rest)"),
        ),
    ),
}
