"""Circuits of earlier are recalled only under this user's seal, and for the very same sources."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.gate.conftest import TEMPLATE, Project
from verifier.catalogue import Catalogue, load
from verifier.compiler.compile import compile_compared
from verifier.evidence.verdicts import Limits
from verifier.gate import circuits as module
from verifier.gate.cache import Cache
from verifier.gate.circuits import SEAL, Circuits
from verifier.language.compiled import Compiled


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project and a user of its own."""
    shutil.copytree(TEMPLATE, tmp_path / "lazy", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The systems that are compiled, not recalled."""
    names: list[str] = []

    def noted(system: object, properties: object) -> Compiled:
        names.append(system.name)  # type: ignore[attr-defined]
        return compile_compared(system, properties)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "compile_compared", noted)
    return names


def circuits(home: Path, on: bool = True) -> Circuits:
    return Circuits(home / "lazy", Cache(home / "cache" if on else None, Limits()))


def fixed(catalogue: Catalogue, found: Circuits) -> Compiled:
    system = catalogue.systems["lazy/fixed"]
    return found.compiled(system, catalogue.properties_of(system))


def stored(home: Path) -> list[Path]:
    return list((home / "cache").rglob("*.circuit"))


def test_what_was_compiled_is_recalled_gate_by_gate(home: Path, made: list[str]) -> None:
    catalogue = load(home / "lazy")
    first = fixed(catalogue, circuits(home))
    second = fixed(catalogue, circuits(home))
    assert made == ["lazy/fixed"]
    assert second.circuit.graph.left == first.circuit.graph.left
    assert second.circuit.graph.right == first.circuit.graph.right
    assert second.circuit.graph.gates == first.circuit.graph.gates
    assert second.circuit.latches == first.circuit.latches
    assert second.circuit.inputs == first.circuit.inputs
    assert second.circuit.bad == first.circuit.bad
    assert second.latch_names == first.latch_names
    assert second.conjuncts == first.conjuncts
    assert second.costs == first.costs
    assert second.compared == first.compared > 0
    a, b = first.circuit.latches[0].literal, first.circuit.latches[1].literal
    assert second.circuit.graph.both(a, b) == first.circuit.graph.both(a, b)


def changed(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def cut(content: bytes) -> bytes:
    return content[: SEAL + 10]


def without_seal(content: bytes) -> bytes:
    return content[SEAL:]


def empty(content: bytes) -> bytes:
    return content[:0]


@pytest.mark.parametrize("spoil", [changed, cut, without_seal, empty])
def test_a_circuit_whose_seal_does_not_fit_is_made_anew(
    home: Path, made: list[str], spoil: Callable[[bytes], bytes]
) -> None:
    catalogue = load(home / "lazy")
    fixed(catalogue, circuits(home))
    [file] = stored(home)
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))
    fixed(catalogue, circuits(home))
    assert made == ["lazy/fixed"] * 2
    assert file.read_bytes()[:SEAL] != spoil(whole)[:SEAL] or spoil is changed


@pytest.mark.parametrize(("compared", "times"), [(None, 2), (0, 2), (7, 1)])
def test_a_circuit_that_nobody_compared_with_python_is_made_again(
    home: Path, made: list[str], compared: int | None, times: int
) -> None:
    catalogue = load(home / "lazy")
    found = circuits(home)
    assert fixed(catalogue, found).compared > 0
    [file] = stored(home)
    content = msgspec.msgpack.decode(file.read_bytes()[SEAL:])
    assert content.pop("compared") > 0
    if compared is not None:
        content["compared"] = compared
    packed = msgspec.msgpack.encode(content)
    file.write_bytes(found._seal(file.stem, packed) + packed)
    assert fixed(catalogue, circuits(home)).compared > 0
    assert made == ["lazy/fixed"] * times


def test_another_user_s_seal_is_no_seal(home: Path, made: list[str]) -> None:
    catalogue = load(home / "lazy")
    fixed(catalogue, circuits(home))
    (home / "state" / "nestproof" / "key").write_bytes(b"k" * SEAL)
    fixed(catalogue, circuits(home))
    assert made == ["lazy/fixed"] * 2


def test_a_circuit_under_the_name_of_another_system_is_made_anew(
    home: Path, made: list[str]
) -> None:
    catalogue = load(home / "lazy")
    found = circuits(home)
    fixed(catalogue, found)
    [mine] = stored(home)
    broken = catalogue.systems["lazy/broken"]
    found.compiled(broken, catalogue.properties_of(broken))
    [other] = [file for file in stored(home) if file != mine]
    mine.write_bytes(other.read_bytes())
    fixed(catalogue, circuits(home))
    assert made == ["lazy/fixed", "lazy/broken", "lazy/fixed"]


def test_other_sources_are_another_circuit(home: Path, made: list[str]) -> None:
    catalogue = load(home / "lazy")
    fixed(catalogue, circuits(home))
    properties = home / "lazy" / "properties" / "isolation.py"
    properties.write_text(properties.read_text() + "\n# more\n")
    fixed(catalogue, circuits(home))
    assert made == ["lazy/fixed"] * 2


def test_models_that_are_edited_meanwhile_are_neither_recalled_nor_saved(
    home: Path, made: list[str]
) -> None:
    early = circuits(home)
    model = home / "lazy" / "models" / "lazy.py"
    model.write_text(model.read_text() + "\n# edited\n")
    catalogue = load(home / "lazy")
    fixed(catalogue, early)
    fixed(catalogue, early)
    assert made == ["lazy/fixed"] * 2
    assert not stored(home)


def test_switched_off_there_is_neither_a_key_nor_a_circuit(home: Path, made: list[str]) -> None:
    catalogue = load(home / "lazy")
    fixed(catalogue, circuits(home, on=False))
    fixed(catalogue, circuits(home, on=False))
    assert made == ["lazy/fixed"] * 2
    assert not (home / "state").exists()
    assert not (home / "cache").exists()


def test_where_no_key_can_be_kept_everything_is_compiled(home: Path, made: list[str]) -> None:
    (home / "state").write_text("a file where the folder should be")
    catalogue = load(home / "lazy")
    fixed(catalogue, circuits(home))
    fixed(catalogue, circuits(home))
    assert made == ["lazy/fixed"] * 2


def test_the_key_is_for_its_user_only(home: Path) -> None:
    fixed(load(home / "lazy"), circuits(home))
    assert (home / "state" / "nestproof" / "key").stat().st_mode & 0o777 == 0o600


def test_a_gate_with_recalled_circuits_finds_what_the_first_one_found(project: Project) -> None:
    def rows() -> list[tuple[str, str]]:
        file = project.folder / "report.json"
        assert project.gate("--json", str(file)).code == 0
        return [(row["pair"], row["verdict"]) for row in json.loads(file.read_text())["results"]]

    first = rows()
    assert list(project.cache.rglob("*.circuit"))
    assert rows() == first
