"""`python -m tests.bench.bounded`: what bounded model checking costs with Z3 beside Glucose."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.bench.processes import Run, interleaved

PAIRS = (
    "kvm-vmx/v2.6.34/isolation",
    "kvm-nvmx/v3.1/integrity",
    "native/lazy-v3.2/host_integrity",
    "kvm-nvmx/v4.11/assertions",
    "kvm-nvmx/v3.13/progress",
    "kvm-nvmx/v3.1/transparency",
)
"""Violated after 6 to 14 steps, from easy to hard; the hardest of the catalogue take Z3 minutes."""


def bounded(rounds: int) -> Iterator[str]:
    """A table: each pair's processor seconds by either engine, and their ratio."""
    yield "\n## bmc-z3 next to bmc\n"
    yield (
        "Processor seconds of whole processes; what they load, and the circuit that they recall, "
        "is the same for both.\n"
    )
    yield "| pair | bmc s | bmc-z3 s | ratio |\n|---|---|---|---|"
    sums = [0.0, 0.0]
    for pair in PAIRS:
        check = [sys.executable, "-m", "verifier", "check", "--jobs", "1", pair, "--engine"]
        glucose, z3 = interleaved([[*check, "bmc"], [*check, "bmc-z3"]], rounds)
        if glucose.code or z3.code:
            yield f"| {pair} | {_seconds(glucose)} | {_seconds(z3)} | - |"
            continue
        sums = [sums[0] + glucose.processor, sums[1] + z3.processor]
        ratio = z3.processor / glucose.processor
        yield f"| {pair} | {_seconds(glucose)} | {_seconds(z3)} | {ratio:.1f} |"
    ratio = sums[1] / sums[0] if sums[0] else 0.0
    yield f"| **sum of those with both** | {sums[0]:.2f} | {sums[1]:.2f} | {ratio:.1f} |"


def _seconds(run: Run) -> str:
    return "no answer" if run.code else f"{run.processor:.2f}"


if __name__ == "__main__":
    for line in bounded(3):
        print(line, flush=True)
