"""Repositories that are odd, hostile or broken: the gate compares, or says why it cannot."""

import os
import shutil
from pathlib import Path

import pytest

from tests.gate.conftest import Project
from tests.gate.test_bad_input import refused


def broken(project: Project) -> None:
    project.edit("        previous.uses_fpu = False\n", "")


def program(folder: Path, text: str) -> Path:
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("revision", ["^HEAD", "main..HEAD", "--all", "-x", "\x1b[31m"])
def test_what_names_no_single_commit_is_no_base(project: Project, revision: str) -> None:
    said = refused(project, f"--base={revision}")
    assert "unknown revision" in said
    assert "\x1b" not in said


def test_a_repository_that_git_cannot_read_is_not_taken_for_none(project: Project) -> None:
    (project.folder / ".git" / "config").write_text("[core\n")
    assert "git rev-parse fails: fatal: bad config" in refused(project)


def test_a_missing_git_is_reported_where_there_is_a_repository(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    project.environment["PATH"] = str(tmp_path / "empty")
    assert "git cannot be run: No such file" in refused(project)
    assert "install git" in refused(project, "--base", "main")
    assert project.run("check", "lazy/fixed").code == 0


def test_the_environment_of_another_repository_is_left_aside(
    project: Project, tmp_path: Path
) -> None:
    broken(project)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"):
        project.environment[name] = str(tmp_path / "other")
    project.environment.update(GIT_EXTERNAL_DIFF="false", GIT_DIFF_OPTS="-u9")
    ran = project.gate()
    assert ran.code == 1
    assert "1 file changed" in ran.out
    assert "-        previous.uses_fpu = False" in ran.out


@pytest.mark.parametrize(
    "settings",
    [
        {
            "diff.noprefix": "true",
            "diff.renames": "copies",
            "diff.context": "9",
            "color.ui": "always",
            "diff.relative": "true",
        },
        {"diff.mnemonicPrefix": "true", "diff.interHunkContext": "99"},
    ],
)
def test_the_lines_to_blame_are_found_whatever_is_configured(
    project: Project, settings: dict[str, str]
) -> None:
    for name, value in settings.items():
        project.git("config", name, value)
    broken(project)
    ran = project.gate()
    assert ran.code == 1
    assert "  models/lazy.py, after line 114 in switch_to" in ran.out
    assert "-        previous.uses_fpu = False" in ran.out


def test_no_program_of_the_repository_runs(project: Project, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    spy = program(tmp_path, f'echo "$0 $*" >> {ran}; exec cat "$@"')
    for setting in (
        "core.fsmonitor",
        "diff.spy.textconv",
        "diff.spy.command",
        "diff.external",
        "filter.spy.smudge",
        "core.pager",
        "tar.tar.command",
    ):
        project.git("config", setting, str(spy))
    hooks = project.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "pre-auto-gc", "fsmonitor-watchman"):
        (hooks / name).write_bytes(spy.read_bytes())
        (hooks / name).chmod(0o755)
    (project.folder / ".gitattributes").write_text("*.py diff=spy filter=spy\n")
    broken(project)
    ran.unlink(missing_ok=True)
    assert project.gate().code == 1
    assert not ran.exists(), ran.read_text()


def test_what_is_not_to_be_exported_is_compared_all_the_same(project: Project) -> None:
    (project.folder / ".gitattributes").write_text("models export-ignore\n*.py export-subst\n")
    project.git("checkout", "--quiet", "main")
    project.commit()
    project.git("checkout", "--quiet", "-b", "other")
    broken(project)
    ran = project.gate()
    assert "cannot be compared" not in ran.out
    assert "1 file changed, 4 of 6 pairs touched" in ran.out


@pytest.mark.parametrize(
    ("target", "code"), [("/dev/zero", 3), ("../../../..", 3), ("itself.py", 0), ("nowhere", 0)]
)
def test_links_at_the_base_lead_nowhere(project: Project, target: str, code: int) -> None:
    link = project.folder / "models" / "_itself.py"
    link.symlink_to(target)
    project.commit()
    link.unlink()
    ran = project.gate("--base", "HEAD")
    assert (ran.code, ran.err) == (code, "")
    assert ("`models/_itself.py` leads out of the repository" in ran.out) == bool(code)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ["a b", 'a"b', "a\nb", "ä", "a\tb", "a\x1b]0;\x07b", "-x"])
