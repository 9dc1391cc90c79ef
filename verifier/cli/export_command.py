"""`nestproof export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from verifier.cli import options
from verifier.cli.completing import pairs
from verifier.cli.errors import print_message
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.writing import writable_file, write_output
from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.contract import engine_named
from verifier.evidence.certificates import Certificate, clauses_of
from verifier.evidence.verdicts import Limits, Verdict
from verifier.formats.listed import FORMATS, Format, of_proofs
from verifier.language.errors import ModelError
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.loading import load
from verifier.project.proof_store import ProofStore


@click.command("export")
@click.argument("pair", shell_complete=pairs)
@click.option(
    "--format", "kind", type=click.Choice(list(FORMATS)), help="What to write the system as."
)
@click.option(
    "--certificate",
    is_flag=True,
    help=f"Write a proof that other tools check, in {' or '.join(of_proofs())}.",
)
@options.output
@options.timeout(300.0, "Seconds to find the proof in.")
def command(
    pair: str, kind: str | None, certificate: bool, output: Path | None, timeout: float
) -> int:
    """Write a PAIR as a transition system that other tools read, or a proof that they check."""
    if kind is None and not certificate:
        context = click.get_current_context()
        wanted = next(param for param in context.command.params if param.name == "kind")
        raise click.MissingParameter(ctx=context, param=wanted)
    target = FORMATS[kind or of_proofs()[0]]
    if certificate and target.proof is None:
        others = " or ".join(f"--format {name}" for name in of_proofs())
        raise click.UsageError(f"--format {kind} has no certificates; use {others}")
    if output is not None:
        writable_file(output)
    catalogue = load(project_here())
    chosen = catalogue.pair(pair)
    system, group = catalogue.systems[chosen.system], chosen.property
    compiled = compile_compared(system, catalogue.properties_of(system))
    if group not in compiled.circuit.bad:
        raise ModelError(f"`{chosen}` has only cases", help="export another property")
    if certificate:
        proof = _proof(catalogue, compiled, chosen, timeout)
        if isinstance(proof, int):
            return proof
        content = _witness(compiled, proof, target)
    else:
        content = target.system(compiled.circuit.restricted([group]), group)
    if output is not None:
        write_output(output, content)
        return 0
    if not target.is_text and sys.stdout.isatty():
        what = f"{target.title} is binary and this is a terminal"
        raise ModelError(what, help=f"`-o {group}.{target.ending}`, or a pipe")
    click.echo(content, nl=False)
    return 0


def _proof(
    catalogue: Catalogue, compiled: TransitionSystem, pair: Pair, timeout: float
) -> Certificate | int:
    """An inductive invariant that rules the violation out; the exit code where there is none.

    Whatever engine has proved the pair before, PDR finds it: one by k-induction is none, and would
    need a circuit with several copies of each latch.
    """
    from verifier.check.check import decide
    from verifier.check.stored_evidence import own_lemmas

    engine = engine_named("pdr", lemmas=own_lemmas(ProofStore(catalogue.root), compiled))
    limits = Limits(seconds=timeout)
    with Reporter("proving") as reporter:
        [result] = decide(compiled, [pair.property], engine, limits, reporter.watch, minimal=True)
    if isinstance(result.evidence, Certificate) and result.verdict is Verdict.PROVED:
        return result.evidence
    because = f": {result.reason}" if result.reason else ""
    print_message("error", f"`{pair}` is {result.verdict}{because}; only a proof has a certificate")
    return 3 if result.verdict is Verdict.UNKNOWN else 1


def _witness(compiled: TransitionSystem, proof: Certificate, format: Format) -> bytes:
    assert format.proof is not None, "refused otherwise"
    found = [clauses_of(compiled, lemma) for lemma in proof.lemmas]
    clauses = [clause for each in found if not isinstance(each, str) for clause in each]
    return format.proof(compiled.circuit, proof.property, clauses)
