"""Files of a project that are not read, or cannot be: reported, with what to do."""

from pathlib import Path

import pytest

from tests.cli.conftest import Runner
from tests.cli.test_mistakes import refused
from tests.cli.test_projects import verdicts

FOLDER = Path("properties") / "certificates"


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("properties/verdict.toml", "verdicts"),
        ("properties/older/verdicts.toml", "verdicts"),
        ("verdicts.toml", "verdicts"),
        ("models/mutants.toml", "mutants"),
        ("properties/expected.toml", "verdicts"),
    ],
)
def test_a_file_of_verdicts_by_another_name_is_reported(
    nestproof: Runner, project: Path, name: str, meant: str
) -> None:
    file = project / name
    file.parent.mkdir(exist_ok=True)
    file.write_text('["lazy/fixed"]\nisolation = "violated"\n')
    (project / "ruff.toml").write_text("line-length = 100\n")
    said = f"`{name}` is not read: `properties/{meant}.toml` would be\n"
    checked = nestproof("check", cwd=project)
    assert (checked.code, checked.err.count("is not read"), said in checked.err) == (0, 1, True)
    assert said in nestproof("gate", cwd=project).out
    assert said in nestproof("check", "lazy/fixed", cwd=project).err
    assert said in nestproof("gate", "lazy/fixed", cwd=project).out


def test_a_link_to_no_verdicts_is_refused(nestproof: Runner, project: Path) -> None:
    verdicts(project).unlink()
    verdicts(project).symlink_to("nowhere")
    refused(
        nestproof("check", cwd=project), "cannot be read", "verdicts.toml:1", "help: replace it"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[tool.nestproof]\nmodels = "src"\n', 2),
        ('[tool.ruff]\nmodels = "x"\n\n[tool.nestproof]\n\n"models" = "src"\n', 6),
        ('tool.nestproof.models = "src"\n', 1),
    ],
)
def test_a_key_of_the_project_that_is_not_known_is_refused_with_its_line(
    nestproof: Runner, project: Path, text: str, line: int
) -> None:
    (project / "pyproject.toml").write_text(text)
    said = "`tool.nestproof` has the key `models`, which is not known"
    refused(nestproof("list", cwd=project), said, f"pyproject.toml:{line}", "help: remove it")


@pytest.mark.parametrize("file", ["verdicts", "mutants"])
def test_what_is_not_toml_is_refused_with_what_to_do(
    nestproof: Runner, project: Path, file: str
) -> None:
    (project / "properties" / f"{file}.toml").write_text("\n[x\n")
    ran = nestproof("mutate", "lazy/fixed", cwd=project)
    refused(ran, "is not TOML", f"{file}.toml:2", "help: correct it")


def test_a_wrong_verdict_is_refused_with_the_line_in_its_own_table(
    nestproof: Runner, project: Path
) -> None:
    text = '# isolation\n["lazy/broken"]\nisolation = "violated"\n["lazy/fixed"]\nisolation = 1\n'
    verdicts(project).write_text(text)
    refused(nestproof("check", cwd=project), "unknown verdict `1`", "verdicts.toml:5")


@pytest.mark.parametrize("is_link", [True, False])
def test_stored_evidence_without_a_folder_is_reported_once(
    nestproof: Runner, project: Path, is_link: bool
) -> None:
    folder = project / FOLDER
    if is_link:
        folder.symlink_to("nowhere")
    else:
        folder.write_text("")
    said = "`properties/certificates` is not a folder"
    checked = nestproof("check", cwd=project)
    assert (checked.code, checked.err.count(said)) == (0, 1)
    assert nestproof("gate", cwd=project).out.count(said) == 1
    accepted = nestproof("gate", "--accept", cwd=project)
    refused(accepted, "certificates` cannot be used: it is a file; expected a folder")


@pytest.mark.parametrize(
    ("name", "target", "said"),
    [
        ("lazy.fixed.json", "nowhere", "cannot be used: No such file or directory"),
        ("lazy.fixd.json", "../verdicts.toml", "belongs to no system of this project"),
    ],
)
def test_evidence_that_is_a_link_to_nothing_or_has_another_name_is_reported(
    nestproof: Runner, project: Path, name: str, target: str, said: str
) -> None:
    (project / FOLDER).mkdir()
    (project / FOLDER / name).symlink_to(target)
    for command, stream in (("check", "err"), ("gate", "out")):
        ran = nestproof(command, cwd=project)
        assert f"`properties/certificates/{name}` {said}" in getattr(ran, stream)


def test_stored_evidence_that_names_fields_that_there_are_not_is_reported(
    nestproof: Runner, project: Path
) -> None:
    assert nestproof("gate", "--accept", cwd=project).code == 0
    file = project / FOLDER / "lazy.fixed.json"
    file.write_text(file.read_text().replace('"ts"', '"st"'))
    said = "the stored evidence of `lazy/fixed` names `st`, which it does not have"
    checked = nestproof("check", cwd=project)
    assert (checked.code, checked.err.count(said)) == (0, 1)
    gated = nestproof("gate", "--no-cache", cwd=project)
    assert (gated.code, gated.out.count(said)) == (0, 1)
    assert nestproof("gate", "--accept", cwd=project).code == 0
    assert said not in nestproof("check", cwd=project).err
