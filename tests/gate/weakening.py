"""Edits after which less is claimed or possible, and edits after which as much is."""

import json
import shutil
from collections.abc import Callable
from typing import Any

from tests.gate.conftest import Project

ISOLATION, INTEGRITY = "properties/isolation.py", "properties/integrity.py"
ACCEPTED = "properties/accepted.toml"
SETS = '"sets CR0.TS when it switches tasks",'
"""The summary of `lazy/fixed`."""


def without_lines(project: Project, word: str) -> None:
    lines = project.verdicts.read_text().splitlines(keepends=True)
    project.verdicts.write_text("".join(line for line in lines if word not in line))


def property_deleted(project: Project) -> None:
    (project.folder / ISOLATION).unlink()
    without_lines(project, "isolation")


def property_excluded(project: Project) -> None:
    project.edit(SETS, '"sets it", without=("isolation",),')
    project.edit("machine.ts = machine.sets_ts", "pass")
    text = project.verdicts.read_text()
    project.verdicts.write_text(text.replace('isolation = "proved"\n', "", 1))


def claim_made_a_case(project: Project) -> None:
    project.edit('@always("isolation")', '@sometimes("isolation")', ISOLATION)
    without_lines(project, "isolation")


def claim_says_less(project: Project) -> None:
    owner = "access.found.owner == access.by"
    project.edit(owner, f"({owner} or access.by == Task.B)", ISOLATION)


def claim_says_less_through_another(project: Project) -> None:
    project.edit("access.found.value == access.latest", "same(access)", INTEGRITY)
    helper = (
        "def same(access: Access) -> bool:\n    return access.found.value or not access.latest\n"
    )
    project.edit("\n\n@always", f"\n\n{helper}\n\n@always", INTEGRITY)


def claim_moved_to_another_property(project: Project) -> None:
    project.edit('@always("isolation")', '@always("integrity")', ISOLATION)


def case_is_easier(project: Project) -> None:
    project.edit(" and machine.current == Task.B", "", ISOLATION)
    project.edit("access.executed and access.by == Task.B", "access.executed", ISOLATION)


def case_is_gone(project: Project) -> None:
    text = (project.folder / ISOLATION).read_text()
    (project.folder / ISOLATION).write_text(text[: text.index('@sometimes("isolation")')])


def system_deleted(project: Project) -> None:
    text = project.model.read_text()
    project.model.write_text(text[: text.index("broken = System(")])
    verdicts = project.verdicts.read_text()
    project.verdicts.write_text(verdicts[: verdicts.index('["lazy/broken"]')])
    (project.certificates / "lazy.broken.json").unlink()


def end_permitted(project: Project) -> None:
    project.edit(SETS, '"sets it", may_end=True,')
    text = project.verdicts.read_text()
    project.verdicts.write_text(text.replace('deadlock = "proved"\n', "", 1))


def step_left_out(project: Project) -> None:
    project.edit(f"(use_fpu, switch_to),\n    {SETS}", f"(use_fpu,),\n    {SETS}")


def step_assumes_more(project: Project) -> None:
    project.edit(
        "assume(next_task != machine.current)",
        "assume(next_task != machine.current and not machine.ts)",
    )


def step_does_nothing(project: Project) -> None:
    first = "    previous = machine.saved[machine.current]\n"
    project.edit(first, f"    if machine.current == Task.B:\n        return\n{first}")


def choice_fixed(project: Project) -> None:
    project.edit("def use_fpu(machine: Machine, value: bool)", "def use_fpu(machine: Machine)")
    project.edit(
        "access_registers(machine, value)\n\n\n@observer",
        "access_registers(machine, True)\n\n\n@observer",
    )


def start_is_another(project: Project) -> None:
    project.edit("current: Task = Task.A", "current: Task = Task.B")


def observer_sees_less(project: Project) -> None:
    project.edit(
        "machine.access.executed = True", "machine.access.executed = machine.current == Task.A"
    )


def observer_is_given_something_else(project: Project) -> None:
    project.edit(
        "    access_registers(machine, value)\n\n\n@observer",
        "    value = value and machine.current == Task.A\n"
        "    access_registers(machine, value)\n\n\n@observer",
    )


def observer_called_less(project: Project) -> None:
    project.edit(
        "    access_registers(machine, value)\n\n\n@observer",
        "    if machine.current == Task.A:\n"
        "        access_registers(machine, value)\n\n\n@observer",
    )


def observer_called_after_a_condition(project: Project) -> None:
    project.edit(
        "    access_registers(machine, value)\n\n\n@observer",
        "    machine.current == Task.B and access_registers(machine, value)\n\n\n@observer",
    )


def observer_with_a_decoy(project: Project) -> None:
    """Another one of its name has its text."""
    text = project.model.read_text()
    was = text[text.index("@observer(") : text.index("@step\ndef switch_to")]
    imports = "from models.lazy import Contents, Machine\nfrom verifier.language import observer\n"
    (project.folder / "models" / "zz.py").write_text(f"{imports}\n\n{was.rstrip()}\n")
    observer_sees_less(project)


def committed_as_base(project: Project) -> None:
    """Commit what is edited on the main branch, from which the topic begins again."""
    project.git("checkout", "--quiet", "main")
    project.commit("base")
    project.git("checkout", "--quiet", "-B", "topic")


def assertion_removed(project: Project) -> None:
    held = "    machine.ts = False\n"
    project.edit(
        held, held + "    assert machine.sets_ts, 'it forgot'\n    assert not machine.ts\n"
    )
    with project.verdicts.open("a") as verdicts:
        verdicts.write('assertions = "violated"\n')
    committed_as_base(project)
    project.edit("    assert machine.sets_ts, 'it forgot'\n", "")
    text = project.verdicts.read_text()
    project.verdicts.write_text(text.replace('assertions = "violated"\n', ""))


