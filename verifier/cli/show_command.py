"""`nestproof show`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import click

from verifier.catalogue import Catalogue, Pair, load
from verifier.check.run import check_all
from verifier.checking import Result
from verifier.cli import options
from verifier.cli.completing import pairs
from verifier.cli.errors import backquoted, say
from verifier.cli.here import project_here
from verifier.cli.opening import interactive, open_trace, placed, session_of
from verifier.cli.progress import Reporter
from verifier.cli.reusing import circuits_of
from verifier.cli.saved_evidence import Unverified, evidence_of, is_meant_as_file, no_file
from verifier.cli.watching import parsed, require, require_fields
from verifier.cli.writing import writable_file, write_output
from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Progress
from verifier.gate.cache import Cache, cache_folder
from verifier.gate.kept import damages
from verifier.language.errors import ModelError
from verifier.starting import kept_counterexample
from verifier.viewer.lines import Line, Role, rendered, unstyled
from verifier.viewer.watches import Watch

FORMATS = ("text", "svg", "html", "mermaid")

Shown = Trace | Certificate | Unverified


@click.command("show")
@click.argument("what", shell_complete=pairs)
@click.option("--plain", is_flag=True, help="Text without colours or a screen of its own.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    help="A picture, a page or a sequence diagram, complete in itself.",
)
@click.option("--case", metavar="NAME", help="An execution in which it occurs, or a step fires.")
@click.option("--all", "everything", is_flag=True, help="Also what the violation does not hang on.")
@click.option(
    "--watch", "texts", multiple=True, metavar="EXPR", help="An expression to follow; repeatable."
)
@click.option("--fresh", is_flag=True, help="Search, whatever the project keeps.")
@options.output
@options.timeout(300.0, "Seconds to find or audit evidence in.")
def command(
    what: str,
    plain: bool,
    form: str,
    case: str | None,
    everything: bool,
    texts: tuple[str, ...],
    fresh: bool,
    output: Path | None,
    timeout: float,
) -> int:
    """Show a counterexample or proof: WHAT is a saved file or a pair.

    Of a pair it is the counterexample that the project keeps, if it is still one; else the pair is
    checked first. Exit code 1 where a file is refuted or what is shown is vacuous, 3 where that is
    not known.
    """
    watches = parsed(texts)
    if output is not None:
        writable_file(output)
    with Reporter("searching") as reporter:
        if case is not None:
            evidence, catalogue = _occurring(what, case, watches, timeout, reporter)
        else:
            evidence, catalogue = _found(what, watches, timeout, fresh, reporter)
    if isinstance(evidence, Result):
        return _without_evidence(evidence, catalogue)
    if isinstance(evidence, Trace):
        require_fields(evidence, watches)
        session = session_of(evidence, catalogue)
        if form == "text" and output is None and not plain and interactive():
            open_trace(evidence, session, catalogue, watches)
            return 0
        evidence = placed(evidence, session, catalogue)
    elif watches:
        raise click.UsageError("--watch follows what is replayed, and nothing is")
    code = evidence.code if isinstance(evidence, Unverified) else 0
    if form == "mermaid":
        text = _mermaid(evidence)
    else:
        whole = form != "svg"
        with Reporter("reading") as reporter:
            if isinstance(evidence, Certificate):
                lines, code = _proof(evidence, catalogue, reporter)
            else:
                lines = _lines(evidence, watches, everything, whole)
        if form == "text" and output is None:
            echo_lines(lines, plain)
            return code
        text = _drawn(form, lines, _title(evidence))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_output(output, text.encode())
    return code


def _found(
    what: str, watches: list[Watch], timeout: float, fresh: bool, reporter: Reporter
) -> tuple[Shown | Result, Catalogue | None]:
    """The evidence of a file or a pair, or the result that has none."""
    limits, root = Limits(seconds=timeout), project_here()
    cache = Cache(cache_folder(), limits)
    if os.path.isfile(what):
        return evidence_of(Path(what), root, partial(circuits_of, cache=cache), timeout, reporter)
    catalogue = load(root)
    circuits = circuits_of(catalogue, cache)
    pair = _pair(catalogue, what)
    require(catalogue.systems[pair.system], watches)
    reporter.watch(Progress("compile", 0, pair.system))
    if not fresh:
        for doubt in damages(root, [catalogue.systems[pair.system]]):
            reporter.clear()
            say("warning", doubt)
        system = catalogue.systems[pair.system]
        properties = catalogue.properties_of(system)
        compiled = circuits.compiled(system, properties)
        reporter.watch(Progress("explain", 0, str(pair)))
        kept = kept_counterexample(root, compiled, properties, pair.property)
        if kept is not None:
            return kept, catalogue
    [results] = check_all(
        catalogue,
        [pair],
        "auto",
        limits,
        2,
        reporter.watch,
        minimal=True,
        fresh=fresh,
        compiled_by=circuits.compiled,
    )
    result = next(each for each in results if each.property == pair.property)
    if result.evidence is None or result.verdict == "vacuous":
        return result, catalogue
    return result.evidence, catalogue


def _occurring(
    what: str, case: str, watches: list[Watch], timeout: float, reporter: Reporter
) -> tuple[Shown | Result, Catalogue | None]:
    """An execution in which a case of a system occurs, or what is known instead."""
    from verifier.occurring import cases, occurrence

    limits, root = Limits(seconds=timeout), project_here()
    catalogue = load(root)
    circuits = circuits_of(catalogue, Cache(cache_folder(), limits))
    of_pair = {str(pair): pair.system for pair in catalogue.pairs()}
    system = catalogue.system(of_pair.get(what, what))
    properties = catalogue.properties_of(system)
    kinds = {"cases": [*cases(system, properties)], "steps": [s.name for s in system.actions]}
    known = [name for names in kinds.values() for name in names]
    if case not in known:
        near = "".join(f"did you mean `{n}`? " for n in get_close_matches(case, known, 1))
        lists = (f"{kind}: {backquoted(names)}" for kind, names in kinds.items() if names)
        raise ModelError(
            f"`{system.name}` has no case or step `{case}`",
            mend=near + "; ".join(lists),
        )
    require(system, watches)
    reporter.watch(Progress("compile", 0, system.name))
    compiled = circuits.compiled(system, properties)
    return occurrence(compiled, properties, case, limits, reporter.watch), catalogue


def _without_evidence(result: Result, catalogue: Catalogue | None) -> int:
    """Say what is known of a pair or case for which there is no file to show."""
    click.echo(f"{result.verdict}: {result.reason or 'every case occurs'}")
    if result.verdict == "proved" and catalogue is not None:
        from verifier.occurring import cases

        system = catalogue.systems[result.system]
        for name, function in cases(system, catalogue.properties_of(system)).items():
            if function.group == result.property:
                click.echo(f"  {function.doc}")
                click.echo(f"    see it: nestproof show {result.system} --case {name}")
    return {"unknown": 3, "vacuous": 1}.get(result.verdict, 0)


def _pair(catalogue: Catalogue, name: str) -> Pair:
    try:
        chosen = catalogue.matching([name])
    except ModelError:
        if name not in catalogue.systems and is_meant_as_file(name, catalogue.systems):
            raise no_file(Path(name)) from None
        raise
    if len(chosen) > 1:
        raise ModelError(
            f"`{name}` names {len(chosen)} pairs", mend=f"name one of them, such as `{chosen[0]}`"
        )
    return chosen[0]


def _lines(
    evidence: Trace | Unverified, watches: list[Watch], everything: bool, whole: bool
) -> list[Line]:
    if isinstance(evidence, Unverified):
        from verifier.viewer.unverified import unverified_lines

        return list(unverified_lines(evidence.saved, evidence.reason))
    from verifier.viewer.plain import overview_lines, trace_lines

    if not whole:
        return list(overview_lines(evidence, watches))
    return list(trace_lines(evidence, watches, everything))


def _proof(
    proof: Certificate, catalogue: Catalogue | None, reporter: Reporter
) -> tuple[list[Line], int]:
    """A proof in words; the exit code is 1 where it shows that a property is vacuous."""
    from verifier.checking import witness_goals
    from verifier.compiler.compile import compile_compared
    from verifier.evidence.audit import excluded
    from verifier.premises import premises
    from verifier.viewer.proof import certificate_lines

    assert catalogue is not None, "a proof is shown where its models are"
    system = catalogue.system(proof.system)
    types = {leaf.path: leaf.type for leaf in system.layout.leaves}
    properties = catalogue.properties_of(system)
    compiled = compile_compared(system, properties)
    reporter.watch(Progress("premises", 0, proof.system))
    cases = witness_goals(system, properties, [proof.property])[proof.property]
    empty = [] if ":" in proof.property else excluded(compiled, proof.lemmas, cases)
    lines = certificate_lines(proof, types, premises(compiled, proof), empty)
    return list(lines), 1 if empty else 0


def _title(evidence: Shown) -> str:
    about = evidence.saved if isinstance(evidence, Unverified) else evidence
    return f"{about.system}/{about.property}"


def _mermaid(evidence: Shown) -> str:
    from verifier.viewer.mermaid import sequence

    if isinstance(evidence, Unverified):
        raise ModelError(f"only what is replayed can be drawn: {evidence.reason}")
    if not isinstance(evidence, Trace):
        raise click.UsageError("--format mermaid draws executions; this is a proof")
    return "\n".join(sequence(evidence)) + "\n"


def _drawn(form: str, lines: list[Line], title: str) -> str:
    """Lines as a picture, as a page, or as they are."""
    if form == "text":
        return "\n".join(rendered(lines)) + "\n"
    from verifier.viewer.picture import page, svg

    return svg(lines, title) if form == "svg" else page(lines, title)


def echo_lines(lines: Iterable[Line], plain: bool) -> None:
    """Lines in colours where the terminal takes them, in ASCII where it takes nothing else."""
    from verifier.viewer.ascii import ascii_only

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    narrow = not encoding.startswith("utf")
    for text in rendered(lines, unstyled if plain or not sys.stdout.isatty() else styled):
        click.echo(ascii_only(text) if narrow else text)


def styled(text: str, role: Role) -> str:
    """A text as its role looks in a terminal."""
    from verifier.viewer.palette import LOOKS

    look = LOOKS[role]
    return click.style(
        text,
        fg=look.ansi,
        bold=look.bold or None,
        dim=look.dim or None,
        underline=look.underline or None,
    )
