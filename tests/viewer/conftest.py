"""Traces whose story was saved once: what is drawn of them does not depend on the models.

In `traces/presented/` is what the presentation of the time said of the same steps.
"""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from verifier.evidence.explanation import Explanation, Failure
from verifier.evidence.traces import Trace

HERE = Path(__file__).parent


def saved(version: str) -> Trace:
    """A counterexample of nested KVM: to its transparency, or since v3.13 to its progress."""
    name = f"kvm-nvmx.{version}.json"
    story, presented = (
        json.loads((HERE / folder / name).read_text()) for folder in ("traces", "traces/presented")
    )
    for part in ("steps", "turned"):
        found = zip(story[part], presented.pop(part), strict=True)
        story[part] = [each | added for each, added in found]
    levels = [step["level"] for step in story["steps"]]
    for step, after in zip(story["steps"], [*levels[1:], levels[-1]], strict=True):
        step |= {"after": after, "running": {"runs": [after]}}
    story["running"] = {"runs": levels[:1]}
    for part, kind in (("failure", Failure), ("explanation", Explanation)):
        story[part] = {name: story.pop(name) for name in kind.__struct_fields__ if name in story}
    return msgspec.convert(story | presented | {"shortest": True}, type=Trace)


@pytest.fixture
def golden(golden_file: Callable[[Path, str], None]) -> Callable[[str, str], None]:
    """Compare a whole output with the file of that name."""
    return lambda name, text: golden_file(HERE / "golden" / name, text)
