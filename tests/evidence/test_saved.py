"""Saved evidence: what is sound is confirmed, what is damaged is rejected with the place."""

from pathlib import Path

import msgspec
import pytest

from tests.evidence.lazy_project import certificate, compiled, trace
from verifier.audit.audit import rejection
from verifier.engines.contract import ENGINES
from verifier.evidence.calls import Changed, Entered
from verifier.evidence.certificates import Certificate, sentence_of
from verifier.evidence.files import DamagedFile, Saved, read, save
from verifier.evidence.saved_execution import saved_trace
from verifier.evidence.traces import Trace


def why(evidence: Trace | Saved) -> str | None:
    name = "lazy/fixed" if isinstance(evidence, Certificate) else "lazy/broken"
    return rejection(compiled(name), evidence)


def with_step(number: int, **changes: object) -> Trace:
    """The trace with something else in a step, counted from 1."""
    steps = list(trace().steps)
    steps[number - 1] = msgspec.structs.replace(steps[number - 1], **changes)
    return msgspec.structs.replace(trace(), steps=tuple(steps))


def with_lemmas(*lemmas: dict[str, tuple[bool | str, ...]]) -> Certificate:
    return msgspec.structs.replace(certificate(), lemmas=lemmas)


def test_evidence_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    for evidence, held in ((trace(), saved_trace(trace())), (certificate(), certificate())):
        save(evidence, tmp_path / "x.json")
        assert read(tmp_path / "x.json") == held
        assert why(read(tmp_path / "x.json")) is None
    assert [file.name for file in tmp_path.iterdir()] == ["x.json"]


def test_a_trace_is_shortest_and_names_the_conjunct_and_the_choices_that_matter() -> None:
    assert [stride.step for stride in trace().steps] == ["use_fpu", "switch_to", "use_fpu"]
    assert trace().conjunct == "a_task_finds_only_its_own_registers"
    assert [stride.matters for stride in trace().steps] == [(), ("next_task",), ()]


def test_a_trace_logs_calls_and_assignments_with_their_sources() -> None:
    first = trace().steps[0]
    assert first.changes["ts"] == (True, False)
    handler = next(entry for entry in first.call.entries if isinstance(entry, Entered))
    assert handler.function == "device_not_available"
    assert handler.source == "the handler of #NM, the device-not-available fault"
    assert handler.file == "models/lazy.py"
    assert [
        entry.field
        for entry in handler.entries
        if isinstance(entry, Changed) and entry.old != entry.new
    ] == [
        "ts",
        "saved[A].uses_fpu",
    ]


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        (lambda: with_step(2, step="swich_to"), "step 2: `lazy/broken` has no step `swich_to`"),
        (lambda: with_step(2, choices={}), "step 2: `switch_to` needs a `Task` for its choice"),
        (lambda: with_step(2, choices={"next_task": "Z"}), "`next_task`, not `Z`"),
        (lambda: with_step(2, choices={"next_task": True}), "`next_task`, not `True`"),
        (lambda: with_step(2, choices={"next_task": "A"}), "step 2: `switch_to` is not enabled"),
        (
            lambda: with_step(1, choices={"value": True, "extra": True}),
            "step 1: `use_fpu` has no choice `extra`",
        ),
        (
            lambda: msgspec.structs.replace(trace(), steps=trace().steps[:-1]),
            "step 2: `isolation` is not violated",
        ),
        (lambda: msgspec.structs.replace(trace(), steps=()), "`isolation` is not violated"),
        (lambda: msgspec.structs.replace(trace(), start={}), "the start has `None` for `ts`"),
        (
            lambda: msgspec.structs.replace(trace(), start={**trace().start, "ts": False}),
            "`ts` starts as `True`, not `False`",
        ),
        (
            lambda: msgspec.structs.replace(trace(), start={**trace().start, "tz": False}),
            "has no field `tz`",
        ),
        (lambda: msgspec.structs.replace(trace(), conjunct="other"), "is violated, not `other`"),
        (lambda: msgspec.structs.replace(trace(), conjunct=""), "registers` is violated, not ``"),
        (lambda: msgspec.structs.replace(trace(), property="other"), "has no property `other`"),
        (lambda: msgspec.structs.replace(trace(), property=""), "has no property ``"),
        (
            lambda: msgspec.structs.replace(trace(), property="fires:use_fpu"),
            "has no property `fires:use_fpu`",
        ),
        (
            lambda: msgspec.structs.replace(trace(), property="", conjunct=""),
            "it has no claim",
        ),
        (lambda: msgspec.structs.replace(trace(), system="lazy/fixed"), "it is about `lazy/fixed`"),
    ],
)
def test_a_trace_that_does_not_replay_is_rejected(evidence: object, message: str) -> None:
    reason = why(evidence())  # type: ignore[operator]
    assert reason is not None
    assert message in reason