def event_of_fewer_values(project: Project) -> None:
    """What the claim excludes is another name of what it permits."""
    project.edit("@event\nclass", OUTCOME + "@event\nclass")
    project.edit(
        "    by: Task = Task.A\n", "    by: Task = Task.A\n    what: What = What.NOTHING\n"
    )
    noted = "    machine.access.by = task\n"
    project.edit(noted, noted + FOUND)
    project.edit(
        "access.found.owner == access.by",
        "access.what != What.NOTHING and access.what == What.OWN",
        ISOLATION,
    )
    project.edit("@observer(", WHAT_IS + "@observer(")
    project.edit("import Access,", "import Access, What,", ISOLATION)
    committed_as_base(project)
    project.edit("    FOREIGN = 2", "    FOREIGN = OWN")


OUTCOME = """class What(Enum):
    NOTHING = 0
    OWN = 1
    FOREIGN = 2


"""
FOUND = "    machine.access.what = what_is(machine.registers.owner == task)\n"
WHAT_IS = "def what_is(own: bool) -> What:\n    return What.OWN if own else What.FOREIGN\n\n\n"


def system_renamed_and_event_blank_otherwise(project: Project) -> None:
    """The system has another name, and an event another default."""
    project.edit("    latest: bool = False", "    latest: bool = True")
    system_renamed(project)


WEAKER: dict[Callable[[Project], None], str] = {
    property_deleted: "property:isolation",
    property_excluded: "pair:lazy/fixed/isolation",
    claim_made_a_case: "claim:isolation/a_task_finds_only_its_own_registers",
    claim_says_less: "claim:isolation/a_task_finds_only_its_own_registers",
    claim_says_less_through_another: "claim:integrity/a_task_finds_what_it_wrote_last",
    claim_moved_to_another_property: "claim:isolation/a_task_finds_only_its_own_registers",
    case_is_easier: "case:isolation/both_tasks_use_the_fpu",
    case_is_gone: "case:isolation/both_tasks_use_the_fpu",
    system_deleted: "system:lazy/broken",
    end_permitted: "pair:lazy/fixed/deadlock",
    step_left_out: "step:switch_to",
    step_assumes_more: "step:switch_to",
    step_does_nothing: "step:switch_to",
    choice_fixed: "choice:use_fpu.value",
    start_is_another: "initial:lazy/fixed/current",
    observer_sees_less: "claim:observed/use_fpu",
    observer_is_given_something_else: "claim:observed/use_fpu",
    observer_called_less: "claim:observed/use_fpu",
    observer_called_after_a_condition: "claim:observed/use_fpu",
    observer_with_a_decoy: "claim:observed/use_fpu",
    assertion_removed: "claim:assertion/device_not_available",
    event_of_fewer_values: "choice:lazy/fixed/access.what",
    system_renamed_and_event_blank_otherwise: "initial:lazy/repaired/access.latest",
}


def claim_renamed(project: Project) -> None:
    project.edit("a_task_finds_only_its_own_registers", "only_its_own", ISOLATION)


def claim_rewritten(project: Project) -> None:
    project.edit(
        "return not access.executed or access.found.owner == access.by",
        "if access.executed:\n        return access.by == access.found.owner\n    return True",
        ISOLATION,
    )


def claim_in_another_file(project: Project) -> None:
    shutil.move(project.folder / ISOLATION, project.folder / "properties" / "separation.py")


def property_renamed(project: Project) -> None:
    project.edit('("isolation")', '("separation")', ISOLATION)
    text = project.verdicts.read_text()
    project.verdicts.write_text(text.replace("isolation", "separation"))


def system_renamed(project: Project) -> None:
    project.edit("lazy/fixed", "lazy/repaired")
    text = project.verdicts.read_text()
    project.verdicts.write_text(text.replace("lazy/fixed", "lazy/repaired"))


def observer_rewritten(project: Project) -> None:
    project.edit(
        "    task = machine.current\n    machine.access.executed", "    machine.access.executed"
    )
    project.edit("machine.access.by = task", "task = machine.current\n    machine.access.by = task")


def code_that_goes_wrong(project: Project) -> None:
    project.edit("        previous.image = machine.registers\n", "")


def event_renamed(project: Project) -> None:
    project.edit("    latest: bool = False", "    latest_one: bool = False")
    project.edit("machine.access.latest", "machine.access.latest_one")
    project.edit("access.latest", "access.latest_one", INTEGRITY)


def event_moved(project: Project) -> None:
    project.edit("    access: Access", "    accessed: Access")
    project.edit("machine.access.", "machine.accessed.")


def assertion_added(project: Project) -> None:
    """It fails, which is a violation and no narrower step."""
    held = "    machine.ts = False\n"
    project.edit(held, f"{held}    assert machine.sets_ts, 'it forgot'\n")
    with project.verdicts.open("a") as verdicts:
        verdicts.write('assertions = "violated"\n')


AS_STRONG = [
    event_renamed,
    event_moved,
    assertion_added,
    claim_renamed,
    claim_rewritten,
    claim_in_another_file,
    property_renamed,
    system_renamed,
    observer_rewritten,
    code_that_goes_wrong,
]


MOVING = (assertion_added, code_that_goes_wrong)
"""Those after which a verdict is another one."""


def report(project: Project, *arguments: str) -> tuple[dict[str, Any], int]:
    file = project.folder / "report.json"
    ran = project.gate("--json", str(file), *arguments)
    return json.loads(file.read_text()), ran.code
