"""Expressions over fields: what they mean, and that nothing else can be asked for."""

import pytest

from verifier.viewer.watch_expressions import NoRow, WrongWatch, watch

STATE: dict[str, bool | str] = {
    "cpu.cr0.ts": True,
    "cpu.cr0.em": False,
    "vmcss[VMCS01].cr0.ts": True,
    "vmcss[VMCS01].cr0.em": False,
    "vmcss[VMCS02].cr0.ts": False,
    "vmcss[VMCS02].cr0.em": False,
    "current": "VMCS02",
    "cpu.current": "VMCS01",
    "seen[VMCS01]": "VMCS02",
    "seen[VMCS02]": "VMCS01",
    "exit.reason": "CR_ACCESS",
}
ENUMS = {"ExitReason": ("NONE", "CR_ACCESS"), "VmcsName": ("VMCS01", "VMCS02")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cpu.cr0.ts", True),
        ("not cpu.cr0.ts", False),
        ("cpu.cr0.ts and not cpu.cr0.em", True),
        ("cpu.cr0.ts & cpu.cr0.em | (cpu.cr0.ts ^ cpu.cr0.em)", True),
        ("exit.reason", "CR_ACCESS"),
        ("exit.reason == ExitReason.CR_ACCESS", True),
        ("exit.reason != CR_ACCESS", False),
        ("exit.reason in (ExitReason.NONE, ExitReason.CR_ACCESS)", True),
        ("exit.reason not in (NONE, CR_ACCESS)", False),
        ("vmcss[VmcsName.VMCS02].cr0.ts", False),
        ("vmcss[VMCS01].cr0 == cpu.cr0", True),
        ("vmcss[VMCS02].cr0 == cpu.cr0", False),
        ("vmcss[current].cr0.ts", False),
        ("vmcss[cpu.current].cr0.ts", True),
        ("vmcss[seen[current]].cr0.ts", True),
        ("vmcss[seen[seen[current]]].cr0 == vmcss[current].cr0", True),
        ("seen[current] == cpu.current", True),
        ("cpu.cr0", "ts=1"),
        ("cpu.cr0.ts == 1", True),
    ],
)
def test_an_expression_means_what_it_means_in_a_model(text: str, value: bool | str) -> None:
    assert watch(text).value(STATE, ENUMS) == value


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "print(1)",
        "[x for x in (1,)]",
        "lambda: 1",
        "cpu.cr0.ts if 1 else 0",
        "{}",
        "f'{cpu}'",
        "cpu.cr0.ts +",
        "(" * 300,
        "x" * 501,
        "(x := 1)",
        "\x00",
    ],
)
def test_what_is_more_than_looking_is_refused(text: str) -> None:
    with pytest.raises(WrongWatch):
        watch(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cpu.cr0.tss", "did you mean `cpu.cr0.ts`"),
        ("exit.reason == ExitReason.CR_ACESS", "did you mean `ExitReason.CR_ACCESS`?"),
        ("cpu.cr0.em and cpu.cr0.tss", "there is no `cpu.cr0.tss`"),
        ("cpu.cr0.ts or cpu.cr0.tss", "there is no `cpu.cr0.tss`"),
        ("cpu.cr0.ts == cpu.cr0.em == cpu.cr0.tss", "there is no `cpu.cr0.tss`"),
        ("exit.reason in (CR_ACCESS, zz)", "there is no `zz`"),
        ("exit.reason and cpu.cr0.ts", "`exit.reason` is not a bit"),
        ("cpu.__class__", "there is no `cpu.__class__`"),
        ("vmcss[0].cr0.ts", "`0` is not a row of `vmcss`"),
        ("vmcss[cpu.cr0.ts].cr0.ts", "`cpu.cr0.ts` is not an enum's member"),
        ("vmcss[exit.reason].cr0.ts", "no step changes `vmcss[CR_ACCESS].cr0.ts`"),
        ("vmcss[current].cr0.tss", "there is no `vmcss[VMCS02].cr0.tss`"),
        ("vmcss[curent].cr0.ts", "there is no `vmcss[curent].cr0.ts`"),
    ],
)
def test_a_mistake_is_named(text: str, message: str) -> None:
    with pytest.raises(WrongWatch) as wrong:
        watch(text).value(STATE, ENUMS)
    assert message in str(wrong.value)


def test_a_row_that_never_changes_is_no_mistake() -> None:
    state: dict[str, bool | str] = {"current": "A", "tasks[B].used": True}
    asked = watch("tasks[current].used")
    asked.require(state, {})
    with pytest.raises(NoRow):
        asked.value(state, {})
    assert asked.value(state | {"current": "B"}, {}) is True
