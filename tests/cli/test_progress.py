"""What takes long says what it is doing, on stderr alone."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.check.uncached import without_cache
from tests.cli.conftest import HERE, Runner
from tests.command import ran
from tests.evidence import lazy_project as lazy
from tests.processes.watching import eventually
from verifier.check.run import Strategy, check_all
from verifier.cli import nestproof as command
from verifier.cli import progress
from verifier.cli.progress import Reporter
from verifier.evidence.verdicts import Limits, Progress
from verifier.processes import pool

GRAPH = "graph lazy/fixed --over ts"
LONG = [
    ("check lazy/fixed", 0, "checking"),
    ("show lazy/fixed/isolation --fresh --plain", 0, "searching"),
    ("show lazy/fixed/isolation --plain", 0, "reading"),
    ("diff lazy/fixed lazy/broken", 1, "comparing"),
    (GRAPH, 0, "exploring"),
    ("simulate lazy/fixed --random 20", 0, "simulating"),
    ("cover lazy/fixed", 0, "covering"),
    ("mutate lazy/fixed", 1, "mutating"),
    ("audit evidence/lazy.fixed.isolation.json", 0, "auditing"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, example: Path) -> Path:
    """The example with evidence that can be audited."""
    import shutil

    folder = tmp_path_factory.mktemp("progress") / "lazy"
    shutil.copytree(example, folder)
    assert on_terminal(folder, "check lazy/fixed --evidence evidence")[0] == 0
    return folder


@contextmanager
def terminal() -> Iterator[tuple[str, bytearray]]:
    """The name of a terminal, and what has been written to it once it is left."""
    inner, outer = os.openpty()
    said = bytearray()

    def read() -> None:
        with suppress(OSError):  # the other end is closed
            while piece := os.read(inner, 65536):
                said.extend(piece)

    reader = Thread(target=read)
    reader.start()
    try:
        yield os.ttyname(outer), said
    finally:
        os.close(outer)
        reader.join()
        os.close(inner)


def on_terminal(folder: Path, command: str, **variables: str) -> tuple[int, str, str]:
    """The exit code of a command, its stdout, and its stderr, which is a terminal."""
    environment = os.environ | {"PYTHONPATH": str(HERE.parent.parent), "TERM": "xterm"} | variables
    with terminal() as (name, said):
        done = ran(command.split(), folder, environment, streams={"err": name})
    return done.code, done.out, said.decode()


@pytest.mark.parametrize(("command", "code", "doing"), LONG)
def test_on_a_terminal_each_long_command_says_what_it_does(
    project: Path, command: str, code: int, doing: str
) -> None:
    ended, out, said = on_terminal(project, command)
    assert ended == code
    assert doing in said
    assert doing not in out
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("command", "variable"),
    [("chek", "NO_COLOR=1"), ("audit nothing", "NO_COLOR=1"), ("check --depth 0", "TERM=dumb")],
)
def test_errors_and_progress_have_no_colours_where_none_are_asked_for(
    project: Path, command: str, variable: str
) -> None:
    name, _, value = variable.partition("=")
    code, _, said = on_terminal(project, command, **{name: value})
    assert code == 2
    assert "error: " in said
    assert not re.search("\x1b\\[[0-9;]*m", said)


def test_errors_on_a_terminal_have_colours(project: Path) -> None:
    assert "\x1b[31m" in on_terminal(project, "chek", NO_COLOR="")[2]


def test_without_a_terminal_progress_is_printed_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["15 s: bmc isolation, good for 1 step", "31 s: minimise 2 clauses"]
    clock = iter([0.0, 1.0, 14.9, 15.0, 16.0, 29.0, 31.0])
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    with Reporter("searching") as reporter:
        for engine, detail in [("bmc", "integrity")] * 2 + [("bmc", "isolation")] * 3:
            reporter.watch(Progress(engine, 1, detail))
        reporter.watch(Progress("minimise", 2, "clauses"))
    caught = capsys.readouterr()
    assert (caught.out, caught.err.splitlines()) == ("", said)


@pytest.mark.parametrize("ends_with", [KeyboardInterrupt, SystemExit])
def test_a_search_that_is_interrupted_reports_the_depth_of_each_goal(
    ends_with: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    def search() -> None:
        with Reporter("checking", 2) as reporter:
            reporter.watch(Progress("bmc", 9, "integrity"))
            reporter.done()
            reporter.watch(Progress("compile", 0, "lazy/fixed"))
            for depth in range(4):
                reporter.watch(Progress("bmc", depth, "integrity"))
            reporter.watch(Progress("bmc", 0, "isolation"))
            raise ends_with

    with pytest.raises(ends_with):
        search()
    assert capsys.readouterr().err.splitlines() == [
        "left at: bmc integrity, good for 3 steps",
        "left at: bmc isolation",
    ]


def beside(**parts: Progress) -> Progress:
    return Progress("checking", 0, ", ".join(parts), parts=parts)


def test_what_is_done_side_by_side_is_shown_with_its_depth() -> None:
    parts = {name: Progress("bmc", 7, "isolation") for name in "abcdef"}
    shown = "; ".join(f"bmc {name}/isolation, good for 7 steps" for name in "abcd")
    assert progress.doing(beside(**parts)) == f"{shown}; 2 more"
    both = beside(a=Progress("compile", 0, "a"), b=Progress("minimise", 0, "b/isolation"))
    assert progress.doing(both) == "compile a; minimise b/isolation"


def test_searches_side_by_side_that_are_interrupted_report_the_depth_of_each_goal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def search() -> None:
        with Reporter("checking", 3) as reporter:
            reporter.watch(beside(a=Progress("bmc", 9, "isolation")))
            for goal in ("integrity", "isolation"):
                b, c = Progress("bmc", 3, goal), Progress("pdr", 4, goal)
                reporter.watch(beside(b=b, c=c))
            reporter.done()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search()
    assert sorted(capsys.readouterr().err.splitlines()) == [
        "left at: bmc b/integrity, good for 3 steps",
        "left at: bmc b/isolation, good for 3 steps",
        "left at: pdr c/integrity, good for 4 steps",
        "left at: pdr c/isolation, good for 4 steps",
    ]


def test_systems_that_are_checked_side_by_side_report_how_deep_each_search_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "REPORTS", 0.0)
    seen: dict[str, set[str]] = {}

    def watch(progress: Progress) -> None:
        for name, part in progress.parts.items():
            seen.setdefault(name, set()).add(part.engine)

    context = without_cache(lazy.project(), Limits(depth=12), watch).with_jobs(2)
    assert len(list(check_all(context, list(lazy.project().pairs()), Strategy("bmc")))) == 2
    assert all("bmc" in engines for engines in seen.values())
    assert len(seen) == 2


def test_a_search_that_ends_by_itself_leaves_no_depth(capsys: pytest.CaptureFixture[str]) -> None:
    with Reporter("checking") as reporter:
        reporter.watch(Progress("bmc", 3, "integrity"))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "slow", "said"),
    [
        ((), "verifier.cli.annotating.trace_of_run", "explain lazy/broken/isolation"),
        ((), "verifier.cli.annotating.placed", "explain lazy/broken/isolation"),
        (("--case", "use_fpu"), "verifier.check.witness.auto", "compile lazy/broken"),
    ],
)
def test_without_a_terminal_show_reports_now_and_then_what_it_is_doing(
    arguments: tuple[str, ...],
    slow: str,
    said: str,
    nestproof: Runner,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not (project / "properties" / "certificates").exists():
        assert nestproof("gate", "--accept", cwd=project).code == 0
    module, name = slow.rsplit(".", 1)
    real = getattr(import_module(module), name)

    watch, shown = Reporter.watch, list[str]()

    def watched(reporter: Reporter, now: Progress) -> None:
        watch(reporter, now)
        shown.append(progress.doing(now))
        if shown.count(said) == 2:
            (tmp_path / "twice").touch()

    def slowly(*given: Any) -> Any:
        eventually((tmp_path / "twice").exists, "two lines")
        return real(*given)

    monkeypatch.setattr(slow, slowly)
    monkeypatch.setattr(Reporter, "watch", watched)
    monkeypatch.setattr(progress, "SPEAK", 0.0)
    monkeypatch.chdir(project)
    what = "lazy/broken" if arguments else "lazy/broken/isolation"
    with command.make_context("nestproof", ["show", "--plain", what, *arguments]) as context:
        assert command.invoke(context) == 0
    lines = [line.partition(" s: ")[2] for line in capsys.readouterr().err.splitlines()]
    assert lines.count(said) >= 2
