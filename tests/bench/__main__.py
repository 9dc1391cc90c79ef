"""`python -m tests.bench [PATTERN ...] [-o FILE]`: nestproof next to its peers on the same pairs.

Every figure is a whole process's. Circuits and exports are made first; that is not counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.progress import track

from tests.bench.bounded import bounded
from tests.bench.growth import growth
from tests.bench.peers import Peer, abc_bmc3, abc_pdr, spacer
from tests.bench.processes import LONG, Run, interleaved, machine, run
from tests.bench.screen import keys
from verifier.compiler.translation import compile_system
from verifier.evidence.verdicts import Limits
from verifier.formats.aiger import write_aiger
from verifier.formats.smt2 import write_smt2
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.circuit_cache import Circuits
from verifier.project.loading import load
from verifier.project.result_cache import Cache, cache_folder

SPACER_PROPERTY = "isolation"
"""The property on which Spacer is tried for every system; it mostly runs into its limit."""


TOGETHER = 3600.0
"""Seconds for all pairs in one process."""


def nestproof(pairs: Sequence[Pair], *options: str) -> list[str]:
    """The command that decides these pairs in one process."""
    check = [sys.executable, "-m", "verifier", "check", "--fresh", "--jobs", "1"]
    return [*check, *options, *map(str, pairs)]


def exported(catalogue: Catalogue, folder: Path) -> dict[Pair, Path]:
    """Every pair with a circuit, as `.aig` and `.smt2` files of one stem.

    The circuits are saved for nestproof, too: nobody compiles while the clock runs.
    """
    files = {}
    circuits = Circuits(catalogue, Cache(cache_folder(), Limits()))
    for system in catalogue.systems.values():
        compiled = circuits.compiled(system, catalogue.properties_of(system))
        for pair in catalogue.pairs_of(system):
            if pair.property in compiled.circuit.bad:
                file = folder / str(pair).replace("/", ".")
                circuit = compiled.circuit.restricted([pair.property])
                file.with_name(f"{file.name}.aig").write_bytes(
                    write_aiger(circuit, [pair.property])
                )
                file.with_name(f"{file.name}.smt2").write_text(write_smt2(circuit, pair.property))
                files[pair] = file
    return files


def compared(
    title: str,
    pairs: Sequence[Pair],
    files: dict[Pair, Path],
    peers: Sequence[Peer],
    options: Sequence[str],
    rounds: int,
) -> Iterator[str]:
    """A table: each pair's seconds by nestproof and by its peers, and the sums."""
    names = [peer.name for peer in peers]
    yield f"\n## {title}\n"
    yield f"| pair | nestproof s | {' | '.join(f'{n} s | ratio' for n in names)} | MB |"
    yield f"|---|---|{'---|---|' * len(names)}---|"
    sums = [0.0] * (len(peers) + 1)
    worst = 0.0
    for pair in track(pairs, description=title):
        commands = [nestproof([pair], *options), *(peer.command(files[pair]) for peer in peers)]
        ours, *theirs = interleaved(commands, rounds)
        cells = [_cell(ours, one, peer) for one, peer in zip(theirs, peers, strict=True)]
        sums = [total + one.seconds for total, one in zip(sums, (ours, *theirs), strict=True)]
        worst = max(worst, ours.megabytes)
        mine = f"{ours.seconds:.2f}" if ours.code == 0 else f"{ours.seconds:.2f} (no answer)"
        yield f"| {pair} | {mine} | {' | '.join(cells)} | {ours.megabytes:.0f} |"
    together = run(nestproof(pairs, *options), TOGETHER)
    sum_cells = [f"{total:.2f} | {sums[0] / total:.2f}" for total in sums[1:]]
    yield f"| **sum, a process each** | {sums[0]:.2f} | {' | '.join(sum_cells)} | {worst:.0f} |"
    together_cells = [f"{total:.2f} | {together.seconds / total:.2f}" for total in sums[1:]]
    yield (
        f"| **all in one process** | {together.seconds:.2f} | {' | '.join(together_cells)} "
        f"| {together.megabytes:.0f} |"
    )


def _cell(ours: Run, theirs: Run, peer: Peer) -> str:
    if not peer.answered(theirs):
        return f"{theirs.seconds:.2f} (no answer) | -"
    return f"{theirs.seconds:.2f} | {ours.seconds / theirs.seconds:.1f}"


def compilation(catalogue: Catalogue) -> Iterator[str]:
    """What making the circuits takes."""
    yield "\n## Compilation\n"
    yield "| system | ms | latches | inputs | gates |\n|---|---|---|---|---|"
    for system in catalogue.systems.values():
        compiled = compile_system(system, catalogue.properties_of(system))
        circuit = compiled.circuit
        yield (
            f"| {system.name} | {compiled.seconds * 1000:.0f} | {len(circuit.latches)} "
            f"| {len(circuit.inputs)} | {circuit.graph.gates} |"
        )


def report(patterns: Sequence[str], rounds: int, spacer_seconds: int) -> Iterator[str]:
    """The whole report, as Markdown."""
    catalogue = load(bundled_root())
    chosen = set(catalogue.matching(patterns) if patterns else catalogue.pairs())
    yield "# Benchmarks\n"
    yield f"{machine()}. Whole processes, medians of {rounds} interleaved runs (of fewer, where one"
    yield f"takes over {LONG:.0f} s); one run of `make bench`. The peers decide one pair per"
    yield "process, from files made before; nestproof recalls circuits that were compiled before."
    yield from compilation(catalogue)
    with tempfile.TemporaryDirectory() as folder:
        files = exported(catalogue, Path(folder))
        verdicts = {p: catalogue.expected.get(p) for p in files if p in chosen}
        proved = [p for p, verdict in verdicts.items() if verdict == "proved"]
        violated = [p for p, verdict in verdicts.items() if verdict == "violated"]
        yield from compared("Proofs", proved, files, [abc_pdr()], ["--engine", "pdr"], rounds)
        yield from compared(
            "Shortest counterexamples", violated, files, [abc_bmc3()], ["--engine", "bmc"], rounds
        )
        some = [pair for pair in proved if pair.property == SPACER_PROPERTY]
        yield from compared(
            f"Proofs of {SPACER_PROPERTY} next to Spacer, which stops after {spacer_seconds} s",
            some,
            files,
            [spacer(spacer_seconds)],
            ["--engine", "pdr"],
            1,
        )
    yield from bounded(rounds)
    yield from growth(catalogue)
    yield from keys()


def main() -> None:
    """Print the report, or write it to a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("patterns", nargs="*", help="pairs to compare; default: all")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spacer-seconds", type=int, default=30)
    given = parser.parse_args()
    lines = []
    for line in report(given.patterns, given.rounds, given.spacer_seconds):
        print(line, flush=True)
        lines.append(line)
    if given.output is not None:
        given.output.write_text("\n".join(lines) + "\n")


main()
