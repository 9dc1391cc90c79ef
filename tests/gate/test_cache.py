"""The cache can only save time: what people, crashes and disks do to it changes no verdict."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gate.conftest import Project, copied
from verifier.evidence.bundle import Bundle, Proof, Run, formatted
from verifier.evidence.files import DamagedFile, decoded
from verifier.evidence.verdicts import Limits
from verifier.project.result_cache import FORMAT, Cache


@pytest.fixture
def cold(project: Project) -> Project:
    """Without kept evidence and with an empty cache."""
    return without_evidence(project)


def without_evidence(project: Project) -> Project:
    for file in project.certificates.iterdir():
        file.unlink()
    project.commit()
    return project


@pytest.fixture(scope="module")
def decided(gated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project without kept evidence that a gate has decided once."""
    folder = tmp_path_factory.mktemp("decided")
    assert hows(without_evidence(copied(gated, folder))) == ({"searched"}, 0)
    return folder


@pytest.fixture
def warm(decided: Path, tmp_path: Path) -> Project:
    """A copy of it: all that is in its cache was searched for."""
    return copied(decided, tmp_path)


def hows(project: Project, *arguments: str) -> tuple[set[str], int]:
    file = project.folder / "report.json"
    ran = project.gate("--base", "HEAD", "--json", str(file), *arguments)
    rows = json.loads(file.read_text())["results"]
    assert {row["pair"]: row["verdict"] for row in rows} == {
        "lazy/broken/deadlock": "proved",
        "lazy/broken/integrity": "violated",
        "lazy/broken/isolation": "violated",
        "lazy/fixed/deadlock": "proved",
        "lazy/fixed/integrity": "proved",
        "lazy/fixed/isolation": "proved",
    }
    return {row["how"] for row in rows}, ran.code


def entries(project: Project) -> list[Path]:
    return sorted((project.cache / f"results-{FORMAT}").glob("*.json"))


def test_what_was_found_is_audited_instead_of_searched_again(warm: Project) -> None:
    assert hows(warm) == ({"earlier evidence, audited"}, 0)


def test_switched_off_it_is_neither_read_nor_written(cold: Project) -> None:
    assert hows(cold, "--no-cache") == ({"searched"}, 0)
    assert not cold.cache.exists()


def test_other_limits_are_another_key(warm: Project) -> None:
    assert hows(warm, "--timeout", "99") == ({"searched"}, 0)


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def no_text(file: Path) -> None:
    file.write_bytes(os.urandom(4096))


def deep(file: Path) -> None:
    file.write_bytes(b"[" * 1_000_000)


def huge(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(1 << 40)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def a_link_to_a_device(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def unreadable(file: Path) -> None:
    file.chmod(0)


@pytest.mark.parametrize(
    "spoil",
    [truncated, emptied, no_text, deep, huge, a_folder, a_pipe, a_link_to_a_device, unreadable],
)
def test_a_damaged_entry_is_as_good_as_none(warm: Project, spoil: Callable[[Path], None]) -> None:
    for file in entries(warm):
        spoil(file)
    for_root = spoil is unreadable and os.geteuid() == 0
    assert hows(warm) == ({"earlier evidence, audited" if for_root else "searched"}, 0)


def test_a_proof_under_the_name_of_a_broken_system_is_rejected(warm: Project) -> None:
    for file in entries(warm):
        entry = json.loads(file.read_text())
        kept = {
            "schema": 1,
            "kind": "kept",
            "system": "lazy/broken",
            "lemmas": [{"access.executed": [False]}],
            "proofs": {"isolation": {"lemmas": [0], "engine": "pdr", "depth": 1}},
        }
        file.write_text(json.dumps({**entry, "kept": kept}))
    found, code = hows(warm)
    assert (found, code) == ({"searched"}, 0) or "searched, from earlier lemmas" in found


def test_entries_that_change_places_are_ignored(warm: Project) -> None:
    files = entries(warm)
    contents = [file.read_bytes() for file in files]
    for file, content in zip(files, contents[1:] + contents[:1], strict=True):
        file.write_bytes(content)
    assert hows(warm) == ({"searched"}, 0)


def test_a_folder_that_cannot_be_written_is_only_reported(cold: Project) -> None:
    cold.cache.parent.mkdir(parents=True, exist_ok=True)
    cold.cache.write_text("a file where the folder should be")
    ran = cold.gate()
    assert ran.code == 0
    assert "cannot be written" in ran.out


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("check", 0, "6 pairs: 4 proved, 2 violated; all as expected"),
        ("gate", 2, "no temporary folder can be made"),
    ],
)
def test_a_full_disk_is_reported_and_loses_nothing(
    cold: Project, command: str, code: int, said: str
) -> None:
    """A limit on the size of files stands for the disk: writing fails the same way."""
    before = cold.verdicts.read_text()
    environment = cold.environment

    def full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    done = subprocess.run(
        [sys.executable, "-m", "verifier", command],
        cwd=cold.folder,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        preexec_fn=full,
        timeout=600,
    )
    assert done.returncode == code, done.stderr
    assert (done.stdout + done.stderr).count(said) == 1
    assert cold.verdicts.read_text() == before
    assert not entries(cold)


