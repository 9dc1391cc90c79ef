"""Certificates and files that were not made by us: refused, and soon."""

import os
from pathlib import Path

import msgspec
import pytest

from tests.evidence.lazy_project import certificate, compiled
from verifier.audit.audit import rejection
from verifier.evidence.certificates import clauses_from
from verifier.evidence.files import DamagedFile, read, save
from verifier.storage.reading import content_of


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lemmas": [{"ts": [True]}] * 1_000_000}, "more than 10000 lemmas"),
        ({"lemmas": [{"current": ["A"] * 6_000_000}]}, "more than 5000000 values"),
        ({"lemmas": [{"ts": []}]}, "lemma 1: `ts` has no value left"),
        ({"lemmas": [{"ts": [True, False]}]}, "lemma 1: `ts` may have any value"),
        ({"lemmas": [{"x" * 20_000: [True]}]}, "more than 10000 characters"),
        ({"induction": 10**9}, "an induction over 1000000000 steps"),
        ({"induction": 10**30}, "an induction over 1"),
        ({"induction": -5}, "an induction over -5 steps"),
        ({"induction": 99, "simple_path": True}, "an induction over 99 steps"),
    ],
)
def test_a_certificate_that_no_audit_gets_through_is_refused(
    changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    save(certificate(), tmp_path / "x.json")
    document = msgspec.json.decode((tmp_path / "x.json").read_bytes())
    (tmp_path / "x.json").write_bytes(msgspec.json.encode({**document, **changes}))
    with pytest.raises(DamagedFile, match=message):
        read(tmp_path / "x.json")


def test_lemmas_that_stand_for_too_many_clauses_are_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proof = certificate()
    monkeypatch.setattr("verifier.audit.audit.MOST_CLAUSES", 3)
    assert rejection(compiled("lazy/fixed"), proof) == ("its lemmas stand for more than 3 clauses")


def test_of_stored_lemmas_with_too_many_clauses_the_first_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lemmas = certificate().lemmas
    whole = clauses_from(compiled("lazy/fixed"), lemmas)
    monkeypatch.setattr("verifier.evidence.certificates.MOST_CLAUSES", 3)
    some = clauses_from(compiled("lazy/fixed"), lemmas)
    assert some == whole[: len(some)]
    assert 3 < len(some) < len(whole)


@pytest.mark.parametrize("path", ["/dev/zero", "pipe", "folder", "itself"])
def test_what_is_no_plain_file_is_refused_unread(path: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "itself").symlink_to("itself")
    with pytest.raises(DamagedFile):
        read(tmp_path / path)


def test_a_link_is_followed_only_where_people_name_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    assert content_of(tmp_path / "link", 1) == b"x"
    with pytest.raises(OSError, match="symbolic links"):
        content_of(tmp_path / "link", 1, links=False)
    with pytest.raises(OSError, match="larger"):
        content_of(tmp_path / "file", 0)


def test_a_file_that_cannot_be_written_is_named_and_not_its_temporary_one(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as failure:
        save(certificate(), tmp_path / "no" / "x.json")
    assert failure.value.filename == str(tmp_path / "no" / "x.json")
