"""Circuits as files for the peers, and stored for nestproof: nobody compiles on the clock."""

from __future__ import annotations

from pathlib import Path

from tests.bench.peers import stem
from verifier.circuit.circuit import Circuit
from verifier.evidence.verdicts import Limits
from verifier.formats.aiger import write_aiger
from verifier.formats.smt2 import write_smt2
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.circuit_cache import Circuits
from verifier.project.result_cache import Cache, cache_folder


def exported(catalogue: Catalogue, folder: Path) -> list[Pair]:
    """Every pair with a circuit, as files that are called like it."""
    written = []
    circuits = Circuits(catalogue, Cache(cache_folder(), Limits()))
    for system in catalogue.systems.values():
        compiled = circuits.compiled(system, catalogue.properties_of(system))
        for pair in catalogue.pairs_of(system):
            if pair.property in compiled.circuit.bad:
                write_pair(folder, str(pair), compiled.circuit, pair.property)
                written.append(pair)
    return written


def write_pair(folder: Path, name: str, circuit: Circuit, goal: str) -> None:
    """Write one goal of a circuit as AIGER and as SMT-LIB."""
    file, alone = stem(folder, name), circuit.restricted([goal])
    file.with_name(f"{file.name}.aig").write_bytes(write_aiger(alone, [goal]))
    file.with_name(f"{file.name}.smt2").write_text(write_smt2(alone, goal))
