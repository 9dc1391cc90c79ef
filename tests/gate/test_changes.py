"""A semantic difference as people read it, compared whole."""

from dataclasses import replace
from typing import Any

from tests.gate.conftest import Project
from verifier.diff.compare import Difference
from verifier.diff.witnesses import Change
from verifier.reports.diff_lines import difference_lines


def change(step: str, name: str, values: str = "10", **other: Any) -> Change:
    """A bit that becomes the first value and not the second; reached by a step unless told."""
    new, old = (value == "1" for value in values)
    made = Change(
        step=step,
        place=f"models/m.py:{len(step)}",
        kind="field",
        name=name,
        state={},
        choices={},
        old=old,
        new=new,
        reached="reachable",
        moves=((step, {}),),
    )
    return replace(made, **other)


def unreached(step: str, name: str, reached: str, **other: Any) -> Change:
    return change(step, name, reached=reached, moves=(), **other)


def told(*changes: Change) -> str:
    return "\n".join(difference_lines(Difference("new/1", changes), "old/1"))


def test_what_is_reached_comes_first_and_fields_of_a_record_go_together() -> None:
    later: Any = (("go", {}), ("go", {"on": True}))
    assert told(
        unreached("go", "cpu.a", "unreachable"),
        unreached("go", "cpu.b", "unreachable"),
        unreached("go", "cpu.c", "not reached"),
        change("go", "cpu.d", "10", moves=later),
        change("go", "cpu.e", "10"),
        change("go", "cpu.f", "01"),
        change("go", "cpu.g", "10"),
        change("go", "safe", "10", kind="property"),
        change("go", "seen", "01", kind="witness"),
    ) == (
        "new/1 against old/1\n"
        "\n"
        "  go  models/m.py:2\n"
        "    reached within 1 step:\n"
        "      `safe` is violated where it was not\n"
        "      `seen` does not happen where it did\n"
        "      `cpu`: e, g become 1, not 0\n"
        "      `cpu.f` becomes 0, not 1\n"
        "       such as after the start\n"
        "    reached within 2 steps:\n"
        "      `cpu.d` becomes 1, not 0\n"
        "    neither reached nor proved to be unreachable in the time given:\n"
        "      `cpu.c` differs\n"
        "    in unreachable states only:\n"
        "      `cpu`: a, b differ\n"
        "\n"
        "9 differences in 1 step: 6 reached, 1 undecided, 2 unreachable"
    )


def test_what_every_step_does_differently_in_the_same_way_is_reported_once() -> None:
    assert told(
        change("go", "cpu.a"),
        change("stop", "cpu.a"),
        change("go", "cpu.b", "10"),
        change("stop", "cpu.b", "01"),
    ) == (
        "new/1 against old/1\n"
        "\n"
        "  in each of these steps  go, stop\n"
        "    reached within 1 step:\n"
        "      `cpu.a` becomes 1, not 0\n"
        "       such as after the start\n"
        "\n"
        "  go  models/m.py:2\n"
        "    reached within 1 step:\n"
        "      `cpu.b` becomes 1, not 0\n"
        "       such as after the start\n"
        "\n"
        "  stop  models/m.py:4\n"
        "    reached within 1 step:\n"
        "      `cpu.b` becomes 0, not 1\n"
        "       such as after the start\n"
        "\n"
        "4 differences in 2 steps: 4 reached"
    )


def test_each_difference_is_reached_or_proved_not_to_be(project: Project) -> None:
    project.edit("        previous.uses_fpu = False\n", "")
    project.edit(
        "    machine.current = next_task\n",
        "    machine.current = next_task\n"
        "    if not machine.ts and not previous.uses_fpu:\n"
        "        machine.ts = True\n",
    )
    ran = project.run("diff", "lazy/fixed")
    base = project.git("rev-parse", "--short=12", "HEAD")
    assert ran.out == (
        f"lazy/fixed against lazy/fixed at {base}\n"
        "\n"
        "  switch_to  models/lazy.py:108\n"
        "    reached within 2 steps:\n"
        "      `saved[A].uses_fpu` becomes 1, not 0\n"
        "       such as after use_fpu\n"
        "       with (next_task=B)\n"
        "         current            A\n"
        "         saved[A].uses_fpu  1\n"
        "         saved[B].uses_fpu  0\n"
        "    reached within 3 steps:\n"
        "      `saved[B].uses_fpu` becomes 1, not 0\n"
        "    in unreachable states only:\n"
        "      `ts` differs\n"
        "\n"
        "3 differences in 1 step: 2 reached, 1 unreachable\n"
    )
