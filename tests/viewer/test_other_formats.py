"""Executions for other tools: each format is read back by a small reader of its own."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.viewer import machines
from tests.viewer.conftest import saved
from verifier.evidence.traces import Trace
from verifier.language.plain_values import Value
from verifier.viewer.itf import itf
from verifier.viewer.story import story
from verifier.viewer.trace_index import Reading
from verifier.viewer.vcd import vcd

TRACES = {pair: partial(machines.counterexample, pair) for pair in machines.PAIRS}
TRACES["kvm-nvmx/v3.1"] = partial(saved, "v3.1")


@pytest.fixture(params=TRACES)
def trace(request: pytest.FixtureRequest) -> Trace:
    found: Trace = TRACES[request.param]()
    return found


def states(trace: Trace) -> list[dict[str, Value]]:
    """Every state, by the viewer's own reckoning."""
    reading = Reading(trace)
    return [reading.state(number) for number in range(reading.steps + 1)]


def flat(part: Any, path: str = "") -> Iterator[tuple[str, Value]]:
    """The fields of an expression of ITF, by their whole names."""
    if not isinstance(part, dict):
        yield path, part
    elif set(part) == {"#map"}:
        for key, row in part["#map"]:
            yield from flat(row, f"{path}[{key}]")
    else:
        for name, inside in part.items():
            assert not name.startswith("#")
            yield from flat(inside, f"{path}.{name}" if path else name)


def test_itf_has_every_variable_in_every_state(trace: Trace) -> None:
    document = json.loads(itf(trace))
    assert set(document) == {"#meta", "vars", "states"}
    read = []
    for number, state in enumerate(document["states"]):
        remarks = state.pop("#meta")
        assert remarks["index"] == number
        assert list(state) == document["vars"]
        if number:
            step = trace.steps[number - 1]
            assert (remarks["step"], remarks["choices"]) == (step.step, step.choices)
        read.append(dict(flat(state)))
    assert read == states(trace)


class Waves:
    """What a value change dump has, read as IEEE 1364 says: header, then values by time."""

    def __init__(self, text: str) -> None:
        self.kinds: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.at: list[dict[str, str]] = []
        self.words = iter(text.split())
        scopes: list[str] = []
        for word in self.words:
            if word == "$scope":
                kind, name = self.until_end()
                assert kind == "module"
                scopes.append(name)
            elif word == "$upscope":
                assert self.until_end() == []
                scopes.pop()
            elif word == "$var":
                kind, bits, sign, name = self.until_end()
                assert kind in ("wire", "string")
                assert bits == "1"
                assert sign not in self.kinds
                self.kinds[sign], self.names[sign] = kind, "/".join((*scopes, name))
            elif word == "$enddefinitions":
                assert self.until_end() == []
                break
            else:
                assert word in ("$comment", "$timescale")
                self.until_end()
        assert not scopes
        self.values()

    def until_end(self) -> list[str]:
        return list(iter(lambda: next(self.words), "$end"))

    def values(self) -> None:
        """The values after each time, which rises."""
        now: dict[str, str] = {}
        for word in self.words:
            if word[0] == "#":
                assert int(word[1:]) == len(self.at)
                self.at.append(now := dict(now))
            elif word[0] == "s":
                sign = next(self.words)
                assert self.kinds[sign] == "string"
                now[sign] = word[1:].replace("\\x20", " ")
            elif word not in ("$dumpvars", "$end"):
                assert word[0] in "01"
                assert self.kinds[word[1:]] == "wire"
                now[word[1:]] = word[0]


def test_waves_have_every_field_at_every_step(trace: Trace) -> None:
    waves = Waves(vcd(trace))
    assert len(set(waves.names.values())) == len(waves.names)
    sign = {name: sign for sign, name in waves.names.items()}
    top = trace.system.replace("/", "_").replace("-", "_").replace(".", "_")
    for number, state in enumerate(states(trace)):
        for field, value in state.items():
            name = f"{top}/{field.replace('[', '.').replace(']', '').replace('.', '/')}"
            found = waves.at[number][sign[name]]
            assert found == (f"{value:d}" if isinstance(value, bool) else value)
        step = waves.at[number][sign["execution/step"]]
        assert (trace.steps[number - 1].step in step) if number else step == "start"
        assert waves.at[number][sign["execution/fails"]] == f"{number == len(trace.steps):d}"
    assert len(waves.at) == len(trace.steps) + 2


def test_a_story_has_states_actors_and_lines(trace: Trace) -> None:
    document = json.loads(story(trace))
    assert (document["schema"], document["kind"]) == (1, "story")
    assert [document["start"]["state"], *(s["state"] for s in document["steps"])] == states(trace)
    for number, (read, step) in enumerate(zip(document["steps"], trace.steps, strict=True), 1):
        assert read["number"] == number
        assert (read["step"], read["choices"]) == (step.step, step.choices)
        assert set(read["changes"]) == set(step.changes)
        assert read["calls"]["function"] == step.call.function


def test_a_story_of_two_cpus_says_who_acts_where() -> None:
    document = json.loads(story(machines.counterexample("two-cpus/broken/integrity")))
    assert document["lanes"] == ["CPU0", "CPU1"]
    third = document["steps"][2]
    assert (third["lane"], third["to"]) == ("CPU1", "CPU1")
    assert third["holds"] == {"CPU0": "C", "CPU1": "A"}
    assert third["changes"]["latest.value[A]"]["function"] == "access_registers"
    assert document["in_short"][0] == "In step 6 A uses the registers on CPU0."


def test_the_schema_is_the_documented_one() -> None:
    document = json.loads(story(machines.counterexample("two-cpus/broken/integrity")))
    text = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text()
    rows = re.findall(r"^\| (`.*?) \|", text.partition("| key | is |")[2], re.MULTILINE)
    keys = re.findall(r"`(\w+)`", " ".join(rows))
    place = keys.index("number")
    assert {*keys[:place]} == {*document}
    assert {*keys[place:]} == {*document["steps"][0]}
    assert {*document["start"]} == {"state", "runs", "holds"}
