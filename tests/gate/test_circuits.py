"""A circuit is recalled only if all that went into it is the same, and only this user wrote it."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from tests.gate.conftest import TEMPLATE, Project
from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.verdicts import Limits
from verifier.project import circuit_cache as module
from verifier.project.circuit_cache import Circuits
from verifier.project.loading import load
from verifier.project.result_cache import Cache
from verifier.storage.private import CHECK


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

    def noted(system: object, properties: object) -> TransitionSystem:
        names.append(system.name)  # type: ignore[attr-defined]
        return compile_compared(system, properties)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "compile_compared", noted)
    return names


def circuits(home: Path, on: bool = True) -> Circuits:
    """As each command makes them: for the models as they are now."""
    return Circuits(load(home / "lazy"), Cache(home / "cache" if on else None, Limits()))


def fixed(found: Circuits, name: str = "lazy/fixed") -> TransitionSystem:
    catalogue = found.catalogue
    system = catalogue.systems[name]
    return found.compiled(system, catalogue.properties_of(system))


def stored(home: Path) -> list[Path]:
    return list((home / "state").rglob("*.circuit"))


def test_modules_that_hold_something_else_than_before_vary(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not circuits(home).varies
    assert not circuits(home).varies
    monkeypatch.setattr("verifier.project.importing.Imports.values", lambda _: "else")
    assert circuits(home).varies
    assert not circuits(home, on=False).varies


def test_a_project_in_another_folder_has_the_same_circuits(home: Path, made: list[str]) -> None:
    """A gate puts the base into a folder of its own each time."""
    fixed(circuits(home))
    before = {file.name for file in (home / "state").rglob("*") if file.is_file()}
    (home / "elsewhere").mkdir()
    shutil.move(home / "lazy", home / "elsewhere" / "lazy")
    fixed(circuits(home / "elsewhere"))
    assert made == ["lazy/fixed"]
    assert {file.name for file in (home / "state").rglob("*") if file.is_file()} == before


def test_what_was_compiled_is_recalled_gate_by_gate(home: Path, made: list[str]) -> None:
    first = fixed(circuits(home))
    second = fixed(circuits(home))
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
    return content[:30]


def unchecked(content: bytes) -> bytes:
    return content[CHECK:]


def empty(content: bytes) -> bytes:
    return content[:0]


@pytest.mark.parametrize("spoil", [changed, cut, unchecked, empty])
def test_a_damaged_circuit_is_made_again(
    home: Path, made: list[str], spoil: Callable[[bytes], bytes]
) -> None:
    fixed(circuits(home))
    [file] = stored(home)
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))
    fixed(circuits(home))
    assert made == ["lazy/fixed"] * 2
    fixed(circuits(home))
    assert made == ["lazy/fixed"] * 2


@pytest.mark.parametrize(("compared", "times"), [(None, 2), (0, 2), (7, 1)])
def test_a_circuit_that_nobody_compared_with_python_is_made_again(
    home: Path, made: list[str], compared: int | None, times: int
) -> None:
    found = circuits(home)
    assert fixed(found).compared > 0
    [file] = stored(home)
    content = msgspec.msgpack.decode(file.read_bytes()[CHECK:])
    assert content.pop("compared") > 0
    if compared is not None:
        content["compared"] = compared
    found._folder.write(file.name, msgspec.msgpack.encode(content))
    assert fixed(circuits(home)).compared > 0
    assert made == ["lazy/fixed"] * times


def test_a_circuit_under_the_name_of_another_system_is_made_again(
    home: Path, made: list[str]
) -> None:
    found = circuits(home)
    fixed(found)
    [mine] = stored(home)
    fixed(found, "lazy/broken")
    [other] = [file for file in stored(home) if file != mine]
    mine.write_bytes(other.read_bytes())
    fixed(circuits(home))
    assert made == ["lazy/fixed", "lazy/broken", "lazy/fixed"]


def test_what_others_can_fill_holds_no_circuit(home: Path) -> None:
    """A cache folder may be restored from what other people's changes have left."""
    fixed(circuits(home))
    assert stored(home)
    assert not (home / "cache").exists()


@pytest.mark.parametrize("file", ["properties/isolation.py", "models/lazy.py"])
def test_other_sources_are_another_circuit(home: Path, made: list[str], file: str) -> None:
    fixed(circuits(home))
    source = home / "lazy" / file
    source.write_text(f"# more\n{source.read_text()}")
    fixed(circuits(home))
    assert made == ["lazy/fixed"] * 2


def test_another_name_of_a_file_is_another_circuit(home: Path, made: list[str]) -> None:
    fixed(circuits(home))
    (home / "lazy" / "properties" / "isolation.py").rename(home / "lazy" / "properties" / "own.py")
    fixed(circuits(home))
    assert made == ["lazy/fixed"] * 2


