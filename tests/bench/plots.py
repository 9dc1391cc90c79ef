"""The bench's figures as SVG, the same for the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure

from tests.bench.comparisons import Comparison, Tool

INK, OURS, THEIRS = "#222222", "#1668a8", "#c8553d"
STYLE = {
    "svg.hashsalt": "nestproof",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
}


def draw_pairs(comparison: Comparison, number: int, file: Path, bar: float) -> None:
    """A point for each input: nestproof's seconds over another tool's, and the bar's line."""
    tool = comparison.tools[number].name
    rows = [comparison.seconds(name) for name in comparison.runs]
    points = [(there, here) for row in rows if (here := row[0]) and (there := row[number])]
    values = [value for point in points for value in point]
    with mpl.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(5.2, 4.6))
        axes.loglog(*zip(*points, strict=True), "o", color=OURS, alpha=0.7, markersize=5)
        ends = np.array([min(values) / 1.5, max(values) * 1.5])
        axes.plot(ends, ends, color=INK, linewidth=0.8, label="as long")
        axes.plot(
            ends, ends * bar, color=THEIRS, linewidth=0.8, linestyle="--", label=f"{bar:g} of it"
        )
        axes.set(xlabel=f"{tool}, s", ylabel="nestproof, s", title=comparison.title)
        axes.legend(frameon=False)
        _save(figure, file)


def draw_bars(comparison: Comparison, file: Path) -> None:
    """For each input a bar for each tool."""
    names = list(comparison.runs)
    with mpl.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(7.5, 0.28 * len(names) + 1.4))
        places = np.arange(len(names))
        for number, (tool, colour) in enumerate(
            zip(comparison.tools, (OURS, THEIRS), strict=False)
        ):
            seconds = [comparison.seconds(name)[number] or 0.0 for name in names]
            axes.barh(places + 0.38 * number, seconds, 0.38, color=colour, label=tool.name)
        axes.set_yticks(places + 0.19, names)
        axes.margins(y=0.01)
        axes.invert_yaxis()
        axes.set(xscale="log", xlabel="s", title=comparison.title)
        axes.legend(frameon=False)
        _save(figure, file)


def draw_growth(comparison: Comparison, file: Path) -> None:
    """For each system, and each tool, seconds over the number in the inputs' names."""
    systems = dict.fromkeys(name.rpartition(" ")[0] for name in comparison.runs)
    with mpl.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(5.6, 4.2))
        for system, mark in zip(systems, ("o-", "s--"), strict=False):
            names = [name for name in comparison.runs if name.rpartition(" ")[0] == system]
            sizes = [int(name.rpartition(" ")[2]) for name in names]
            for number, (tool, colour) in enumerate(_coloured(comparison)):
                seconds = [comparison.seconds(name)[number] or np.nan for name in names]
                axes.loglog(sizes, seconds, mark, color=colour, label=f"{tool.name}, {system}")
        axes.set_xticks(sizes, map(str, sizes))
        axes.minorticks_off()
        axes.set(xlabel="tasks", ylabel="s", title=comparison.title)
        axes.legend(frameon=False, fontsize=8)
        _save(figure, file)


def _coloured(comparison: Comparison) -> Iterator[tuple[Tool, str]]:
    return zip(comparison.tools, (OURS, THEIRS), strict=True)


def _save(figure: Figure, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, format="svg", metadata={"Date": None})
    pyplot.close(figure)
