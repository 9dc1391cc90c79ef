"""Names of what there is not: answered with the nearest, or with what there is."""

from pathlib import Path

from tests.cli.conftest import Runner
from tests.cli.test_mistakes import refused


def test_an_unknown_name_is_answered_with_the_nearest(nestproof: Runner) -> None:
    refused(nestproof("check", "lazy/fixd"), "`lazy/fixd`", "did you mean `lazy/fixed")
    refused(nestproof("explain", "use_fpo"), "did you mean `use_fpu`?")
    refused(nestproof("simulate", "lazy/brokn"), "did you mean `lazy/broken`?")
    refused(nestproof("chek"), "`chek` is not a command", "did you mean `check`?")


def test_a_name_that_no_file_can_have_is_an_unknown_name(nestproof: Runner) -> None:
    ran = nestproof("show", "x" * 5000)
    refused(ran, "nothing is called `xxx")
    assert len(ran.err) < 1500


def test_a_path_to_no_file_is_reported_as_such(nestproof: Runner, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    refused(nestproof("show", str(folder)), f"`{folder}`: it is a folder\n", "help: give a file")
    (folder / "lazy.fixed.json").write_text("{}")
    refused(nestproof("show", "out", cwd=tmp_path), "`out`: it is a folder\n", "`out/lazy.fixed.js")
    near = "help: did you mean `out/lazy.fixed.json`?"
    for name in ("out/lazy.fixd.json", "out/lazy.fixed", "./out/lazy.fixed.jso"):
        refused(nestproof("show", name, cwd=tmp_path), "`: no such file\n", near)
    for name in ("gone.json", "x" * 300 + ".json"):
        refused(nestproof("show", name), ".json`: no such file\n", "help: give a file")
    refused(nestproof("show", "lazy/fixd"), "nothing is called `lazy/fixd` here", "did you mean")


def test_a_function_without_mutants_is_no_perfect_score(nestproof: Runner) -> None:
    mutate = ("mutate", "lazy/fixed", "--no-cache", "--function", "use_fpu", "--function")
    ran = nestproof(*mutate, "swich_to")
    refused(ran, "`lazy/fixed` runs nothing that can be mutated in `swich_to`\n")
    assert ran.err.endswith("help: did you mean `switch_to`?\n")
    assert ran.out == ""
    ran = nestproof(*mutate, "zzz")
    refused(ran, "help: functions are `device_not_available`, `use_fpu`, `switch_to`")
    ran = nestproof("mutate", "lazy", "--no-cache", "--function", "zzz")
    refused(ran, "these systems run nothing that can be mutated in `zzz`\n")


def test_a_choice_that_there_is_not_is_answered_with_those_that_there_are(
    nestproof: Runner,
) -> None:
    ran = nestproof("simulate", "lazy/fixed", stdin="1 valu=1\n1 value=2\nquit\n")
    assert "`use_fpu` has no choice `valu`\n  help: its choices are `value`\n" in ran.out
    assert "`value` cannot be `2`\n  help: one of `0`, `1`\n" in ran.out


def test_a_field_that_cannot_be_drawn_is_answered_with_some_that_can(nestproof: Runner) -> None:
    ran = nestproof("graph", "lazy/fixed", "--over", "zzz")
    refused(ran, "has no field `zzz` to draw", "help: fields are `ts`, `registers.owner`")
    refused(nestproof("graph", "lazy/fixed", "--over", "tz"), "help: did you mean `ts`?")
