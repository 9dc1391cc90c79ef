"""Edits that hide what they take from the judges: first what the base has for it, then the edit."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.gate.conftest import Project
from tests.gate.weakening import INTEGRITY, ISOLATION

Edit = Callable[[Project], None]


@dataclass(frozen=True)
class Bypass:
    """What the gate must say of an edit against a base: a kind and name, none where it is fine."""

    base: Edit
    edit: Edit
    weaker: str = ""
    code: int = 1


def nothing(_: Project) -> None:
    pass


def both(*edits: Edit) -> Edit:
    def edit(project: Project) -> None:
        for each in edits:
            each(project)

    return edit


def at_the_base(project: Project) -> None:
    """What has been edited is what is compared with."""
    project.git("checkout", "--quiet", "-B", "main")
    project.commit("base")
    project.git("checkout", "--quiet", "-B", "topic")


def register_is_not_saved(project: Project) -> None:
    project.edit("        previous.image = machine.registers\n", "")


def use_is_an_enum(project: Project) -> None:
    kind = 'class Use(Enum):\n    """Of the FPU."""\n\n    NO = 0\n    YES = 1\n\n\n'
    project.edit("@ghost\nclass Contents", f"{kind}@ghost\nclass Contents")
    project.edit("uses_fpu: bool = False", "uses_fpu: Use = Use.NO")
    project.edit("uses_fpu = True", "uses_fpu = Use.YES")
    project.edit("if previous.uses_fpu:", "if previous.uses_fpu == Use.YES:")
    project.edit("uses_fpu = False", "uses_fpu = Use.NO")


def member_renamed(project: Project) -> None:
    project.edit("YES", "USED")


def claim_excepts_the_member(project: Project) -> None:
    project.edit(
        "(access: Access) -> bool", "(access: Access, machine: Machine) -> bool", INTEGRITY
    )
    project.edit("import Access", "import Access, Machine, Use", INTEGRITY)
    same = "access.found.value == access.latest"
    used = "machine.saved[access.by].uses_fpu == Use.USED"
    project.edit(same, f"{same} or {used}", INTEGRITY)


def step_excepts_the_member(project: Project) -> None:
    used = "machine.saved[machine.current].uses_fpu != Use.USED"
    project.edit("next_task != machine.current", f"next_task != machine.current and {used}")


def value_is_an_enum(project: Project) -> None:
    """The bit of registers becomes an enum, in fields and in the event."""
    bit = 'class Bit(Enum):\n    """A bit of data."""\n\n    ZERO = 0\n    ONE = 1\n\n\n'
    project.edit("@ghost\nclass Contents", f"{bit}@ghost\nclass Contents")
    project.edit(
        "    owner: Task = Task.A\n    value: bool = False", f"{OWNER}    bit: Bit = Bit.ZERO"
    )
    project.edit("value: Family[Task, bool]", "bit: Family[Task, Bit]")
    project.edit("latest: bool = False", "latest: Bit = Bit.ZERO")
    project.edit("machine.latest.value[task]\n", "machine.latest.bit[task]\n")
    one = "Bit.ONE if value else Bit.ZERO"
    project.edit("Contents(owner=task, value=value)", f"Contents(owner=task, bit={one})")
    project.edit("machine.latest.value[task] = value", f"machine.latest.bit[task] = {one}")
    project.edit("import Access", "import Access, Bit", INTEGRITY)
    project.edit("access.found.value == ", "access.found.bit == ", INTEGRITY)
    project.edit("access.found.value", "access.found.bit == Bit.ONE", INTEGRITY)


OWNER = "    owner: Task = Task.A\n"


def claim_says_nothing(project: Project) -> None:
    project.edit(
        "access.found.owner == access.by",
        "(access.found.owner == access.by or access.by != access.found.owner)",
        ISOLATION,
    )


def properties_renamed(project: Project) -> None:
    project.edit('("isolation")', '("separation")', ISOLATION)
    project.edit('("integrity")', '("wholeness")', INTEGRITY)
    text = project.verdicts.read_text()
    text = text.replace("isolation", "separation").replace("integrity", "wholeness")
    project.verdicts.write_text(text)


def a_task_fewer_is_chosen(project: Project) -> None:
    """A value of a field is gone, with the choice of it."""
    project.edit("    B = 1\n", "    B = 1\n    C = 2\n")


def task_c_is_gone(project: Project) -> None:
    project.edit("    C = 2\n", "")


def choice_renamed(project: Project) -> None:
    project.edit("next_task", "other_task")


def task_renamed(project: Project) -> None:
    project.edit("    B = 1", "    C = 1")
    for file in ("models/lazy.py", ISOLATION, INTEGRITY):
        if "Task.B" in (project.folder / file).read_text():
            project.edit("Task.B", "Task.C", file)


HELD = "    machine.current = next_task\n"
SAFE = """def is_safe(machine: Machine) -> bool:
    \"\"\"Whether A is safe.\"\"\"
    return machine.ts or not machine.saved[Task.A].uses_fpu or machine.current == Task.A