def test_a_system_of_another_catalogue_is_compiled(home: Path, made: list[str]) -> None:
    """Its sources are not those that the name of the file stands for."""
    found = circuits(home)
    fixed(found)
    model = home / "lazy" / "models" / "lazy.py"
    model.write_text(f"# edited\n{model.read_text()}")
    catalogue = load(home / "lazy")
    system = catalogue.systems["lazy/fixed"]
    found.compiled(system, catalogue.properties_of(system))
    assert made == ["lazy/fixed"] * 2
    assert len(stored(home)) == 1


def test_a_system_that_only_has_the_name_of_one_is_compiled(home: Path, made: list[str]) -> None:
    found = circuits(home)
    fixed(found)
    system = found.catalogue.systems["lazy/fixed"]
    found.compiled(replace(system, summary="another"), found.catalogue.properties_of(system))
    assert made == ["lazy/fixed"] * 2


def test_models_that_are_edited_meanwhile_are_stored_as_they_were_compiled(
    home: Path, made: list[str]
) -> None:
    early = circuits(home)
    model = home / "lazy" / "models" / "lazy.py"
    text = model.read_text()
    model.write_text(text.replace("sets_ts", "setsts"))
    fixed(early)
    fixed(circuits(home))
    model.write_text(text)
    fixed(circuits(home))
    assert made == ["lazy/fixed"] * 2


@pytest.mark.parametrize("of", ["own_text", "_python"])
def test_another_nestproof_or_python_is_another_circuit(
    home: Path, made: list[str], monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    fixed(circuits(home))
    monkeypatch.setattr(module, of, lambda: "another")
    fixed(circuits(home))
    assert made == ["lazy/fixed"] * 2


def test_switched_off_there_is_no_circuit(home: Path, made: list[str]) -> None:
    fixed(circuits(home, on=False))
    fixed(circuits(home, on=False))
    assert made == ["lazy/fixed"] * 2
    assert not (home / "state").exists()
    assert not (home / "cache").exists()


def test_where_nothing_can_be_stored_everything_is_compiled_and_it_is_known_why(
    home: Path, made: list[str]
) -> None:
    (home / "state").write_text("a file where the folder should be")
    found = circuits(home)
    assert str(home / "state") in found.complaint
    fixed(found)
    fixed(circuits(home))
    assert made == ["lazy/fixed"] * 2


def test_models_that_depend_on_more_than_their_text_are_compiled_each_time(
    home: Path, made: list[str]
) -> None:
    model = home / "lazy" / "models" / "lazy.py"
    model.write_text(f"import os\n{model.read_text()}")
    assert circuits(home).reasons
    fixed(circuits(home))
    fixed(circuits(home))
    assert made == ["lazy/fixed"] * 2
    assert not stored(home)


def test_a_model_that_is_imported_late_is_not_in_the_key(home: Path) -> None:
    found = circuits(home)
    (home / "lazy" / "models" / "_late.py").write_text("")
    import_module("models._late")
    fixed(found)
    assert not found.reasons
    assert not stored(home)


def test_what_is_imported_by_a_computed_text_counts(home: Path) -> None:
    """Computed from texts that no reading shows: it is noticed when it happens."""
    model = home / "lazy" / "models" / "lazy.py"
    found = circuits(home)
    imports = found.catalogue.imports
    assert imports is not None
    namespace = sys.modules["models.lazy"].__dict__
    exec(compile("import os", str(model), "exec"), namespace)
    fixed(found)
    assert [reason.what for reason in found.reasons] == ["imports `os`"]
    assert not stored(home)


def test_a_gate_with_recalled_circuits_finds_what_the_first_one_found(project: Project) -> None:
    def rows() -> list[tuple[str, str]]:
        file = project.folder / "report.json"
        assert project.gate("--json", str(file)).code == 0
        return [(row["pair"], row["verdict"]) for row in json.loads(file.read_text())["results"]]

    first = rows()
    assert list((project.folder.parent / ".local" / "state").rglob("*.circuit"))
    assert rows() == first


def test_the_same_texts_that_hold_something_else_are_another_circuit(
    home: Path, made: list[str]
) -> None:
    """The order of a set or an address may have come in by a way that no text shows."""
    for value in (("a", "b"), ("b", "a"), ("a", "b")):
        catalogue = load(home / "lazy")
        sys.modules["models.lazy"].ORDER = value  # type: ignore[attr-defined]
        fixed(Circuits(catalogue, Cache(home / "cache", Limits())))
    assert made == ["lazy/fixed"] * 2
