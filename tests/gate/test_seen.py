"""What steps note and assert less is found by what it means, whatever else they do."""

from pathlib import Path

import pytest

from tests.gate.watched import AS_MUCH, LESS, OTHERWISE, RENAMED, Edits
from tests.gate.watched_bases import AS_MUCH_AT, LESS_AT
from tests.gate.watched_copies import AS_MUCH_BESIDE_COPY, LESS_BESIDE_COPY
from tests.gate.watched_ghosts import LESS_IN_GHOSTS
from tests.gate.watched_kernel import FILE, KERNEL
from tests.gate.watched_new_values import AS_MUCH_OF_NEW, LESS_OF_NEW
from verifier.compiler.behaviour import behaviour_of
from verifier.compiler.cut_circuit import Cut, cut_of
from verifier.compiler.translation import compile_system
from verifier.diff.miter import Joint
from verifier.gate.weakened.seen import SeenLess, seen_less
from verifier.project.loading import load

LESS_ELSEWHERE = LESS_AT | LESS_BESIDE_COPY | LESS_IN_GHOSTS | LESS_OF_NEW
AS_MUCH_ELSEWHERE = AS_MUCH_AT | AS_MUCH_BESIDE_COPY | AS_MUCH_OF_NEW


def cut(folder: Path, edits: Edits = ()) -> Cut:
    """The kernel's, with some edits."""
    text = KERNEL
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    files = {FILE: text, "pyproject.toml": '[project]\nname = "one"\n', "properties/no.py": ""}
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return cut_of(load(folder).systems["kernel/one"])


def joined(was: Path, now: Path) -> Joint | None:
    """Two versions of it as they are, where one has other steps."""
    systems = [load(folder).systems["kernel/one"] for folder in (was, now)]
    if len({tuple(step.name for step in system.actions) for system in systems}) == 1:
        return None
    old, new = (behaviour_of(compile_system(system, ())) for system in systems)
    return Joint(old, new, {})


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    return cut(tmp_path_factory.mktemp("base"))


def found(base: Cut, folder: Path, edits: Edits) -> list[SeenLess]:
    return [*seen_less(base, cut(folder, edits), {}, {})]


@pytest.mark.parametrize("name", LESS)
@pytest.mark.parametrize("more", [(), OTHERWISE], ids=["alone", "with other changes"])
def test_less_is_seen(base: Cut, tmp_path: Path, name: str, more: Edits) -> None:
    weaker, edits = LESS[name]
    assert weaker in {f"{each.kind} {each.step}" for each in found(base, tmp_path, more + edits)}


@pytest.mark.parametrize("name", AS_MUCH)
@pytest.mark.parametrize("more", [(), OTHERWISE], ids=["alone", "with other changes"])
def test_as_much_is_seen(base: Cut, tmp_path: Path, name: str, more: Edits) -> None:
    assert found(base, tmp_path, more + AS_MUCH[name]) == []


@pytest.mark.parametrize("name", LESS_ELSEWHERE)
def test_less_is_seen_than_at_another_base(tmp_path: Path, name: str) -> None:
    weaker, before, edits = LESS_ELSEWHERE[name]
    was = cut(tmp_path / "was", before)
    now = cut(tmp_path / "now", before + edits)
    less = seen_less(was, now, {}, {}, real=joined(tmp_path / "was", tmp_path / "now"))
    assert weaker in {each.text.partition(",")[0] or each.step for each in less}


@pytest.mark.parametrize("name", AS_MUCH_ELSEWHERE)
def test_as_much_is_seen_as_at_another_base(tmp_path: Path, name: str) -> None:
    before, edits = AS_MUCH_ELSEWHERE[name]
    was, now = cut(tmp_path / "was", before), cut(tmp_path / "now", before + edits)
    real = joined(tmp_path / "was", tmp_path / "now")
    assert [*seen_less(was, now, {}, {}, real=real)] == []


def test_an_assumption_of_what_never_changes_excuses_no_assertion(
    base: Cut, tmp_path: Path
) -> None:
    now = cut(tmp_path, (('assert not machine.dead, "nobody runs"', "assume(not machine.dead)"),))
    assert [each.kind for each in seen_less(base, now, {}, {}, {"dead": False})] == ["demanded"]
    assert [*seen_less(base, now, {}, {})] == []


def test_one_change_has_other_digests_than_the_next(base: Cut, tmp_path: Path) -> None:
    """So an entry accepts just one; what is left of an assertion that is gone has a digest, too."""
    first, second = (
        [each.digests for each in found(base, tmp_path, LESS[name][1])]
        for name in ("a default that an assertion asks", "an alias of another helper")
    )
    assert all(was and now for was, now in (*first, *second))
    assert not {*first} & {*second}


def test_an_observer_that_is_none_any_more_notes_less(base: Cut, tmp_path: Path) -> None:
    edits = (
        ('@observer("what', '@abstracts("what'),
        ("finds = machine.registers.owner", "finds = machine.current"),
    )
    assert "memory.used" in {name for each in found(base, tmp_path, edits) for name in each.names}


@pytest.mark.parametrize("what", RENAMED)
def test_new_names_are_followed(base: Cut, tmp_path: Path, what: str) -> None:
    fields, edits = RENAMED[what]
    assert [*seen_less(base, cut(tmp_path, OTHERWISE + edits), {}, fields)] == []
