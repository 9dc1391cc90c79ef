"""A person's mistakes: one message, place and help, exit code 2, nothing half written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import HERE, Ran, Runner


def refused(ran: Ran, *parts: str) -> None:
    """The command failed with one message that holds the parts, and no stack trace."""
    assert ran.code == 2, ran.out + ran.err
    assert "Traceback" not in ran.err + ran.out
    assert ran.err.count("error:") == 1
    for part in parts:
        assert part in ran.err


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        ("check --engin bmc", ("`nestproof check` has no option `--engin`", "mean `--engine`?")),
        ("list --zzz", ("has no option `--zzz`", "help: see `nestproof list --help`")),
        ("check --engine foo", ("`--engine`: `foo`", "one of `auto`, `pdr`, `bmc`")),
        (
            "check --jobs x",
            ("`--jobs`: `x` is not a valid integer\n", "help: see `nestproof check"),
        ),
        ("check --timeout", ("`--timeout` requires an argument", "see the command's `--help`")),
        ("show", ("`nestproof show` needs WHAT", "help: see `nestproof show --help`")),
        ("export lazy/fixed", ("needs `--format`", "help: one of `aiger`, `smt2`")),
        ("completion", ("needs SHELL", "help: one of `bash`, `zsh`, `fish`")),
        ("graph lazy/fixed", ("needs `--over`", "help: see `nestproof graph --help`")),
        (
            "simulate lazy/*",
            ("`lazy/*` is a pattern; expected one system", "such as `lazy/broken`"),
        ),
        ("simulate lazy/fixed/isolation", ("expected a system", "such as `lazy/fixed`")),
        ("cover lazy/fixed/isolation", ("expected a system", "such as `lazy/fixed`")),
        ("mutate */isolation", ("`*/isolation` names pairs", "such as `lazy/broken`")),
    ],
)
def test_a_command_line_that_cannot_be_read_is_answered_with_help(
    nestproof: Runner, command: str, parts: tuple[str, ...]
) -> None:
    refused(nestproof(*command.split()), "help: ", *parts)


def test_a_name_for_several_pairs_is_refused_where_one_is_needed(nestproof: Runner) -> None:
    refused(nestproof("show", "lazy"), "names 6 pairs", "name one of them")


def test_limits_out_of_range_are_refused(nestproof: Runner) -> None:
    for option, value in (
        ("--depth", "0"),
        ("--timeout", "-1"),
        ("--timeout", "nan"),
        ("--jobs", "0"),
        ("--engine", "x"),
    ):
        refused(nestproof("check", option, value), option)
    refused(nestproof("check", "--depth", "0"), "`--depth`: 0 is not between 1 and 100000")


def test_an_export_path_that_cannot_be_written_is_refused(
    nestproof: Runner, tmp_path: Path
) -> None:
    target = tmp_path / "no" / "such" / "folder.aig"
    ran = nestproof("export", "lazy/fixed/isolation", "--format", "aiger", "-o", str(target))
    refused(ran, "cannot be written", "No such file or directory")


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--evidence"),
        ("gate", "--json"),
        ("export", "lazy/fixed/isolation", "--format", "smt2", "-o"),
        ("new",),
        ("audit",),
    ],
)
def test_files_are_named(nestproof: Runner, project: Path, command: tuple[str, ...]) -> None:
    before = sorted(project.rglob("*"))
    refused(nestproof(*command, "", cwd=project), "an empty name")
    refused(nestproof(*command, "-", cwd=project), "`-` names no file here")
    assert sorted(project.rglob("*")) == before


def test_evidence_that_cannot_be_saved_is_refused_before_the_search(
    nestproof: Runner, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    refused(nestproof("check", "--evidence", str(tmp_path / "file" / "x")), "cannot be written")


@pytest.mark.parametrize(
    "command",
    [
        ("graph", "lazy/fixed", "--over", "ts", "-o"),
        ("export", "lazy/fixed/isolation", "--format", "smt2", "-o"),
        ("gate", "--json"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_by_every_command(
    nestproof: Runner, tmp_path: Path, command: tuple[str, ...]
) -> None:
    refused(nestproof(*command, str(tmp_path / "no" / "file")), "no/file` cannot be written")


def test_coverage_proofs_that_cannot_be_saved_are_refused_before_the_search(
    nestproof: Runner, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    ran = nestproof("cover", "lazy/fixed", "--evidence", str(tmp_path / "file" / "x"))
    refused(ran, "cannot be written")
    assert ran.out == ""


def test_what_is_no_file_is_written_to_and_not_replaced(nestproof: Runner, tmp_path: Path) -> None:
    import stat

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    export = ("export", "lazy/fixed/isolation", "--format", "aiger", "-o", str(pipe))
    assert nestproof(*export).code == 0
    assert os.read(reader, 3) == b"aig"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_two_reports_in_one_file_are_refused(nestproof: Runner, tmp_path: Path) -> None:
    file = str(tmp_path / "report")
    refused(nestproof("gate", "--json", file, "--sarif", file), "two reports")


def test_what_a_terminal_would_obey_is_not_repeated(nestproof: Runner) -> None:
    for command in ("check", "explain", "show"):
        ran = nestproof(command, "a\x1b[2J\n\u202eb\x07")
        refused(ran, "nothing is called `a?[2J ?b?` here")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "nul",
        '{"schema": 2, "kind": "trace"}',
        '{"schema": 1, "kind": "x"}',
        '{"schema": 1, "kind": "trace"}',
        "[" * 100_000,
        '{"schema": 1e999}',
        "\x00\xff",
    ],
)
def test_a_damaged_or_foreign_file_is_refused(
    nestproof: Runner, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    for command in ("audit", "show"):
        refused(nestproof(command, str(file)), "x.json")


def spoilt(project: Path, old: str, new: str) -> int:
    """Replace a text of the model; the line of the replacement."""
    model = project / "models" / "lazy.py"
    text = model.read_text()
    assert old in text
    model.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_a_model_that_raises_is_named_with_its_line(nestproof: Runner, project: Path) -> None:
    line = spoilt(project, "machine.ts = machine.sets_ts", 'raise KeyError("oops")')
    refused(nestproof("check", cwd=project), "KeyError", f"models/lazy.py:{line}")


def test_a_model_that_is_not_python_is_named_with_its_line(
    nestproof: Runner, project: Path
) -> None:
    line = spoilt(project, "machine.ts = machine.sets_ts", "machine.ts = = 1")
    refused(nestproof("check", cwd=project), "is not Python", f"models/lazy.py:{line}", "help: cor")


def test_a_refused_construct_is_named_with_its_line_and_help(
    nestproof: Runner, project: Path
) -> None:
    line = spoilt(project, "if machine.ts:", "if machine.ts is True:")
    show = ("show", "lazy/fixed/isolation")
    for command in (("check",), show, (*show, "--fresh"), (*show, "--case", "use_fpu")):
        ran = nestproof(*command, cwd=project)
        refused(ran, "compares with `is`", f"models/lazy.py:{line}", "==")


def test_a_misspelt_field_is_answered_with_the_nearest(nestproof: Runner, project: Path) -> None:
    spoilt(project, "machine.access.executed = True", "machine.access.exectued = True")
    refused(nestproof("check", cwd=project), "`exectued`", "did you mean `executed`?")


def test_a_verdict_for_what_does_not_exist_is_refused(nestproof: Runner, project: Path) -> None:
    verdicts = project / "properties" / "verdicts.toml"
    verdicts.write_text('["lazy/gone"]\nisolation = "proved"\n')
    refused(nestproof("check", cwd=project), "`lazy/gone`", "verdicts.toml:1")
    verdicts.write_text('["lazy/fixed"]\nisolation = "fine"\n')
    refused(nestproof("check", cwd=project), "unknown verdict `fine`", "verdicts.toml:2")
    verdicts.write_text("not toml")
    refused(nestproof("check", cwd=project), "is not TOML")


def test_two_systems_of_one_name_are_refused(nestproof: Runner, project: Path) -> None:
    spoilt(project, '"lazy/broken"', '"lazy/fixed"')
    refused(nestproof("check", cwd=project), "two systems are called `lazy/fixed`")


def test_new_does_not_touch_a_folder_that_is_in_use(nestproof: Runner, project: Path) -> None:
    before = sorted(project.rglob("*"))
    refused(nestproof("new", str(project)), "not empty")
    assert sorted(project.rglob("*")) == before


def saved(nestproof: Runner, folder: Path, **changes: object) -> Path:
    """The proof of lazy/fixed with something else in it."""
    import json

    assert nestproof("check", "lazy/fixed", "--evidence", str(folder)).code == 0
    file = folder / "lazy.fixed.isolation.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
    return file


def test_a_saved_proof_that_does_not_hold_is_not_shown_as_one(
    nestproof: Runner, tmp_path: Path
) -> None:
    for changes, why in (
        ({"lemmas": [{}]}, "the proof of `lazy/fixed/isolation` is rejected: lemma 1"),
        ({"system": "lazy/lost"}, "there is no system `lazy/lost` here"),
        ({"story": 1}, "unknown key `story`"),
    ):
        file = saved(nestproof, tmp_path, **changes)
        shown, audited = nestproof("show", str(file)), nestproof("audit", str(file))
        assert (shown.code, shown.out, audited.code) == (1, "", 1)
        assert why in shown.err
        assert "rejected" in audited.out


def test_an_audit_that_takes_too_long_is_unknown(nestproof: Runner, tmp_path: Path) -> None:
    file = saved(nestproof, tmp_path, induction=100)
    ran = nestproof("audit", "--timeout", "0.5", str(file))
    assert (ran.code, "unknown" in ran.out) == (3, True)
    assert ran.out == f"unknown {file}: lazy/fixed/isolation: not audited: timed out after 0.5 s\n"
    shown = nestproof("show", "--timeout", "0.5", str(file))
    assert (shown.code, "is not audited: timed out after 0.5 s" in shown.err) == (3, True)


def test_an_audit_repeats_nothing_that_a_terminal_obeys(nestproof: Runner, tmp_path: Path) -> None:
    file = saved(nestproof, tmp_path, property="x\x1b[2J\n\u202e")
    ran = nestproof("audit", str(file))
    assert "has no property `x?[2J ?`" in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("typed", ["²", "9" * 5000, "-1", "0", "\x1b]0;x\x07", "1 x=\x1b]0;"])
def test_what_is_no_step_is_refused_by_hand_and_the_simulation_goes_on(
    nestproof: Runner, typed: str
) -> None:
    ran = nestproof("simulate", "lazy/fixed", stdin=f"{typed}\n1\nquit\n")
    assert (ran.code, ran.err) == (0, "")
    assert "state after 1" in ran.out
    assert "\x1b" not in ran.out


def test_a_new_project_for_which_there_is_no_space_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk."""
    import resource
    import signal

    def full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    (tmp_path / "empty").mkdir()
    for name in ("empty", "new"):
        done = subprocess.run(
            [sys.executable, "-B", "-m", "verifier", "new", str(tmp_path / name)],
            cwd=HERE.parent.parent,
            capture_output=True,
            text=True,
            preexec_fn=full,
        )
        reason = f"error: `{tmp_path / name}` cannot be written: File too large\n"
        refused(Ran(done.stdout, done.stderr, done.returncode), reason, "a disk with room")
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


@pytest.mark.parametrize("option", ["--cost", "--fields"])
def test_what_only_systems_have_is_refused_of_others(nestproof: Runner, option: str) -> None:
    wrong = nestproof("explain", "use_fpu", option)
    refused(wrong, "`use_fpu` is not a system", f"help: {option} is about a system")


def test_a_file_of_no_kind_is_refused(nestproof: Runner, tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text("{}")
    refused(nestproof("audit", str(tmp_path / "e.json")), "it is of no kind", "help:")


def test_the_next_command_can_be_pasted_whatever_the_folder_is_called(
    nestproof: Runner, tmp_path: Path
) -> None:
    ran = nestproof("new", str(tmp_path / "my proj"))
    assert ran.code == 0
    assert f"next: cd '{tmp_path}/my proj' && nestproof check" in ran.err
