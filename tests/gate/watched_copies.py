"""Steps that get a copy under a new name, and do something else themselves."""

from tests.gate.watched import ASSERTED, CALL, Edits
from tests.gate.watched_kernel import KERNEL

USE, SWITCH = (
    "@step\n" + text.rstrip() + "\n\n\n"
    for text in KERNEL.partition("kernel = ")[0].split("@step\n")[1:]
)
OTHERWISE = "    machine.held[machine.current] = not machine.held[machine.current]\n"


def copied(step: str, name: str) -> Edits:
    """A copy of a step under a new name."""
    return (
        ("kernel = ", step.replace(f"def {name}", f"def {name}_as_before") + "kernel = "),
        ("(use_fpu, switch_to)", f"(use_fpu, switch_to, {name}_as_before)"),
    )


LESS_BESIDE_COPY: dict[str, tuple[str, Edits, Edits]] = {
    "what a step asserted is left to its copy": (
        "assert not machine.held[next_task] and machine.ts",
        (),
        ((ASSERTED, OTHERWISE), *copied(SWITCH, "switch_to")),
    ),
    "what a step noted is left to its copy": (
        "use_fpu",
        (),
        ((CALL, OTHERWISE), *copied(USE, "use_fpu")),
    ),
}
"""As in LESS_AT, each with a step that does something else wherever it is possible."""
HALVED: Edits = (
    (
        "    assume(next_task != machine.current)\n",
        "    assume(next_task != machine.current)\n"
        "    if machine.current == Task.B:\n        return\n",
    ),
    *copied(
        SWITCH.replace(
            "    machine.busy = True\n",
            "    assume(machine.current == Task.B)\n    machine.busy = True\n",
        ),
        "switch_to",
    ),
)
AS_MUCH_BESIDE_COPY: dict[str, tuple[Edits, Edits]] = {
    "a step does nothing where its copy does all": ((), HALVED)
}
"""As in AS_MUCH_AT."""
