"""`python -m tests.verifier_mutants`: mistakes in the verifier on purpose, against its tests.

A sample of all one-place mistakes, the same for the same seed, is tried in copies of the checkout
by the tests that run the changed place. Exit code: 1 where fewer than 90 % of those that are not
equivalent are killed, or one survives without a reason in survivors.toml.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from tests.verifier_mutants.mutants import WEIGHTS, Mutant, files_in, mutants_of, sample
from tests.verifier_mutants.record import Recorded, recorded
from tests.verifier_mutants.survivors import complaints, reasons, summary
from tests.verifier_mutants.tree import Tree, copied
from tests.verifier_mutants.trial import Outcome, chosen, tried

ROOT = Path(__file__).parent.parent.parent
RECORD = ROOT / "build" / "verifier-mutants.json"
SURVIVORS = Path(__file__).with_name("survivors.toml")
EXCEPT = (
    *("tests/house/", "tests/processes/", "tests/verifier_mutants/"),
    *("tests/cli/test_interrupting.py", "tests/gate/test_stopping.py"),
)
"""Tests of the sources as texts, and tests that fail when another process takes the time."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.verifier_mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=150, help="how many mutants")
    parser.add_argument("--seed", type=int, default=13, help="which ones")
    parser.add_argument("--seconds", type=float, default=120.0, help="of tests for each mutant")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count(), help="how many side by side"
    )
    parser.add_argument("--match", default="", help="of the sample those whose line contains this")
    options = parser.parse_args(arguments)
    everything = mutants_of(ROOT, WEIGHTS)
    mutants = sample(everything, options.sample, options.seed)
    mutants = [mutant for mutant in mutants if options.match in str(mutant)]
    tests = recorded(ROOT, files_in(ROOT, WEIGHTS), files_of_tests(), RECORD)
    outcomes = []
    for outcome in trials(ROOT, mutants, tests, options.seconds, options.processes):
        print(_line(outcome), flush=True)
        outcomes.append(outcome)
    known = reasons(SURVIVORS)
    wrong = list(complaints(outcomes, known, everything))
    print("", *wrong, summary(outcomes, known), sep="\n")
    return 1 if wrong else 0


def files_of_tests() -> list[str]:
    """The files of tests that may notice a mistake."""
    files = (file for file in files_in(ROOT, ["tests"]) if Path(file).name.startswith("test_"))
    return [file for file in files if not file.startswith(EXCEPT)]


def trials(
    root: Path,
    mutants: Sequence[Mutant],
    tests: Sequence[Recorded],
    seconds: float,
    processes: int,
) -> Iterator[Outcome]:
    """Each mutant's outcome, tried in as many copies as there are processes."""
    with ExitStack() as stack:
        trees: SimpleQueue[Tree] = SimpleQueue()
        for _ in range(processes):
            trees.put(stack.enter_context(copied(root)))

        def outcome(mutant: Mutant) -> Outcome:
            tree = trees.get()
            try:
                return tried(tree, [*WEIGHTS], mutant, chosen(mutant, tests, seconds), seconds)
            finally:
                trees.put(tree)

        yield from stack.enter_context(ThreadPoolExecutor(processes)).map(outcome, mutants)


def _line(outcome: Outcome) -> str:
    by = f" by {outcome.by}" if outcome.by else f" {outcome.tests} tests"
    return f"{outcome.result:9}  {outcome.mutant}{by}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
