"""How the time of a proof and of a violation grows with tasks and with nesting depth."""

from __future__ import annotations

from pathlib import Path

from tests.bench.comparisons import Comparison, Tool, compared
from tests.bench.exports import write_pair
from tests.bench.lazy_tasks import write_lazy_tasks
from tests.bench.peers import abc_pdr, check, nestproof
from verifier.compiler.translation import compile_system
from verifier.project.loading import load

TASKS = (2, 4, 8, 16, 32)
SYSTEMS = ("tasks/lazy", "tasks/forgetful")
DEPTHS = ("native/lazy-v3.4", "stack/kvm-linux", "stack/kvm-kvm-linux")
"""A lazy Linux on hardware, on KVM, and on KVM on KVM."""
SECONDS = 300.0


def over_tasks(folder: Path, rounds: int) -> Comparison:
    """`isolation` of both systems among so many tasks, compiled, searched and audited."""
    for number in TASKS:
        project = folder / str(number)
        write_lazy_tasks(project, number)
        catalogue = load(project)
        for name in SYSTEMS:
            system = catalogue.systems[name]
            compiled = compile_system(system, catalogue.properties_of(system))
            write_pair(folder, f"{name} {number}", compiled.circuit, "isolation")

    def command(name: str) -> list[str]:
        system, _, number = name.partition(" ")
        return [
            "env",
            *("-C", str(folder / number)),
            *check("--no-cache", "--timeout", str(SECONDS)),
            f"{system}/isolation",
        ]

    names = [f"{name} {number}" for name in SYSTEMS for number in TASKS]
    tools = Tool("nestproof", command, lambda run: run.code == 0), abc_pdr(folder)
    return compared("Growth with the number of tasks", names, tools, rounds, SECONDS)


def over_depth(files: Path, rounds: int) -> Comparison:
    """`isolation` of a lazy Linux on ever more levels, from circuits that were compiled before."""
    names = [f"{system}/isolation" for system in DEPTHS]
    tools = nestproof("--engine", "pdr"), abc_pdr(files)
    return compared("Growth with nesting depth", names, tools, rounds, SECONDS)
