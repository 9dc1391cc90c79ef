"""The formats in which other tools read an execution."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from verifier.evidence.traces import Trace
from verifier.viewer.itf import itf
from verifier.viewer.mermaid import sequence
from verifier.viewer.story import story
from verifier.viewer.vcd import vcd


def mermaid(trace: Trace) -> str:
    """A sequence diagram."""
    return "\n".join(sequence(trace)) + "\n"


OF_EXECUTIONS: Mapping[str, Callable[[Trace], str]] = {
    "mermaid": mermaid,
    "itf": itf,
    "vcd": vcd,
    "json": story,
}
"""Each by its name, as `show --format` has it; proofs have none of them."""
