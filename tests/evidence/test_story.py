"""A file holds no story: whatever it says happened, the models say it again or nobody does."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.evidence.lazy_project import compiled, trace
from tests.viewer.conftest import HERE
from verifier.audit.audit import rejection
from verifier.audit.trace_replay import replayed
from verifier.evidence.files import DamagedFile, UnknownKey, encoded, read
from verifier.evidence.saved_execution import SavedTrace, saved_trace
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution, Stopped
from verifier.explain.counterexample import recomputed
from verifier.language.packages import bundled_root
from verifier.project.loading import load

KNOWN = "lazy/broken"


def shown(saved: SavedTrace) -> Trace | Stopped:
    return recomputed(compiled(KNOWN), saved)


def first_schema() -> dict[str, Any]:
    """The counterexample as a version with schema 1 has saved it."""
    told: dict[str, Any] = json.loads(msgspec.json.encode(shown(saved_trace(trace()))))
    told |= told.pop("failure") | told.pop("explanation")
    later = ("blocked", "arbitrary", "asserted", "parts", "stale", "standing", "shortest")
    for name in (*later, "picture", "beliefs", "headline", "reads", "running"):
        del told[name]
    for step in told["steps"]:
        del step["act"], step["beliefs"], step["problem"], step["running"]
    for turn in told["turned"]:
        del turn["seen"]
    return {"schema": 1, "kind": "trace", "engine": "bmc", **told}


def written(document: dict[str, Any], folder: Path) -> Path:
    file = folder / "x.json"
    file.write_text(json.dumps(document))
    return file


def test_a_file_holds_claim_start_and_choices_and_nothing_else() -> None:
    held = json.loads(encoded(trace()))
    assert held == {
        "schema": 2,
        "kind": "trace",
        "written_by": held["written_by"],
        "system": KNOWN,
        "property": "isolation",
        "conjunct": "a_task_finds_only_its_own_registers",
        "case": "",
        "start": dict(trace().start),
        "steps": [
            {"step": "use_fpu", "choices": {"value": False}},
            {"step": "switch_to", "choices": {"next_task": "B"}},
            {"step": "use_fpu", "choices": {"value": False}},
        ],
    }
    assert held["written_by"].startswith("nestproof ")


def test_what_is_shown_of_a_file_is_what_the_models_say() -> None:
    told = shown(saved_trace(trace()))
    assert isinstance(told, Trace)
    assert [stride.call for stride in told.steps] == [stride.call for stride in trace().steps]
    assert [stride.matters for stride in told.steps] == [(), ("next_task",), ()]
    assert told.explanation.decisive
    assert told.explanation.otherwise is not None


def test_the_story_of_a_file_of_schema_1_is_not_read(tmp_path: Path) -> None:
    document = first_schema()
    honest = shown(read_trace(written(document, tmp_path)))
    assert isinstance(honest, Trace)
    lie = {"type": "call", "function": "forged", "source": "forged", "file": "forged", "line": 1}
    document["steps"][0] |= {
        "call": {**lie, "result": "forged", "entries": []},
        "changes": {"ts": [False, False]},
        "because": {"forged": ["forged"]},
        "says": "forged",
        "fails": ["forged"],
        "matters": ["value"],
    }
    document |= {"seen": {"forged": True}, "doomed": 99, "finding": "forged", "claims": "forged"}
    forged = read_trace(written(document, tmp_path))
    assert b"forged" not in encoded(forged)
    assert shown(forged) == honest


def read_trace(file: Path) -> SavedTrace:
    found = read(file)
    assert isinstance(found, SavedTrace)
    return found


@pytest.mark.parametrize("version", ["v3.1", "v3.13", "v3.14"])
def test_old_files_of_schema_1_still_show_what_they_claim(version: str) -> None:
    saved = read_trace(HERE / "traces" / f"kvm-nvmx.{version}.json")
    catalogue = load(bundled_root())
    system = catalogue.systems[saved.system]
    assert isinstance(replayed(system, catalogue.properties_of(system), saved), Execution)


def test_a_story_in_a_file_of_schema_2_is_an_unknown_key(tmp_path: Path) -> None:
    document = json.loads(encoded(trace()))
    for spoilt in (
        document | {"seen": {}},
        document | {"steps": [{**document["steps"][0], "call": {}}, *document["steps"][1:]]},
        first_schema() | {"later": 1},
    ):
        with pytest.raises(UnknownKey, match=r"unknown key `(seen|call|later)`") as unknown:
            read(written(spoilt, tmp_path))
        assert unknown.value.about == "lazy/broken/isolation"


def test_an_execution_that_claims_nothing_is_shown_but_confirms_nothing() -> None:
    bare = msgspec.structs.replace(saved_trace(trace()), property="", conjunct="")
    told = shown(bare)
    assert isinstance(told, Trace)
    assert (told.conjunct, len(told.steps)) == ("", 3)
    assert rejection(compiled(KNOWN), bare) == "it has no claim"


def test_an_execution_that_does_not_show_its_claim_has_no_story() -> None:
    cut = msgspec.structs.replace(saved_trace(trace()), steps=saved_trace(trace()).steps[:-1])
    assert str(shown(cut)) == "step 2: `isolation` is not violated"
    bare = msgspec.structs.replace(cut, property="", conjunct="", start={})
    assert str(shown(bare)) == "the start has `None` for `ts`"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema": 1', '"schema": 1, "schema": 1'),
        ('"property": "isolation"', '"property": "integrity", "property": "isolation"'),
        ('"doomed": 0', '"doomed": 0, "doomed": 0'),
        ('"doomed": 0', '"doomed": NaN'),
        ('"doomed": 0', '"doomed": "\\ud800"'),
        pytest.param('"doomed": 0', f'"doomed": {"[" * 100_000}', id="depth"),
        pytest.param('"doomed": 0', f'"doomed": {"9" * 1_000_000}', id="digits"),
    ],
)
def test_what_two_readers_could_read_differently_or_at_great_cost_is_refused(
    old: str, new: str, tmp_path: Path
) -> None:
    text = json.dumps(first_schema())
    assert old in text
    file = tmp_path / "x.json"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(DamagedFile):
        read(file)
