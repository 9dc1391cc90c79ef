"""Files that git has been made to overlook are part of a change all the same."""

import pytest

from tests.gate.conftest import Project


def heading(project: Project) -> str:
    return project.gate().out.splitlines()[0]


@pytest.mark.parametrize("bit", ["assume-unchanged", "skip-worktree"])
def test_a_file_that_git_is_to_take_for_unchanged(project: Project, bit: str) -> None:
    project.git("update-index", f"--{bit}", "models/lazy.py")
    project.edit("        previous.uses_fpu = False\n", "")
    assert project.git("diff", "--name-only") == ""
    ran = project.gate()
    assert ran.code == 1
    assert "1 file changed, 4 of 6 pairs touched" in ran.out
    assert "-        previous.uses_fpu = False" in ran.out
    assert project.git("ls-files", "-v", "models/lazy.py")[0] in "hS"


@pytest.mark.parametrize("name", ["models/more.py", "models/-more.py", "models/a b.py"])
def test_an_ignored_module(project: Project, name: str) -> None:
    (project.folder / ".git" / "info" / "exclude").write_text("*\n")
    (project.folder / name).write_text('"""Nothing."""\n')
    assert project.git("status", "--short") == ""
    assert ": 1 file changed" in heading(project)


def test_an_ignored_system_is_new(project: Project) -> None:
    (project.folder / ".git" / "info" / "exclude").write_text("more.py\n")
    text = project.model.read_text()
    more = project.folder / "models" / "more.py"
    more.write_text(text.replace("lazy/", "more/"))
    ran = project.gate()
    assert "new        more/fixed" in ran.out


def test_ignored_files_of_no_project_are_no_change(project: Project) -> None:
    (project.folder / ".git" / "info" / "exclude").write_text("*.pyc\n__pycache__\n")
    (project.folder / "models" / "__pycache__").mkdir(exist_ok=True)
    (project.folder / "models" / "__pycache__" / "lazy.pyc").write_bytes(b"x")
    assert ": 0 files changed" in heading(project)


def test_the_index_of_the_repository_stays_as_it_is(project: Project) -> None:
    (project.folder / "models" / "more.py").write_text('"""Nothing."""\n')
    index = project.folder / ".git" / "index"
    before = index.read_bytes()
    assert ": 1 file changed" in heading(project)
    assert index.read_bytes() == before


@pytest.mark.parametrize("name", ["lazy.toml", "lazy.json"])
def test_a_text_that_is_called_like_a_record(project: Project, name: str) -> None:
    """A module may be a link to it."""
    asserted = '    assert machine.current == next_task, "another"\n'
    set_last = "    machine.current = next_task\n"
    project.edit(set_last, f"{set_last}{asserted}")
    project.edit(
        "value)\n\n\n@observer", 'value)\n    assert not machine.ts, "faults"\n\n\n@observer'
    )
    text = project.model.rename(project.model.with_name(name))
    project.model.symlink_to(name)
    project.gate("--accept")
    project.commit()
    text.write_text(text.read_text().replace(asserted, ""))
    ran = project.gate("--base", "HEAD")
    assert ran.code == 1, ran.out
    assert "weakened   claim assertion/switch_to" in ran.out
