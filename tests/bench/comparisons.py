"""Inputs that several tools decide, how long each takes, and that as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from tests.bench.processes import Run, interleaved

Answered = Callable[[Run], bool]
"""Whether what a process printed is an answer."""


@dataclass(frozen=True)
class Tool:
    """A tool: what it is called, the command for an input, and what its answers look like."""

    name: str
    command: Callable[[str], Sequence[str]]
    answered: Answered
    folder: Path | None = None


@dataclass(frozen=True)
class Comparison:
    """What each tool took for each input; the first tool is nestproof."""

    title: str
    tools: tuple[Tool, ...]
    runs: Mapping[str, Sequence[Run]]

    def seconds(self, name: str) -> list[float | None]:
        """What each tool took for an input; None where it has no answer."""
        pairs = zip(self.runs[name], self.tools, strict=True)
        return [run.seconds if tool.answered(run) else None for run, tool in pairs]

    def sums(self) -> list[float]:
        """The seconds of each tool over the inputs that all of them answer."""
        rows = [row for name in self.runs if None not in (row := self.seconds(name))]
        return [sum(row[i] or 0.0 for row in rows) for i in range(len(self.tools))]

    def table(self) -> Iterator[str]:
        """Each input, its ratios, and the sums."""
        first, *others = self.tools
        yield f"\n## {self.title}\n"
        cells = " | ".join(f"{tool.name} s | ratio" for tool in others)
        yield f"| | {first.name} s | {cells} | MB |"
        yield f"|---|---|{'---|---|' * len(others)}---|"
        for name, runs in self.runs.items():
            ours, *theirs = self.seconds(name)
            cells = " | ".join(
                f"{_seconds(run, one)} | {_ratio(ours, one)}"
                for run, one in zip(runs[1:], theirs, strict=True)
            )
            yield f"| {name} | {_seconds(runs[0], ours)} | {cells} | {runs[0].megabytes:.0f} |"
        total, *totals = self.sums()
        cells = " | ".join(f"{each:.2f} | {_ratio(total, each)}" for each in totals)
        most = max((runs[0].megabytes for runs in self.runs.values()), default=0.0)
        yield f"| **sum where all answer** | {total:.2f} | {cells} | {most:.0f} |"


def compared(
    title: str, names: Sequence[str], tools: Sequence[Tool], rounds: int, timeout: float = 120.0
) -> Comparison:
    """Let each tool decide each input, in turns; a process ends at the timeout."""
    folders = [tool.folder for tool in tools]
    runs = {
        name: interleaved([tool.command(name) for tool in tools], rounds, folders, timeout)
        for name in track(names, description=title)
    }
    return Comparison(title, tuple(tools), runs)


def _seconds(run: Run, answer: float | None) -> str:
    return f"{run.seconds:.2f}" if answer is not None else f"no answer in {run.seconds:.0f}"


def _ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours is not None and theirs else "-"
