"""Edits of what is noted and asserted in the kernel that is watched."""

Edits = tuple[tuple[str, str], ...]
OTHERWISE: Edits = (
    (
        "    if machine.ts:\n        load",
        "    machine.busy = not machine.busy\n    if machine.ts:\n        load",
    ),
    ("machine.held[machine.current] = True", "machine.held[machine.current] = machine.ts"),
)
"""So that both steps do something else."""
CALL = "    if machine.is_watched:\n        note_access(machine)\n"
ASSERTED = '    assert not machine.held[next_task] and machine.ts, "still held"\n'
EVENT = "    machine.switched.held = machine.held[next_task]\n"
RELEASED = "    machine.held[next_task] = False\n"
ENTERING = """    spare = snapshot(machine.registers)
    machine.registers = Registers(owner=machine.current)
{}    machine.registers = spare
"""
STEP = "@step\ndef use_fpu"
LESS: dict[str, tuple[str, Edits]] = {
    "a condition on a call": (
        "noted use_fpu",
        (("if machine.is_watched:", "if machine.current == Task.B:"),),
    ),
    "a property that a condition asks": (
        "noted use_fpu",
        (("return self.ts or not self.ts", "return self.current == Task.B"),),
    ),
    "a constant": ("noted use_fpu", (("NOTED, TRACED = True", "NOTED, TRACED = False"),)),
    "a call in a function that nobody calls": (
        "noted use_fpu",
        ((CALL, "    def look() -> None:\n        note_access(machine)\n"),),
    ),
    "an observer that corrects another": (
        "noted use_fpu",
        (
            (CALL, f"{CALL}    correct(machine)\n"),
            (
                STEP,
                '@observer("a correction")\ndef correct(machine: Machine) -> None:\n'
                f"    machine.access.executed &= machine.current == Task.B\n\n\n{STEP}",
            ),
        ),
    ),
    "a call before what it looks at": (
        "noted use_fpu",
        (
            (CALL, ""),
            ("    if machine.ts:\n        load", f"{CALL}    if machine.ts:\n        load"),
        ),
    ),
    "what an observer sees is falsified meanwhile": (
        "noted use_fpu",
        (
            (CALL, ENTERING.format(CALL)),
            ("    ghost,\n", "    ghost,\n    snapshot,\n"),
        ),
    ),
    "a default that an assertion asks": (
        "demanded switch_to",
        (("strict: bool = True", "strict: bool = False"),),
    ),
    "a helper under a condition where it holds": (
        "demanded switch_to",
        (
            (
                "    machine.busy = False\n    CHECK(machine)\n",
                "    if not machine.busy:\n        CHECK(machine)\n",
            ),
        ),
    ),
    "a call where what the step has just set is assumed otherwise": (
        "noted use_fpu",
        (
            (
                "    if machine.ts:\n        load_registers(machine)\n    if machine.is_watched",
                "    if machine.ts:\n        load_registers(machine)\n"
                "    assume(not machine.ts)\n    if machine.is_watched",
            ),
        ),
    ),
    "a helper where what it asserts is assumed": (
        "demanded switch_to",
        (("    CHECK(machine)\n", "    assume(not machine.busy)\n    CHECK(machine)\n"),),
    ),
    "an assumption in the place of a helper": (
        "demanded switch_to",
        (("    CHECK(machine)\n", "    assume(not machine.busy)\n"),),
    ),
    "a value of a local variable": (
        "demanded switch_to",
        (
            (
                ASSERTED,
                "    free = not machine.held[next_task] or machine.ts\n    assert free\n",
            ),
        ),
    ),
    "a return before what it asserts": (
        "demanded switch_to",
        (("    CHECK(machine)\n", "    if machine.busy:\n        return\n    CHECK(machine)\n"),),
    ),
    "a helper where something else does not decide": (
        "demanded switch_to",
        (("    CHECK(machine)\n", "    machine.busy or CHECK(machine)\n"),),
    ),
    "an alias of another helper": (
        "demanded switch_to",
        (("CHECK = check_idle", "CHECK = check_little"),),
    ),
    "an assertion with what it is about": (
        "demanded switch_to",
        (("    machine.busy = False\n    CHECK(machine)\n", ""),),
    ),
    "half of an assertion": (
        "demanded switch_to",
        (("machine.held[next_task] and machine.ts", "machine.held[next_task] or machine.ts"),),
    ),
    "a helper between two values of what it looks at": (
        "demanded switch_to",
        (
            ("    machine.busy = False\n    CHECK(machine)\n", "    machine.busy = False\n"),
            ("    machine.busy = True\n", "    machine.busy = True\n    CHECK(machine)\n"),
        ),
    ),
    "an assertion before what it looks at": (
        "demanded switch_to",
        ((ASSERTED, ""), (RELEASED, f"{ASSERTED}{RELEASED}")),
    ),
    "a value of an event": (
        "noted switch_to",
        (
            (
                EVENT,
                EVENT.replace(
                    "machine.held[next_task]\n", "machine.held[next_task] and machine.busy\n"
                ),
            ),
        ),
    ),
    "an event that is written before what it notes": (
        "noted switch_to",
        ((EVENT, ""), (RELEASED, f"{EVENT}{RELEASED}")),
    ),
    "an assertion before what breaks it, which is added after it": (
        "demanded switch_to",
        (
            (ASSERTED, "    machine.held[next_task] = True\n"),
            (EVENT, f"{ASSERTED}{EVENT}"),
        ),
    ),
    "a call before a second change of what it looks at": (
        "noted use_fpu",
        ((CALL, f"{CALL}    machine.registers.owner = Task.A\n"),),
    ),
    "an event that is written before what it notes is changed once more": (
        "noted switch_to",
        ((EVENT, f"{EVENT}    machine.held[next_task] = True\n"),),
    ),
    "an assertion about what no step sets": (
        "demanded use_fpu",
        (('    assert not machine.dead, "nobody runs"\n', ""),),
    ),
    "a call where what is set is as it was, which is never": (
        "noted use_fpu",
        (
            (
                CALL,
                "    was = machine.current\n"
                "    machine.current = Task.B if was == Task.A else Task.A\n"
                "    if machine.current == was:\n        note_access(machine)\n",
            ),
        ),
    ),
    "an assertion for one about two of many values": (
        "demanded switch_to",
        (
            (
                ASSERTED,
                "    machine.busy = True\n    first = machine.busy\n    machine.busy = False\n"
                "    machine.busy = first\n    assert first == machine.busy\n",
            ),
        ),
    ),
    "an event that is written over": (
        "noted switch_to",
        (("    CHECK(machine)\n", "    CHECK(machine)\n    machine.switched.held = False\n"),),
    ),
}
AS_MUCH: dict[str, Edits] = {
    "nothing else": (),
    "a part with a call is extracted": (
        (CALL, "    look(machine)\n"),
        (STEP, f"def look(machine: Machine) -> None:\n{CALL}\n\n{STEP}"),
    ),
    "an assertion is split": (
        (
            ASSERTED,
            "    assert not machine.held[next_task]\n    assert machine.ts\n",
        ),
    ),
    "an assertion is written otherwise": (
        (ASSERTED, "    assert (machine.held[next_task] or not machine.ts) == False\n"),
    ),
    "an assertion says more": (
        ("and machine.ts,", "and machine.ts and machine.current == next_task,"),
    ),
    "a value that is written over is not written": (("    machine.busy = True\n", ""),),
    "an assertion asks a local variable": (
        (ASSERTED, "    task = next_task\n    assert not machine.held[task] and machine.ts\n"),
    ),
    "an assertion asks what was found out before": (
        (
            ASSERTED,
            "    free = not machine.held[next_task]\n    assert free and machine.ts\n",
        ),
    ),
    "an assertion is given what it asks": (
        (ASSERTED, "    ensure(not machine.held[next_task] and machine.ts)\n"),
        (STEP, f"def ensure(holds: bool) -> None:\n    assert holds\n\n\n{STEP}"),
    ),
    "a step is narrowed": (
        (
            "    assume(next_task != machine.current)\n",
            "    assume(next_task != machine.current)\n    assume(machine.ts)\n",
        ),
    ),
    "an assertion raises": (
        (
            ASSERTED,
            "    if machine.held[next_task] or not machine.ts:\n        raise AssertionError\n",
        ),
    ),
    "one more assertion": ((ASSERTED, f"    assert not machine.busy\n{ASSERTED}"),),
    "a helper is renamed": (("check_idle", "ensure_idle"),),
    "a constant is named": (
        ("return self.ts or not self.ts", "return self.ts or self.ts == OFF"),
        ("NOTED, TRACED", "OFF = False\nNOTED, TRACED"),
    ),
    "an observer's lines change places": (
        ("    machine.access.executed = NOTED\n", ""),
        (
            "    machine.access.finds = machine.registers.owner\n",
            "    machine.access.finds = machine.registers.owner\n"
            "    machine.access.executed = NOTED\n",
        ),
    ),
    "an observer is renamed": (("note_access", "record_access"),),
    "an exception that no execution raises": (
        (
            "    machine.busy = True\n",
            '    machine.busy = True\n    if not machine.busy:\n        raise RuntimeError("no")\n',
        ),
    ),
    "the handler goes wrong": (
        (
            "    machine.registers.owner = machine.current\n",
            "    machine.registers.owner = Task.B\n",
        ),
    ),
}
RENAMED: dict[str, tuple[dict[str, str], Edits]] = {
    "a field": (
        {"current": "running"},
        ((".current", ".running"), ("    current: Task", "    running: Task")),
    ),
    "a member": (
        {"held[A]": "held[FIRST]"},
        (("Task.A", "Task.FIRST"), ("    A = 0", "    FIRST = 0")),
    ),
}
