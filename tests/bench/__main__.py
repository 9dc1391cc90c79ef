"""`python -m tests.bench [-o FOLDER] [SECTION ...]`: nestproof next to its peers and to earlier.

Every figure is a whole process's, taken in turns on an idle machine. FOLDER gets the tables, one
file for each section, and plots of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.bounded import bounded
from tests.bench.comparisons import Comparison, compared
from tests.bench.earlier import against_earlier
from tests.bench.exports import exported
from tests.bench.growth import over_depth, over_tasks
from tests.bench.peers import abc_bmc3, abc_pdr, check, nestproof, spacer
from tests.bench.plots import draw_bars, draw_growth, draw_pairs
from tests.bench.processes import machine, run
from tests.bench.screen import keys
from verifier.compiler.translation import compile_system
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Pair
from verifier.project.loading import load

PROOFS, COUNTEREXAMPLES = 0.35, 0.30
"""What nestproof may take of what ABC takes."""
TOGETHER = 3600.0
"""Seconds for all pairs in one process."""


@dataclass(frozen=True)
class Bench:
    """What all sections have in common; `plots` is where they draw, None for nowhere."""

    files: Path
    rounds: int
    plots: Path | None

    @cached_property
    def pairs(self) -> dict[Pair, str | None]:
        """The catalogue's pairs, exported, with the verdicts that are expected of them."""
        catalogue = load(bundled_root())
        return {pair: catalogue.expected.get(pair) for pair in exported(catalogue, self.files)}

    def named(self, verdict: str) -> list[str]:
        return [str(pair) for pair, expected in self.pairs.items() if expected == verdict]

    def earlier(self) -> Iterator[str]:
        found = against_earlier(self.rounds)
        yield from found.table()
        if self.plots:
            draw_bars(found, self.plots / "earlier.svg")

    def proofs(self) -> Iterator[str]:
        names = self.named("proved")
        tools = nestproof("--engine", "pdr"), abc_pdr(self.files)
        found = compared("Proofs", names, tools, self.rounds)
        yield from found.table()
        yield _together(found, check("--engine", "pdr", *names))
        if self.plots:
            draw_pairs(found, 1, self.plots / "proofs.svg", PROOFS)

    def counterexamples(self) -> Iterator[str]:
        names = self.named("violated")
        tools = nestproof("--engine", "bmc"), abc_bmc3(self.files)
        found = compared("Counterexamples", names, tools, self.rounds)
        yield from found.table()
        yield _together(found, check("--engine", "bmc", *names))
        if self.plots:
            draw_pairs(found, 1, self.plots / "counterexamples.svg", COUNTEREXAMPLES)

    def spacer(self) -> Iterator[str]:
        names = [name for name in self.named("proved") if name.endswith("/isolation")]
        tools = nestproof("--engine", "pdr"), spacer(self.files, 30)
        yield from compared("Proofs next to Spacer, which has 30 s", names, tools, 1).table()

    def growth(self) -> Iterator[str]:
        assert self.pairs, "which the files are of"
        found = over_tasks(self.files, self.rounds)
        yield from found.table()
        yield from over_depth(self.files, self.rounds).table()
        if self.plots:
            draw_growth(found, self.plots / "tasks.svg")

    def compilation(self) -> Iterator[str]:
        catalogue = load(bundled_root())
        yield "\n## Compilation\n"
        yield "| system | ms | latches | inputs | gates |\n|---|---|---|---|---|"
        for system in catalogue.systems.values():
            compiled = compile_system(system, catalogue.properties_of(system))
            circuit = compiled.circuit
            yield (
                f"| {system.name} | {compiled.seconds * 1000:.0f} | {len(circuit.latches)} "
                f"| {len(circuit.inputs)} | {circuit.graph.gates} |"
            )

    def bounded(self) -> Iterator[str]:
        yield from bounded(self.rounds)

    def screen(self) -> Iterator[str]:
        yield from keys()


def _together(found: Comparison, command: list[str]) -> str:
    """All pairs of a comparison in one process, beside the other tool's sum."""
    whole, theirs = run(command, TOGETHER), found.sums()[1]
    return (
        f"| **all in one process** | {whole.seconds:.2f} | {theirs:.2f} "
        f"| {whole.seconds / theirs:.2f} | {whole.megabytes:.0f} |"
    )


Section = Callable[[Bench], Iterator[str]]
SECTIONS: Mapping[str, Section] = {
    "earlier": Bench.earlier,
    "proofs": Bench.proofs,
    "counterexamples": Bench.counterexamples,
    "spacer": Bench.spacer,
    "growth": Bench.growth,
    "compilation": Bench.compilation,
    "bounded": Bench.bounded,
    "screen": Bench.screen,
}


def main() -> None:
    """Print each section's tables, or write them and the plots into a folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    unknown = set(given.sections).difference(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if given.output is not None:
        given.output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="nestproof-bench-") as folder:
        bench = Bench(Path(folder), given.rounds, given.output)
        for name in given.sections or SECTIONS:
            lines = [f"{machine()}; {given.rounds} rounds at most.", *SECTIONS[name](bench)]
            print(*lines, sep="\n", flush=True)
            if given.output is not None:
                (given.output / f"{name}.md").write_text("\n".join(lines) + "\n")


main()
