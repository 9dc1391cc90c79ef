"""People's own projects with mistakes in them: never green by accident, never a stack trace."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Runner
from tests.cli.test_mistakes import refused, spoilt


def model(project: Path) -> Path:
    return project / "models" / "lazy.py"


def verdicts(project: Path) -> Path:
    return project / "properties" / "verdicts.toml"


@pytest.mark.parametrize("ends", ["import sys; sys.exit(0)", "raise GeneratorExit"])
def test_a_model_that_ends_the_program_is_refused(
    nestproof: Runner, project: Path, ends: str
) -> None:
    model(project).write_text(f"{model(project).read_text()}\n{ends}\n")
    refused(nestproof("check", cwd=project), "module `models.lazy` raises", "models/lazy.py:")


def test_a_step_that_ends_the_program_is_refused(nestproof: Runner, project: Path) -> None:
    spoilt(project, "machine.access.executed = True", "import sys; sys.exit(0)")
    ran = nestproof("simulate", "lazy/fixed", "--random", "5", cwd=project)
    refused(ran, "step `use_fpu` of `lazy/fixed` raises SystemExit", "models/lazy.py:")


def test_what_a_model_prints_is_no_result(nestproof: Runner, project: Path) -> None:
    model(project).write_text(f'{model(project).read_text()}\nprint("hello")\n')
    ran = nestproof("check", "lazy/fixed", "--json", cwd=project)
    assert json.loads(ran.out)["results"][0]["verdict"] == "proved"
    assert "hello" in ran.err


@pytest.mark.parametrize("part", ["models", "properties"])
def test_a_project_without_one_of_its_folders_is_refused(
    nestproof: Runner, project: Path, part: str
) -> None:
    """The bundled catalogue is not checked in its place."""
    (project / part).rename(project / "elsewhere")
    for command in ("list", "check", "gate"):
        refused(nestproof(command, cwd=project), f"has no folder `{part}`")


def test_a_project_without_properties_is_refused(nestproof: Runner, project: Path) -> None:
    for file in (project / "properties").glob("*.*"):
        file.unlink()
    for command in ("check", "gate"):
        refused(nestproof(command, cwd=project), "no properties apply", "@always")
    listed = nestproof("list", cwd=project)
    assert "lazy/fixed" in listed.out
    assert "2 systems, 2 pairs" in listed.err


def test_a_project_without_systems_is_refused(nestproof: Runner, project: Path) -> None:
    model(project).unlink()
    for file in (project / "properties").glob("*.*"):
        file.unlink()
    for command in ("check", "gate", "list"):
        refused(nestproof(command, cwd=project), "there are no systems")


def test_a_property_that_applies_to_no_system_is_reported(nestproof: Runner, project: Path) -> None:
    (project / "properties" / "nobody.py").write_text(
        "from verifier.language import always, record\n\n\n"
        "@record\nclass Nobody:\n    x: bool = False\n\n\n"
        '@always("nobody")\ndef nobody_is_there(nobody: Nobody) -> bool:\n    return not nobody.x\n'
    )
    said = "the property `nobody` applies to no system"
    checked = nestproof("check", cwd=project)
    assert (checked.code, said in checked.err) == (0, True)
    assert said in nestproof("gate", "--no-cache", cwd=project).out


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('["lazy/fixed"]\nisolaton = "proved"\n', ("`isolaton`", "toml:2", "`isolation`?")),
        ('["lazy/fixed"]\nzzz = "proved"\n', ("`zzz`", "toml:2", "remove the line")),
        ('["lazy/fixed"]\nassertions = "proved"\n', ("`lazy/fixed` has no property `assertions`",)),
        ('"lazy/fixed" = "proved"\n', ("the verdicts of `lazy/fixed` are not a table", "toml:1")),
        ("\n\nx = = 1\n", ("is not TOML", "toml:3")),
        ("x = " + "[" * 100_000, ("is not TOML",)),
    ],
)
def test_a_verdict_that_is_recorded_wrong_is_refused_with_its_line(
    nestproof: Runner, project: Path, text: str, parts: tuple[str, ...]
) -> None:
    verdicts(project).write_text(text)
    refused(nestproof("check", cwd=project), *parts)


def test_verdicts_that_are_no_file_are_refused(nestproof: Runner, project: Path) -> None:
    import os

    verdicts(project).unlink()
    verdicts(project).mkdir()
    refused(nestproof("list", cwd=project), "`verdicts.toml` cannot be read")
    verdicts(project).rmdir()
    os.mkfifo(verdicts(project))
    refused(nestproof("list", cwd=project), "`verdicts.toml` cannot be read")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.b.py", ("help: a module is a file whose name ends in `.py`",)),
        ("gone.py", (": it is a link to nothing", "help: remove it")),
    ],
)
def test_a_module_that_cannot_be_imported_is_named(
    nestproof: Runner, project: Path, name: str, parts: tuple[str, ...]
) -> None:
    (project / "models" / name).symlink_to("lazy.py" if name == "a.b.py" else "nowhere")
    refused(nestproof("list", cwd=project), f"`models/{name}` cannot be imported", *parts)


def test_a_folder_that_ends_as_a_module_does_is_passed_over(
    nestproof: Runner, project: Path
) -> None:
    (project / "models" / "old.py").mkdir()
    assert nestproof("list", cwd=project).code == 0


def test_modules_named_as_those_of_python_hide_none(nestproof: Runner, project: Path) -> None:
    for name in ("enum", "json", "signal", "types", "click"):
        (project / "models" / f"{name}.py").write_text("x = 1\n")
    assert nestproof("check", cwd=project).code == 0


def test_a_project_is_called_as_its_folder(nestproof: Runner, tmp_path: Path) -> None:
    for folder, name in (("My Kernel", "my-kernel"), ("___", "lazy-registers")):
        assert nestproof("new", folder, cwd=tmp_path).code == 0
        about = (tmp_path / folder / "pyproject.toml").read_text()
        assert f'name = "{name}"\n' in about


def test_a_file_of_verdicts_that_has_none_is_reported(nestproof: Runner, project: Path) -> None:
    verdicts(project).write_text("")
    checked = nestproof("check", "lazy/fixed/deadlock", cwd=project)
    assert checked.code == 0
    assert "warning: lazy/fixed/deadlock has no verdict in properties/verdicts.toml" in checked.err
    verdicts(project).unlink()
    assert "no verdict" not in nestproof("check", "lazy/fixed/deadlock", cwd=project).err