def test_any_file_name_can_be_in_a_project(project: Project, name: str) -> None:
    file = project.folder / "models" / f"_{name}.txt"
    file.write_text("one\n")
    project.commit()
    file.write_text("two\n")
    (project.folder / "properties" / f"{name}.json").write_text("")
    ran = project.gate("--base", "HEAD", "--why")
    assert ran.code == 0
    assert "2 files changed" in ran.out
    assert "\x1b" not in ran.out


def test_names_of_foreign_evidence_are_shown_inert(project: Project) -> None:
    (project.certificates / "x\x1b]0;\x07\ny.json").write_text("{}")
    ran = project.gate("--markdown", "report.md")
    for text in (ran.out, (project.folder / "report.md").read_text()):
        assert "\x1b" not in text
        assert "x?]0;??y.json` belongs to no system of this project" in text


def test_lines_of_a_change_are_shown_inert(project: Project) -> None:
    project.edit("        previous.uses_fpu = False\n", "        pass  # \x1b]2;\u202e\n")
    ran = project.gate()
    assert ran.code == 1
    assert "+        pass  # ?]2;?" in ran.out


def test_a_worktree_and_a_submodule_are_repositories_like_others(
    project: Project, tmp_path: Path
) -> None:
    project.git("worktree", "add", "--quiet", "-b", "third", str(tmp_path / "tree"))
    tree = Project(tmp_path / "tree", project.environment)
    broken(tree)
    assert "1 file changed" in tree.gate().out
    outer = Project(tmp_path / "outer", project.environment)
    outer.folder.mkdir()
    outer.git("init", "--quiet", "--initial-branch=main")
    allowed = ("-c", "protocol.file.allow=always")
    outer.git(*allowed, "submodule", "--quiet", "add", str(project.folder), "models-of-ours")
    inner = Project(outer.folder / "models-of-ours", project.environment)
    broken(inner)
    assert "1 file changed" in inner.gate("--base", "HEAD").out


def test_a_project_that_became_a_submodule_is_not_compared_with_itself(
    project: Project, tmp_path: Path
) -> None:
    outer = Project(tmp_path / "outer", project.environment)
    shutil.copytree(project.folder, outer.folder / "lazy", ignore=shutil.ignore_patterns(".git"))
    outer.git("init", "--quiet", "--initial-branch=main")
    outer.commit()
    outer.git("checkout", "--quiet", "-b", "topic")
    outer.git("rm", "-r", "--quiet", "lazy")
    allowed = ("-c", "protocol.file.allow=always")
    outer.git(*allowed, "submodule", "--quiet", "add", "--force", str(project.folder), "lazy")
    outer.commit()
    ran = Project(outer.folder / "lazy", project.environment).gate("--base", "HEAD")
    assert ran.code == 3
    assert f"the project was a folder of the repository `{outer.folder}`" in ran.out


def test_what_is_loaded_and_is_no_file_that_is_compared_is_no_part_of_a_base(
    project: Project,
) -> None:
    folder = project.folder / "properties" / "__pycache__"
    folder.mkdir(exist_ok=True)
    (project.folder / "properties" / "isolation.py").rename(folder / "isolation.py")
    moved = "from properties.__pycache__.isolation import *\n"
    (project.folder / "properties" / "isolation.py").write_text(moved)
    ran = project.gate("--base", "HEAD")
    assert ran.code == 3
    assert "`properties/__pycache__/isolation.py` is loaded" in ran.out


