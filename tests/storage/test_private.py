"""What lies in a private folder has been written by this user, or it is not used."""

import os
from pathlib import Path

import pytest

from verifier.storage.private import PrivateFolder

CONTENT = b"a circuit"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = PrivateFolder(tmp_path / "state" / "circuits")
    found.write("a.circuit", CONTENT)
    assert not found.complaint
    return found.folder


def read(folder: Path, name: str = "a.circuit") -> bytes | None:
    return PrivateFolder(folder).read(name, 100)


def test_what_was_written_is_read(folder: Path) -> None:
    assert read(folder) == CONTENT
    assert read(folder, "b.circuit") is None


def test_the_folder_and_its_files_are_for_this_user_only(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "a.circuit").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777, 0o1777])
def test_a_folder_that_others_may_write_is_not_used(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    found = PrivateFolder(folder)
    assert found.read("a.circuit", 100) is None
    found.write("b.circuit", CONTENT)
    assert not (folder / "b.circuit").exists()
    assert found.complaint == f"`{folder}` may be written by others"


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_may_write_is_not_read(folder: Path, mode: int) -> None:
    (folder / "a.circuit").chmod(mode)
    assert read(folder) is None


def test_what_belongs_to_somebody_else_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    found = PrivateFolder(folder)
    assert found.read("a.circuit", 100) is None
    assert found.complaint == f"`{folder}` belongs to another user"


def test_a_link_in_place_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    found = PrivateFolder(link)
    assert found.read("a.circuit", 100) is None
    found.write("b.circuit", CONTENT)
    assert found.complaint.startswith(f"`{link}` cannot be used")
    assert not (folder / "b.circuit").exists()


def test_a_link_in_place_of_a_file_is_replaced_and_not_followed(
    folder: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes((folder / "a.circuit").read_bytes())
    (folder / "a.circuit").unlink()
    (folder / "a.circuit").symlink_to(victim)
    assert read(folder) is None
    PrivateFolder(folder).write("a.circuit", b"other")
    assert read(folder) == b"other"
    assert victim.read_bytes().endswith(CONTENT)


def test_a_pipe_in_place_of_a_file_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "b.circuit", 0o600)
    assert read(folder, "b.circuit") is None


def test_a_damaged_or_renamed_file_is_not_read(folder: Path) -> None:
    file = folder / "a.circuit"
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole[1:], b"", bytes([whole[0] ^ 1]) + whole[1:], whole + b"x"):
        file.write_bytes(damaged)
        assert read(folder) is None
    file.write_bytes(whole)
    file.rename(folder / "b.circuit")
    assert read(folder, "b.circuit") is None


def test_what_is_too_large_is_not_read(folder: Path) -> None:
    assert PrivateFolder(folder).read("a.circuit", len(CONTENT)) == CONTENT
    assert PrivateFolder(folder).read("a.circuit", len(CONTENT) - 1) is None


def test_a_write_that_fails_leaves_nothing_and_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    found = PrivateFolder(folder)
    found.write("b.circuit", CONTENT)
    assert found.complaint == f"`{folder}` cannot be used: No space left on device"
    assert [file.name for file in folder.iterdir()] == ["a.circuit"]


def test_the_oldest_files_go_and_what_was_never_finished(folder: Path) -> None:
    found = PrivateFolder(folder)
    for number in range(5):
        found.write(f"{number}.circuit", CONTENT)
        os.utime(folder / f"{number}.circuit", (number, number))
    (folder / ".x.unfinished").touch()
    os.utime(folder / ".x.unfinished", (0, 0))
    (folder / ".y.unfinished").touch()
    found.trim(3 * (folder / "a.circuit").stat().st_size)
    left = sorted(file.name for file in folder.iterdir())
    assert left == [".y.unfinished", "3.circuit", "4.circuit", "a.circuit"]


def test_nothing_is_made_where_nothing_is_written(tmp_path: Path) -> None:
    found = PrivateFolder(tmp_path / "state" / "circuits")
    assert found.read("a.circuit", 100) is None
    found.trim()
    assert not found.complaint
    assert list(tmp_path.iterdir()) == []