"""


def it_is_asserted(project: Project) -> None:
    """Nothing that the step does can fail it; another one stays."""
    project.edit("sets_ts: bool = True", "sets_ts: bool = True\n    busy: bool = False")
    project.edit("    assume(next_task", "    machine.busy = True\n    assume(next_task")
    others = f"{HELD}    machine.busy = False\n"
    done = '    assert not machine.busy, "still busy"\n    assert machine.current == next_task\n'
    project.edit(HELD, f"{others}{done}")
    with project.verdicts.open("a") as verdicts:
        verdicts.write('assertions = "proved"\n')


def assertion_goes_with_what_it_is_about(project: Project) -> None:
    done = '    machine.busy = False\n    assert not machine.busy, "still busy"\n'
    project.edit(done, "")


def assertion_in_a_loop_over_nothing(project: Project) -> None:
    asserted = "    assert not machine.busy"
    project.edit(asserted, f"    for _ in range(0):\n    {asserted}")


def assertion_in_what_nothing_calls(project: Project) -> None:
    asserted = '    assert not machine.busy, "still busy"\n'
    project.edit(asserted, "")
    project.edit(
        "@step\ndef use_fpu",
        f"def idle(machine: Machine) -> None:\n{asserted}\n\n@step\ndef use_fpu",
    )


def assertion_of_a_predicate(project: Project) -> None:
    it_is_asserted(project)
    project.edit("assert machine.current == next_task", "assert is_safe(machine) or machine.ts")
    project.edit("@step\ndef switch_to", f"{SAFE}@step\ndef switch_to")


def predicate_is_always_true(project: Project) -> None:
    project.edit("return machine.ts or not machine.saved", "return True or not machine.saved")


def assertion_moved_with_its_function(project: Project) -> None:
    project.edit("def switch_to(", "def context_switch(")
    project.edit("use_fpu, switch_to", "use_fpu, context_switch")


def cases_renamed(project: Project) -> None:
    properties_renamed(project)
    project.edit("a_task_finds_a_value_of_its_own", "finds_its_own", INTEGRITY)


def observer_notes_what_should_be(project: Project) -> None:
    project.edit(
        "    machine.access.found = machine.registers\n",
        "    machine.access.found = Contents(owner=task, value=machine.latest.value[task])\n",
    )


def system_and_properties_renamed(project: Project) -> None:
    project.edit("lazy/fixed", "lazy/right")
    text = project.verdicts.read_text()
    project.verdicts.write_text(text.replace("lazy/fixed", "lazy/right"))
    properties_renamed(project)


SCORE = '["lazy/fixed"]\nkilled = {}\nequivalent = {}\nsurvivors = []\n'


def recorded(killed: int, equivalent: int) -> Edit:
    def edit(project: Project) -> None:
        file = project.folder / "properties" / "mutants.toml"
        file.write_text(SCORE.format(killed, equivalent))

    return edit


BYPASSES = {
    "an assertion goes with what it is about": Bypass(
        it_is_asserted, assertion_goes_with_what_it_is_about, "claim:assertion/switch_to"
    ),
    "an assertion is in a loop over nothing": Bypass(
        it_is_asserted, assertion_in_a_loop_over_nothing, "claim:assertion/switch_to"
    ),
    "an assertion is where nothing calls it": Bypass(
        it_is_asserted, assertion_in_what_nothing_calls, "claim:assertion/switch_to"
    ),
    "an assertion asks what is always true": Bypass(
        assertion_of_a_predicate, predicate_is_always_true, "claim:assertion/switch_to"
    ),
    "an assertion's function is renamed": Bypass(
        it_is_asserted, assertion_moved_with_its_function, code=0
    ),
    "properties are renamed, and the observer notes something else": Bypass(
        nothing,
        both(cases_renamed, observer_notes_what_should_be),
        "claim:observed/use_fpu",
    ),
    "a system and its properties are renamed": Bypass(
        nothing, system_and_properties_renamed, code=0
    ),
    "fewer mistakes are said to be noticed": Bypass(
        recorded(9, 0), recorded(0, 9), "mutants:lazy/fixed"
    ),
    "a member is renamed and excepted from a claim": Bypass(
        use_is_an_enum,
        both(member_renamed, register_is_not_saved, claim_excepts_the_member),
        "claim:integrity/a_task_finds_what_it_wrote_last",
    ),
    "a member is renamed and excepted from a step": Bypass(
        use_is_an_enum,
        both(member_renamed, register_is_not_saved, step_excepts_the_member),
        "step:switch_to",
    ),
    "a bit becomes an enum, and a renamed property says nothing": Bypass(
        nothing,
        both(value_is_an_enum, claim_says_nothing, properties_renamed),
        "property:isolation",
    ),
    "a member is gone": Bypass(
        a_task_fewer_is_chosen, task_c_is_gone, "choice:lazy/fixed/registers.owner"
    ),
    "a choice is renamed": Bypass(nothing, choice_renamed, code=0),
    "a member is renamed": Bypass(nothing, task_renamed, code=0),
    "a bit becomes an enum": Bypass(nothing, value_is_an_enum, code=0),
}
