"""What a model depends on beyond its text is never out of date: the verdict follows it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import HERE, Runner
from tests.cli.test_mistakes import refused

FIELDS = "    sets_ts: bool = True\n"
"""A line of the template: whether the kernel sets CR0.TS when it switches tasks."""


def verdict(nestproof: Runner, project: Path, **variables: str) -> str:
    ran = nestproof("check", "lazy/fixed/isolation", "--json", cwd=project, **variables)
    [result] = json.loads(ran.out)["results"]
    return str(result["verdict"])


def depends(project: Path, first: str, on: str) -> None:
    """Make the model's kernel forget CR0.TS unless an expression is true."""
    model = project / "models" / "lazy.py"
    text = model.read_text()
    assert FIELDS in text
    text = text.replace(FIELDS, f"    sets_ts: bool = bool({on})\n")
    model.write_text(text.replace("from enum import Enum\n", f"from enum import Enum\n{first}\n"))


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """A user's folders of its own."""
    return {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CACHE", "STATE")}


READS = [
    ("import os", "os.environ['SAFE'] == '1'"),
    ("from os import environ as e", "e['SAFE'] == '1'"),
    ("import enum", "enum.sys.modules['os'].environ['SAFE'] == '1'"),
    ("", "Enum.__new__.__globals__['sys'].modules['os'].environ['SAFE'] == '1'"),
    ("", "__import__('os').environ['SAFE'] == '1'"),
    ("", "open('safe').read() == '1'"),
    ("import outside", "outside.SAFE"),
    ("import dataclasses", "getattr(dataclasses, 's' + 'ys').modules['os'].environ['SAFE'] == '1'"),
]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("first", "on"), READS)
def test_the_verdict_follows_whatever_a_model_reads(
    nestproof: Runner, project: Path, own: dict[str, str], first: str, on: str
) -> None:
    depends(project, first, on)
    for safe, expected in (("1", "proved"), ("0", "violated"), ("1", "proved")):
        (project / "safe").write_text(safe)
        (project / "outside.py").write_text(f"SAFE = {safe == '1'}\n")  # of another length
        variables = {"SAFE": safe, "PYTHONDONTWRITEBYTECODE": "1"} | own
        variables["PYTHONPATH"] = f"{HERE.parent.parent}{os.pathsep}{project}"
        assert verdict(nestproof, project, **variables) == expected


def test_it_is_reported_once_why_no_circuit_is_reused(
    nestproof: Runner, project: Path, own: dict[str, str]
) -> None:
    depends(project, "import os\nimport sys", "os and sys")
    for command in (["check"], ["gate"], ["check", "--json"], ["show", "lazy/broken/isolation"]):
        ran = nestproof(*command, cwd=project, **own)
        said = "no circuit is reused: module `models.lazy` imports `os`, and 3 more reasons"
        assert ran.err.count("no circuit is reused") == 1
        assert f"warning: {said}\n  --> models/lazy.py:4\n  help: circuits are reused" in ran.err
        assert "reused" not in ran.out
    assert "reused" not in nestproof("check", "--no-cache", cwd=project, **own).err


def add(project: Path, line: str) -> str:
    """Add a line to the model, and return where it is."""
    model = project / "models" / "lazy.py"
    text = f"{model.read_text()}\n{line}\n"
    model.write_text(text)
    return f"models/lazy.py:{len(text.splitlines())}"


def test_models_that_go_through_a_set_are_refused(nestproof: Runner, project: Path) -> None:
    place = add(project, 'ORDER = tuple({"a", "b", "c"})')
    for command in (
        ["check"],
        ["check", "--no-cache"],
        ["gate"],
        ["show", "lazy/broken/isolation"],
    ):
        ran = nestproof(*command, cwd=project)
        refused(ran, "`models.lazy` depends on the order of a set", place)
        assert "help: write a tuple, or sort it by what differs" in ran.err


def test_models_that_may_show_the_order_of_a_set_are_warned_of_without_a_cache_too(
    nestproof: Runner, project: Path, own: dict[str, str]
) -> None:
    place = add(project, 'ORDER = sorted({"a", "b"}, key=len)')
    said = "may depend on the order of a set, which is another one in every process"
    ran = nestproof("check", cwd=project, **own)
    assert f"warning: no circuit is reused: module `models.lazy` {said}\n" in ran.err
    ran = nestproof("check", "--no-cache", cwd=project, **own)
    differ = "verdicts may differ from run to run: module `models.lazy`"
    assert f"warning: {differ} {said}\n  --> {place}\n" in ran.err


def test_a_model_that_imports_an_engine_is_refused(nestproof: Runner, project: Path) -> None:
    place = add(project, "from verifier.engines.bmc import bmc")
    for command in ("list", "check", "gate"):
        ran = nestproof(command, cwd=project)
        refused(ran, "`models.lazy` imports `verifier.engines.bmc.bmc`", place)
        assert "help: import `verifier.language`" in ran.err


def test_it_is_reported_where_a_user_s_folder_cannot_be_used(
    nestproof: Runner, project: Path, own: dict[str, str]
) -> None:
    folder = Path(own["XDG_STATE_HOME"]) / "nestproof" / "circuits"
    assert nestproof("check", cwd=project, **own).err.count("warning") == 0
    folder.chmod(0o777)
    ran = nestproof("check", cwd=project, **own)
    assert f"warning: no circuit is reused: `{folder}` may be written by others" in ran.err
    assert ran.code == 0


def test_python_without_assertions_gives_the_same_verdicts_from_the_same_circuits(
    project: Path, own: dict[str, str]
) -> None:
    model = project / "models" / "lazy.py"
    model.write_text(
        model.read_text().replace(
            "    machine.ts = False\n",
            "    machine.ts = False\n    assert machine.sets_ts, 'it forgot'\n",
        )
    )
    with (project / "properties" / "verdicts.toml").open("a") as verdicts:
        verdicts.write('assertions = "violated"\n')

    def python(flag: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, flag, "-m", "verifier", *arguments],
            cwd=project,
            env={**os.environ, **own, "PYTHONPATH": str(HERE.parent.parent)},
            capture_output=True,
            text=True,
        )

    circuits = Path(own["XDG_STATE_HOME"]) / "nestproof" / "circuits"
    found = []
    for flag in ("-B", "-O", "-OO"):
        done = python(flag, "check", "--json")
        results = json.loads(done.stdout)["results"]
        verdicts_now = {row["pair"]: row["verdict"] for row in results}
        found.append((done.returncode, verdicts_now, sorted(f.name for f in circuits.iterdir())))
    assert "violated" in [v for pair, v in found[0][1].items() if pair.endswith("/assertions")]
    assert found[1:] == found[:1] * 2
    assert " 0 unreachable" in python("-O", "cover", "lazy/fixed").stdout
    assert not list(project.rglob("__pycache__"))
