"""Mistakes made on purpose in models/x86, and whether the quick list would notice them.

`python -m tests.lab.mutants [--jobs N]` tries all that `nestproof mutate` would make in the
functions that the bench runs, against the committed recordings, and compares the survivors with
`survivors.toml`, which gives the reason of each. Exit code 1 where they are others.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import CodeType

from verifier.language.packages import bundled_root
from verifier.project.importing import opened

opened([bundled_root()])

from verifier.compiler.translation import compile_system  # noqa: E402
from verifier.lab.judge import differences  # noqa: E402
from verifier.lab.lockstep import system  # noqa: E402
from verifier.lab.prediction import predictions  # noqa: E402
from verifier.lab.programs import Machine  # noqa: E402
from verifier.lab.recording import Recording, read_recording  # noqa: E402
from verifier.language.errors import ModelError  # noqa: E402
from verifier.mutation.functions_run import RunFunction, lines_run  # noqa: E402
from verifier.mutation.operators import Mutant, sites  # noqa: E402
from verifier.processes.pool import side_by_side  # noqa: E402
from verifier.processes.worker import Lost  # noqa: E402

HERE = Path(__file__).parent
SURVIVORS = HERE / "survivors.toml"
AT_ONCE = 700
"""Programs predicted before it is looked whether something differs."""


def recordings() -> list[Recording]:
    found = map(read_recording, sorted((HERE / "recordings").glob("bochs-*.rec")))
    return [each for each in found if each.machine is Machine.VMX]


def verdicts(recording: Recording) -> Iterator[list[bool]]:
    """Whether each program differs, by the models as they are now, some at a time."""
    compiled = compile_system(system(), ())
    programs, outcomes = recording.programs, recording.outcomes
    for place in range(0, len(programs), AT_ONCE):
        some = slice(place, place + AT_ONCE)
        predicted = predictions(compiled, programs[some], recording.facts)
        yield [
            bool(prediction.missing) or bool(differences(prediction, reported))
            for prediction, reported in zip(predicted, outcomes[some], strict=True)
        ]


def attempt(
    before: list[list[list[bool]]], known: list[Recording], function: RunFunction, code: CodeType
) -> str:
    """What becomes of a mutant."""
    function.replace(code)
    try:
        for expected, recording in zip(before, known, strict=True):
            for some, now in zip(expected, verdicts(recording), strict=True):
                if some != now:
                    return "killed"
    except (ModelError, AssertionError) as error:
        return f"refused: {error}"
    except LookupError:  # no instruction of a program can have had that outcome
        return "killed"
    return "survived"


def tried(jobs: int, only: str = "") -> Iterator[tuple[Mutant, str]]:
    """Every mutant with its fate."""
    known = recordings()
    before = [list(verdicts(recording)) for recording in known]
    ran = lines_run(lambda: compile_system(system(), ()))
    tasks: dict[str, Callable[[], str]] = {}
    mutants: dict[str, Mutant] = {}
    for site in sites(ran, [only] if only else ()):
        for number, (mutant, code) in enumerate(site.mutants):
            name = f"{mutant.name} {number}"
            mutants[name] = mutant
            tasks[name] = partial(attempt, before, known, site.function, code)
    for name, fate in side_by_side(tasks, jobs, lambda _: None, 300.0):
        yield mutants[name], fate.reason if isinstance(fate, Lost) else fate


def reasons() -> dict[str, str]:
    """The known survivors, each with its reason."""
    return {} if not SURVIVORS.exists() else tomllib.loads(SURVIVORS.read_text())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--function", default="")
    given = parser.parse_args()
    counts: dict[str, int] = {}
    left = reasons()
    unknown = 0
    for mutant, fate in tried(given.jobs, given.function):
        counts[fate.split(":")[0]] = counts.get(fate.split(":")[0], 0) + 1
        if fate in ("killed",) or fate.startswith("refused"):
            continue
        reason = left.pop(mutant.name, "")
        unknown += not reason
        print(f"{fate}  {mutant.name}  {reason or 'NO REASON'}", flush=True)
    print(counts)
    if left and not given.function:
        print("no survivors any more:", *left, sep="\n  ")
    return 1 if unknown or (left and not given.function) else 0


if __name__ == "__main__":
    sys.exit(main())
