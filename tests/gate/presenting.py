"""A presentation for the systems of the template."""

from tests.gate.conftest import Project

IMPORTS = """from verifier.language import (
    Act, Each, Flags, Lanes, Moment, Presentation, Sentence, wrong,
"""
SHOWN = '''
def acts(now: Moment[Machine]) -> Act:
    """Where the fault is raised."""
    return Act(trap="#NM" if now.ran(device_not_available) else "")


def headline(now: Moment[Machine]) -> Sentence | None:
    """Whose registers a task has found."""
    who, owner = now.after.access.by, now.after.access.found.owner
    found = wrong(f"{owner.name}'s registers")
    return None if owner == who else (f"{who.name}'s FPU access finds ", found)


shown = Presentation(
    lanes=Lanes(lambda m: m.current.name),
    acts=acts,
    flags=Flags("FPU registers", (Each(Saved, lambda task: task.uses_fpu),)),
    headline=headline,
    words={"fpu": "FPU"},
)


fixed = System('''
NAMED = '"sets CR0.TS when it switches tasks", presentation=shown)'


def present(project: Project) -> None:
    """Give the systems of the template a presentation."""
    project.edit("from verifier.language import (\n", IMPORTS)
    project.edit("fixed = System(", SHOWN)
    project.edit('"sets CR0.TS when it switches tasks")', NAMED)
    project.edit('"forgets to set CR0.TS"\n', '"forgets to set CR0.TS",\n    presentation=shown,\n')
