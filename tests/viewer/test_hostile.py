"""Traces that were not made by us: refused, or shown inert."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.viewer.conftest import HERE, saved
from verifier.evidence.explanation import Explanation, Failure
from verifier.evidence.files import DamagedFile, read
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.viewer.markup import rendered
from verifier.viewer.text import trace_lines, unverified_lines

Spoil = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d.update(schema=2), "unknown key `"),
        (lambda d: d.update(schema=3), "of schema 3"),
        (lambda d: d.update(kind="page"), "it is a `page`"),
        (lambda d: d.pop("steps"), "missing required field `steps`"),
        (lambda d: d.update(start=[1]), "Expected `object`"),
        (lambda d: d["start"].update(x=3), "Expected `bool | str`"),
        (lambda d: d["steps"][9].pop("choices"), "missing required field `choices`"),
        (lambda d: d["steps"][9]["choices"].update(x=None), "Expected `bool | str`"),
        (lambda d: d.update(system="x" * 20_000), "a name of more than"),
        (lambda d: d["steps"][9].update(step="x" * 20_000), "a name of more than"),
        (lambda d: d["steps"][9]["choices"].update({"x" * 20_000: True}), "a name of more than"),
        (lambda d: d.update(steps=d["steps"][:1] * 100_001), "more than 100000 steps"),
    ],
)
def test_what_is_not_a_trace_is_refused_with_the_reason(
    spoil: Spoil, message: str, tmp_path: Path
) -> None:
    document = json.loads((HERE / "traces" / "kvm-nvmx.v3.1.json").read_text())
    for stride in document["steps"]:
        stride.pop("call")
    spoil(document)
    file = tmp_path / "x.json"
    file.write_text(json.dumps(document))
    with pytest.raises(DamagedFile) as damage:
        read(file)
    assert message in str(damage.value)


@pytest.mark.parametrize("length", [0, 1, 1_000, 100_000])
def test_a_cut_file_is_refused(length: int, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes((HERE / "traces" / "kvm-nvmx.v3.1.json").read_bytes()[:length])
    with pytest.raises(DamagedFile):
        read(file)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    with file.open("wb") as stream:
        stream.truncate(65 * 1024 * 1024)
    with pytest.raises(DamagedFile, match="larger than 64 MiB"):
        read(file)


def test_a_trace_without_explanations_is_shown_as_far_as_it_goes() -> None:
    bare = msgspec.structs.replace(
        saved("v3.1"),
        steps=tuple(
            msgspec.structs.replace(stride, because={}, needs=(), fails=(), says="")
            for stride in saved("v3.1").steps
        ),
        claims={},
        enums={},
        explanation=Explanation(),
    )
    text = "\n".join(rendered(trace_lines(bare)))
    assert "not recorded in the trace" in text
    assert "What if" not in text


def test_an_empty_trace_is_shown() -> None:
    empty = Trace("s/x", "p", "c", True, {"x": True}, (), failure=Failure(seen={"x": True}))
    assert "violated at the start" in "\n".join(rendered(trace_lines(empty)))


FOREIGN = "\x1b[31m\u202e\n\x9b\t\r"
"""Obeyed by terminals, or by whoever lays text out."""
MAPS = (
    *("seen", "start", "events", "claims", "enums", "choices", "changes", "because", "reads"),
    *("beliefs", "bits", "table_of", "twins", "words"),
)


def spelt(value: Any, key: str = "", names: bool = False) -> Any:
    """A document with the foreign characters in all its strings and names of fields."""
    if isinstance(value, dict):
        found = {}
        for name, inner in value.items():
            is_map = name in MAPS and not (isinstance(inner, dict) and "who" in inner)
            found[name + FOREIGN if names else name] = spelt(inner, name, not names and is_map)
        return found
    if isinstance(value, list):
        return [spelt(inner, key, key == "differs") for inner in value]
    kept = not isinstance(value, str) or not value or key in ("kind", "type")
    return value if kept else value + FOREIGN


@pytest.mark.parametrize("version", ["v3.1", "v3.13"])
def test_what_a_terminal_obeys_is_in_no_rendering(version: str) -> None:
    """Names in models can hold anything, too."""
    from verifier.viewer.html_svg import page, svg
    from verifier.viewer.mermaid import sequence

    trace = msgspec.convert(spelt(json.loads(msgspec.json.encode(saved(version)))), Trace)
    lines = list(trace_lines(trace, everything=True))
    title = f"{trace.system}</title><script>"
    for text in (
        "\n".join(rendered(lines)),
        page(lines, title),
        svg(lines, title),
        "\n".join(sequence(trace)),
    ):
        assert all(character.isprintable() for character in text.replace("\n", ""))
        assert "<script>" not in text


def test_what_a_terminal_obeys_is_not_in_an_unverified_execution(tmp_path: Path) -> None:
    document = json.loads((HERE / "traces" / "kvm-nvmx.v3.1.json").read_text())
    file = tmp_path / "x.json"
    file.write_text(json.dumps(spelt(document)))
    saved = read(file)
    assert isinstance(saved, SavedTrace)
    text = "\n".join(rendered(unverified_lines(saved, f"because{FOREIGN}")))
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert text.count("\n") == 6 + len(saved.start) + len(saved.steps)


def test_more_values_than_a_viewer_holds_are_refused(tmp_path: Path) -> None:
    document = json.loads((HERE / "traces" / "kvm-nvmx.v3.1.json").read_text())
    document["start"] |= {f"field{number}": True for number in range(100_000)}
    document["steps"] *= 10
    file = tmp_path / "x.json"
    file.write_text(json.dumps(document))
    with pytest.raises(DamagedFile, match="values of fields"):
        read(file)
