"""The example of the guide to presentations, in a project that `nestproof new` writes."""

import re
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path

from tests.cli.conftest import HERE, Runner
from verifier.language import presentation

VIEWER = HERE.parent / "viewer"
MACHINES, GOLDENS = VIEWER / "machines", VIEWER / "golden" / "lanes"
GUIDE = HERE.parent.parent / "docs" / "presentation.md"


def blocks(kind: str) -> list[str]:
    """The quoted texts of a kind, in order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == kind]


def signature(name: str) -> str:
    """How a class of the language is called, with types and defaults."""
    parts = []
    for each in fields(getattr(presentation, name)):
        plain = repr(each.default).replace("''", '""')
        default = "" if each.default is MISSING else f" = {plain}"
        default = default if each.default_factory is MISSING else " = {}"
        parts.append(f"{each.name}: {each.type}{default}")
    return f"{name}({', '.join(parts)})"


def test_the_guide_has_the_signature_of_every_class() -> None:
    [written] = blocks("pyi")
    known = [each for each in vars(presentation).values() if isinstance(each, type)]
    known = [each for each in known if each.__module__ == presentation.__name__]
    own = [each.__name__ for each in known if is_dataclass(each)]
    assert len(own) == 13
    assert all(signature(name) in " ".join(written.split()) for name in own)


def present(project: Path, old: str, new: str) -> None:
    """Replace a text of the presentation."""
    model = project / "models" / "lazy.py"
    text = model.read_text()
    assert old in text
    model.write_text(text.replace(old, new))


def test_the_example_of_the_guide_is_the_template_s_and_shown_as_it_says(
    nestproof: Runner, project: Path
) -> None:
    model = (project / "models" / "lazy.py").read_text()
    model += (MACHINES / "models" / "two_cpus.py").read_text()
    assert all(text in model for text in blocks("python"))
    drawn = "".join(golden.read_text() for golden in GOLDENS.glob("*.txt"))
    assert all(text in drawn for text in blocks("text"))
    ran = nestproof("show", "lazy/broken/isolation", "--plain", cwd=project)
    assert ran.code == 0, ran.err
    headline, timeline, _ = blocks("")
    shown = ran.out.splitlines()
    assert all(line in shown for line in (headline + timeline).splitlines())


def test_the_guide_says_what_is_shown_where_a_presentation_cannot_be_used(
    nestproof: Runner, project: Path
) -> None:
    present(project, "return Act(", "return 1 / 0 or Act(")
    ran = nestproof("show", "lazy/broken/isolation", "--plain", cwd=project)
    assert ran.code == 0, ran.err
    *_, problem = blocks("")
    words = re.sub(r"lazy\.py:\d+", "lazy.py:N", " ".join(problem.split()))
    assert words in re.sub(r"lazy\.py:\d+", "lazy.py:N", " ".join(ran.out.split()))
    assert "Traceback" not in ran.out + ran.err
    assert nestproof("check", cwd=project).code == 0


def test_the_simulator_goes_on_without_a_presentation_that_cannot_be_used(
    nestproof: Runner, project: Path
) -> None:
    present(project, "machine.current.name", "machine.curent.name")
    ran = nestproof("simulate", "lazy/fixed", cwd=project, stdin="1\nquit\n")
    assert ran.code == 0, ran.err
    assert ran.err.count("warning: `lanes` of the presentation of `lazy/fixed`: ") == 1
    assert "state after 1" in ran.out


def test_the_simulator_says_who_runs(nestproof: Runner, project: Path) -> None:
    ran = nestproof("simulate", "lazy/fixed", cwd=project, stdin="quit\n")
    assert ran.out.startswith("state after 0, A runs\n")
    assert not ran.err
