"""The same sources give the same circuit: in any process, under any hash seed, however often."""

import json
import os
import subprocess
import sys

from tests.command import HOME
from verifier.language.packages import bundled_root
from verifier.project.loading import load

RUNS = {"0": "as listed", "1": "reversed"}
"""Hash seeds, and in which order the systems are compiled under them."""
SOME = ("native/classic", "kvm-nvmx/v3.14", "stack/kvm-kvm-linux")
"""Of three families; `make campaigns` compiles all."""


def test_a_system_has_the_same_circuit_in_every_process(campaign: bool) -> None:
    systems = load(bundled_root()).systems
    names = [*systems] if campaign else [name for name in systems if name in SOME]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.compiler.digests", order, *names],
            cwd=HOME,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
        )
        for seed, order in RUNS.items()
    ]
    outputs = [process.communicate()[0] for process in processes]
    assert not any(process.returncode for process in processes)
    first, *others = map(json.loads, outputs)
    assert first.keys() == set(names)
    assert all(len(set(digests)) == 1 for digests in first.values())
    assert max(map(len, first.values())) > 1
    for other in others:
        assert other == first