def test_a_conjunct_of_no_property_is_no_claim(tmp_path: Path) -> None:
    save(msgspec.structs.replace(trace(), property=""), tmp_path / "x.json")
    with pytest.raises(DamagedFile, match="it names a conjunct of no property"):
        read(tmp_path / "x.json")


def test_every_lemma_of_a_minimised_certificate_is_needed() -> None:
    lemmas = certificate().lemmas
    for i in range(len(lemmas)):
        assert why(with_lemmas(*lemmas[:i], *lemmas[i + 1 :])) is not None


def test_a_lemma_that_the_start_breaks_is_rejected_by_name() -> None:
    reason = why(with_lemmas(*certificate().lemmas, {"ts": (False,)}))
    assert reason is not None
    assert f"lemma {len(certificate().lemmas) + 1}, `not ts`" in reason


def test_a_lemma_that_a_step_breaks_is_rejected_by_name() -> None:
    reason = why(with_lemmas(*certificate().lemmas, {"current": ("A",)}))
    assert reason is not None
    assert "`current == A`" in reason


@pytest.mark.parametrize(
    ("lemma", "message"),
    [
        ({"nothing": (True,)}, "has no field `nothing`"),
        ({"current": ("Z",)}, "`current` cannot be `Z`"),
        ({"ts": ("A",)}, "`ts` cannot be `A`"),
        ({"access.executed": (True,)}, "has no field `access.executed`"),
    ],
)
def test_a_lemma_about_what_does_not_exist_is_rejected(
    lemma: dict[str, tuple[bool | str, ...]], message: str
) -> None:
    reason = why(with_lemmas(*certificate().lemmas, lemma))
    assert reason is not None
    assert message in reason


def test_lemmas_read_as_sentences() -> None:
    fixed = compiled("lazy/fixed")
    assert sentence_of(fixed, {"ts": (True,), "current": ("A",)}) == "ts or current == A"
    assert sentence_of(fixed, {"ts": (False,)}) == "not ts"
    assert sentence_of(fixed, {}) == "false"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"engine": "Zz\x1b"}, "`Zz\x1b` is not the name of an engine"),
        ({"engine": ""}, "`` is not the name of an engine"),
        ({"depth": -5}, "its depth is -5"),
    ],
)
def test_a_proof_that_nothing_can_have_found_is_refused(
    tmp_path: Path, wrong: dict[str, object], reason: str
) -> None:
    file = tmp_path / "x.json"
    save(msgspec.structs.replace(certificate(), **wrong), file)
    with pytest.raises(DamagedFile, match=reason):
        read(file)


@pytest.mark.parametrize("name", ENGINES)
def test_what_an_engine_proves_can_be_read_back(name: str, tmp_path: Path) -> None:
    proof = msgspec.structs.replace(certificate(), engine=name)
    save(proof, tmp_path / "x.json")
    assert read(tmp_path / "x.json") == proof


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    good = msgspec.json.encode(saved_trace(trace()))
    for content in (
        good[: len(good) // 2],
        good.replace(b'"schema":2', b'"schema":"2"'),
        good.replace(b'"schema":2', b'"schema":3'),
        good.replace(b'"kind":"trace"', b'"kind":"certificate"'),
        good.replace(b'"start":', b'"start":{},"start":'),
        good.replace(b'"step":', b'"step":"x","step":', 1),
        good.replace(b'"choices":{', b'"choices":{"value":true,"value":false,', 1),
        b'{"schema":2,"kind":"trace","steps":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"schema":1,"kind":"trace","steps":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"\xff\xfe",
        b"",
    ):
        file.write_bytes(content)
        with pytest.raises(DamagedFile):
            read(file)
    with pytest.raises(DamagedFile):
        read(tmp_path / "absent.json")
    with pytest.raises(DamagedFile):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'{"schema": 2,\n"kind": "tra', "it ends early, in line 2"),
        (b'{"schema": 2,\n"kind":', "it ends early, in line 2"),
        (b'{"schema": 2,\n"kind": "trace",\n\n', "it ends early, in line 2"),
        (b'{"schema": 2,\n"kind" "trace"}', "line 2, column 8: expecting ':' delimiter"),
        (b'{"schema": 2}\n}', "line 2, column 1: extra data"),
        (b'{"schema": 2,\n"kind": "\xff"}', "line 2 is not UTF-8"),
        (b'{"schema": NaN}', "`NaN` is not a number of JSON's"),
        (b'{"x": ' + b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_what_is_not_json_is_reported_with_its_place(
    tmp_path: Path, content: bytes, where: str
) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(DamagedFile, match="it is not JSON: ") as damage:
        read(file)
    assert str(damage.value) == f"it is not JSON: {where}"