def test_a_detached_head_has_the_merge_base(project: Project) -> None:
    project.git("checkout", "--quiet", "--detach")
    broken(project)
    project.commit()
    assert "1 file changed, 4 of 6 pairs touched" in project.gate().out


def test_before_the_first_commit_everything_is_checked(project: Project) -> None:
    shutil.rmtree(project.folder / ".git")
    project.git("init", "--quiet")
    ran = project.gate()
    assert ran.code == 0
    assert "there is no revision to compare with" in ran.out
    said = project.run("diff", "lazy/fixed")
    assert said.code == 2
    assert "has no earlier revision" in said.err


def test_a_pipe_in_the_models_is_refused(project: Project) -> None:
    os.mkfifo(project.folder / "models" / "pipe.py")
    assert "`models/pipe.py` cannot be imported" in refused(project)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", [":!odd", ":(top)x", "a\nb\n", "*", "[a]"])
def test_a_folder_of_any_name_can_hold_the_project(project: Project, name: str) -> None:
    folder = project.folder / name
    folder.mkdir()
    for part in ("models", "properties", "pyproject.toml"):
        project.git("mv", part, f"./{name}/")
    inside = Project(folder, project.environment)
    inside.commit("moved")
    broken(inside)
    ran = inside.gate("--base", "HEAD")
    assert ran.code == 1
    assert "1 file changed" in ran.out
    assert "-        previous.uses_fpu = False" in ran.out


def test_a_head_that_leads_nowhere_is_an_error_and_not_a_first_commit(project: Project) -> None:
    """Else there would be nothing to compare with, and everything would be fine."""
    commit = project.commit()
    blob = project.folder / ".git" / "objects" / commit[:2] / commit[2:]
    blob.chmod(0o600)
    blob.unlink()
    ran = project.gate()
    assert ran.code == 2
    assert "damaged" in ran.err
    branch = project.folder / ".git" / "refs" / "heads" / "topic"
    branch.write_text("nonsense")
    assert project.gate().code == 2


def test_a_name_of_a_branch_and_a_tag_is_refused(project: Project) -> None:
    project.git("tag", "main", "HEAD")
    ran = project.gate("--base", "main")
    assert ran.code == 2
    assert "`main` is the name of 2 things in this repository" in ran.err
    assert project.gate("--base", "refs/heads/main").code == 0


def test_branches_that_were_merged_crosswise_have_no_one_base(project: Project) -> None:
    for branch in ("main", "topic"):
        project.git("checkout", "--quiet", "-B", branch, "main~0" if branch == "main" else "topic")
        (project.folder / f"{branch}.txt").write_text(branch)
        project.commit(branch)
    ours = project.git("rev-parse", "topic").strip()
    project.git("merge", "--quiet", "--no-edit", "main")
    project.git("checkout", "--quiet", "main")
    project.git("merge", "--quiet", "--no-edit", ours)
    project.git("checkout", "--quiet", "topic")
    ran = project.gate()
    assert ran.code == 2
    assert "HEAD left `main` in 2 commits: there are criss-cross merges" in ran.err


@pytest.mark.parametrize("name", ['"quoted', "back\\slash", "a\nb", "a:b"])
def test_a_gate_leaves_the_objects_of_the_repository_as_they_are(
    project: Project, name: str
) -> None:
    """So it works where nothing can be written, whatever files there are that git does not have."""
    project.commit()
    broken(project)
    (project.folder / "models" / "more.py").write_text('"""More."""\n')
    folder = project.folder.rename(project.folder.with_name(name))
    moved = Project(folder, project.environment)
    before = {*(folder / ".git" / "objects").rglob("*")}
    ran = moved.gate("--base=HEAD")
    assert ran.code == 1, ran.err
    assert "models/more.py" in moved.git("status", "--short")
    assert {*(folder / ".git" / "objects").rglob("*")} == before