def test_two_gates_at_once_find_the_same(cold: Project) -> None:
    running = [cold.start("gate", "--accept") for _ in range(3)]
    said = [process.communicate(timeout=600) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert hows(cold)[1] == 0
    assert not list(cold.folder.rglob(".*.json.*"))


KILLED = """
import os, signal, sys
from verifier.__main__ import main

move = os.replace

def moved(temporary, file):
    if os.path.basename(file) == {name!r}:
        os.kill(os.getpid(), signal.SIGKILL)
    move(temporary, file)

os.replace = moved
sys.argv = ["nestproof", "gate", "--accept"]
main()
"""


@pytest.mark.parametrize("name", ["verdicts.toml", "lazy.fixed.json"])
def test_a_gate_that_is_killed_leaves_nothing_half_written(cold: Project, name: str) -> None:
    cold.edit('deadlock = "proved"\n', "", "properties/verdicts.toml")
    before = cold.verdicts.read_text()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.format(name=name)],
        cwd=cold.folder,
        env=cold.environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (killed.returncode, "killed by signal 9" in killed.stderr) == (2, True), killed.stderr
    written = {file.name for file in cold.certificates.glob("*.json")}
    assert written == (set() if name == "verdicts.toml" else {"lazy.broken.json"})
    assert (cold.verdicts.read_text() == before) == (name == "verdicts.toml")
    assert cold.gate("--accept").code == 0
    assert cold.verdicts.read_text().count("proved") == 4
    assert hows(cold) == ({"earlier evidence, audited"}, 0)


def evidence(number: int) -> Bundle:
    return Bundle(1, "kept", f"s/{number}")


def test_the_oldest_entries_go_when_there_are_too_many(tmp_path: Path) -> None:
    cache = Cache(tmp_path, Limits())
    keys = [cache.key("s", "p", str(number)) for number in range(10)]
    for number, key in enumerate(keys):
        cache.put(key, evidence(number))
        os.utime(tmp_path / f"results-{FORMAT}" / f"{key}.json", (number, number))
    one = (tmp_path / f"results-{FORMAT}" / f"{keys[0]}.json").stat().st_size
    cache.trim(4 * one)
    assert [cache.get(key) is not None for key in keys] == [False] * 6 + [True] * 4


def test_what_a_killed_gate_has_left_goes_after_a_while(tmp_path: Path) -> None:
    cache = Cache(tmp_path, Limits())
    cache.put(cache.key("s", "p", ""), evidence(0))
    left = tmp_path / f"results-{FORMAT}" / f".{'0' * 40}.json.abc"
    fresh = tmp_path / f"results-{FORMAT}" / f".{'1' * 40}.json.abc"
    left.touch()
    fresh.touch()
    os.utime(left, (0, 0))
    cache.trim()
    assert not left.exists()
    assert fresh.exists()


def test_files_of_others_stay_where_the_folder_is_a_link_to_them(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    for name in ("letter.json", ".profile", "0123.json"):
        (documents / name).write_text("mine")
        os.utime(documents / name, (0, 0))
    (tmp_path / f"results-{FORMAT}").symlink_to(documents)
    Cache(tmp_path, Limits()).trim(0)
    assert len(list(documents.iterdir())) == 3


def test_a_linked_entry_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    cache = Cache(tmp_path, Limits())
    key = cache.key("s", "p", "")
    file = tmp_path / f"results-{FORMAT}" / f"{key}.json"
    file.parent.mkdir()
    file.symlink_to(victim)
    assert cache.get(key) is None
    cache.put(key, evidence(0))
    assert cache.get(key) is not None
    assert victim.read_text() == "mine"


def test_an_entry_that_no_audit_gets_through_is_as_good_as_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path, Limits())
    key = cache.key("s", "p", "")
    cache.put(key, endless())
    assert cache.get(key) is None


def endless() -> Bundle:
    return Bundle(1, "kept", "s", (), {"x": Proof((), "pdr", 1, induction=10**9)})


def test_stored_proofs_too_large_to_audit_are_damaged() -> None:
    with pytest.raises(DamagedFile, match="an induction over 1000000000 steps"):
        decoded(formatted(endless()), Bundle)


@pytest.mark.parametrize(
    "wrong",
    [
        Bundle(1, "kept", "s", (), {"x": Proof((0,), "pdr", 1)}),
        Bundle(1, "kept", "s", ({},), {"x": Proof((-1,), "pdr", 1)}),
        Bundle(1, "kept", "s", ({"f": ()},), {"x": Proof((0,), "pdr", 1)}),
        Bundle(1, "kept", "s", (), {}, {"x": Run({}, (("step", {}),) * 10_001)}),
        Bundle(1, "kept", "s", (), {str(n): Proof((), "pdr", 1) for n in range(1001)}),
    ],
)
def test_stored_evidence_that_cannot_be_is_damaged(wrong: Bundle) -> None:
    with pytest.raises(DamagedFile):
        decoded(formatted(wrong), Bundle)
