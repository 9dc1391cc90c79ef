"""One message each, and exit code 2."""

import shutil
from pathlib import Path

import pytest

from tests.gate.conftest import Project


def refused(project: Project, *arguments: str, cwd: Path | None = None) -> str:
    ran = project.run("gate", *arguments, cwd=cwd)
    assert ran.code == 2, ran.out + ran.err
    assert ran.err.count("error:") == 1
    assert "Traceback" not in ran.err
    return ran.err


def test_an_unknown_revision(project: Project) -> None:
    assert "unknown revision `v99`" in refused(project, "--base", "v99")


@pytest.mark.parametrize("revision", ["--help", "", "HEAD^{tree}", "a b", "\n"])
def test_what_is_no_revision(project: Project, revision: str) -> None:
    assert "unknown revision" in refused(project, f"--base={revision}")


def test_a_bare_repository(project: Project, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    project.git("clone", "--quiet", "--bare", ".", str(bare))
    assert "is bare" in refused(project, cwd=bare)


def test_a_shallow_clone_without_the_merge_base(project: Project, tmp_path: Path) -> None:
    project.commit("theirs")
    project.git("checkout", "--quiet", "main")
    project.commit("ours")
    project.git(
        "clone",
        "--quiet",
        "--depth=1",
        "--no-single-branch",
        f"file://{project.folder}",
        str(tmp_path / "c"),
    )
    clone = Project(tmp_path / "c", project.environment)
    clone.git("checkout", "--quiet", "topic")
    said = refused(clone)
    assert "no commit in common" in said
    assert "shallow" in said


def test_a_merge_that_is_under_way(project: Project) -> None:
    project.edit("machine.ts = False", "machine.ts = True")
    project.commit()
    project.git("checkout", "--quiet", "-b", "other", "main")
    project.edit("machine.ts = False", "machine.ts = machine.ts")
    project.commit()
    with pytest.raises(Exception, match="merge"):
        project.git("merge", "topic")
    assert "`models/lazy.py` has a merge conflict" in refused(project)


def test_no_main_branch(project: Project) -> None:
    project.git("branch", "--quiet", "--delete", "--force", "main")
    assert "no main branch" in refused(project)
    assert project.gate("--base", "HEAD").code == 0


def test_two_systems_of_one_name(project: Project) -> None:
    project.edit('"lazy/broken"', '"lazy/fixed"')
    project.edit('["lazy/broken"]\nisolation = "violated"', "", "properties/verdicts.toml")
    assert "two systems are called `lazy/fixed`" in refused(project)


def test_a_verdict_of_what_is_not_there(project: Project) -> None:
    project.verdicts.write_text('["lazy/gone"]\nisolation = "proved"\n')
    assert "`lazy/gone`, which does not exist" in refused(project)


def test_verdicts_that_are_no_toml(project: Project) -> None:
    project.verdicts.write_text("<<<<<<< HEAD\n")
    assert "is not TOML" in refused(project)


def test_a_report_that_cannot_be_written(project: Project) -> None:
    assert "cannot be written" in refused(project, "--markdown", "no/such/folder/report.md")


def test_a_model_that_does_not_load(project: Project) -> None:
    project.model.write_text("def (")
    assert "is not Python" in refused(project)


def test_outside_git_everything_is_checked_and_there_is_no_base(
    project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns(".git"))
    plain = Project(folder, project.environment)
    assert "the whole catalogue" in plain.gate().out
    assert "is not in a git repository" in refused(plain, "--base", "HEAD")


def test_a_base_without_models_is_reported_and_the_head_is_checked(project: Project) -> None:
    project.git("checkout", "--quiet", "--orphan", "empty")
    project.git("rm", "-rq", "--cached", ".")
    project.git("commit", "--quiet", "--allow-empty", "--message", "nothing")
    ran = project.gate("--base", "empty")
    assert ran.code == 0
    assert "it has no models" in ran.out


def test_a_base_that_does_not_load_is_reported_and_the_head_is_checked(project: Project) -> None:
    good = project.model.read_text()
    project.model.write_text("import nothing_of_that_name\n" + good)
    project.commit()
    project.model.write_text(good)
    ran = project.gate("--base", "HEAD")
    assert ran.code == 3
    assert "cannot be compared" in ran.out
    assert "nothing_of_that_name" in ran.out
    assert "weakened   base " in ran.out


def test_a_dirty_tree_is_what_is_checked(project: Project) -> None:
    project.edit("        previous.uses_fpu = False\n", "")
    (project.folder / "models" / "more.py").write_text('"""Not yet added."""\n')
    ran = project.gate()
    assert ran.code == 1
    assert "2 files changed" in ran.out


def test_a_project_in_a_folder_of_its_repository(project: Project, tmp_path: Path) -> None:
    outer = Project(tmp_path / "outer", project.environment)
    outer.folder.mkdir()
    outer.git("init", "--quiet", "--initial-branch=main")
    inner = outer.folder / "verification"
    shutil.copytree(project.folder, inner, ignore=shutil.ignore_patterns(".git"))
    outer.commit()
    nested = Project(inner, project.environment)
    nested.edit("        previous.uses_fpu = False\n", "")
    ran = nested.gate("--sarif", "report.sarif")
    assert ran.code == 1
    assert "1 file changed" in ran.out
    assert "  models/lazy.py, after line 114 in switch_to" in ran.out
    assert '"uri":"verification/models/lazy.py"' in (inner / "report.sarif").read_text()


def test_verdicts_that_change_while_the_gate_runs_are_not_overwritten(tmp_path: Path) -> None:
    from verifier.language.errors import ModelError
    from verifier.project.recorded_verdicts import write

    (tmp_path / "properties").mkdir()
    file = tmp_path / "properties" / "verdicts.toml"
    file.write_text("# Theirs.\n")
    with pytest.raises(ModelError, match="has changed"):
        write(tmp_path, "", "# Mine.\n")
    assert file.read_text() == "# Theirs.\n"


@pytest.mark.parametrize("content", [b'x = "\0"\n', b"(" * 5000, b"# \xe9\nx = '\xe9'\n"])
def test_a_private_file_that_is_no_python_touches_nothing(project: Project, content: bytes) -> None:
    (project.folder / "models" / "_notes.py").write_bytes(content)
    project.commit()
    (project.folder / "models" / "_notes.py").write_bytes(content + b"#")
    assert project.gate("--base", "HEAD").code == 0
