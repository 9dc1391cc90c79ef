"""`nestproof show`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from verifier.check.result import Result
from verifier.cli import options
from verifier.cli.completing import pairs
from verifier.cli.errors import NotConfirmed
from verifier.cli.evidence import SearchOptions, Shown, Unverified, found, occurring
from verifier.cli.fitting import echo
from verifier.cli.opening import interactive, open_trace, session_of
from verifier.cli.progress import Reporter
from verifier.cli.reusing import Reuse
from verifier.cli.watching import parsed, require_fields
from verifier.cli.writing import put_text, writable_file
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Progress, Verdict
from verifier.language.errors import ModelError
from verifier.language.goals import is_claim
from verifier.project.catalogue import Catalogue
from verifier.project.result_cache import Cache, cache_folder
from verifier.viewer.formats import OF_EXECUTIONS
from verifier.viewer.markup import Line, Role, rendered, unstyled
from verifier.viewer.watch_expressions import Watch

SECONDS = 60.0
"""To find out whether what a saved proof presupposes occurs."""
FORMATS = ("text", "svg", "html", *OF_EXECUTIONS)


@click.command("show")
@click.argument("what", shell_complete=pairs)
@click.option("--plain", is_flag=True, help="Text without colours or a screen of its own.")
@options.form(FORMATS, "A picture, a page, a sequence diagram, or the execution for other tools.")
@click.option("--case", metavar="NAME", help="An execution in which it occurs, or a step fires.")
@click.option(
    "--all", "everything", is_flag=True, help="Also what the violation does not depend on."
)
@click.option(
    "--watch", "texts", multiple=True, metavar="EXPR", help="An expression to follow; repeatable."
)
@click.option("--fresh", is_flag=True, help="Search even where the project stores evidence.")
@click.option(
    "--another",
    is_flag=True,
    help="One without its kinds of steps in order, or of another assertion; else exit 3.",
)
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
    another: bool,
    output: Path | None,
    timeout: float,
) -> int:
    """Show a counterexample or proof: WHAT is a saved file or a pair.

    Of a pair it is the counterexample that the project stores, if it is still one; else the pair is
    checked first. Exit code 1 where a file is refuted or what is shown is vacuous, 3 where that is
    not known, or where --another finds none in time.
    """
    watches = parsed(texts)
    if output is not None:
        writable_file(output)
    reuse = Reuse(Cache(cache_folder(), Limits(seconds=timeout)))
    on_screen = form == "text" and output is None and not plain and interactive()
    with Reporter("searching") as reporter:
        asked = SearchOptions(watches, timeout, fresh, reuse, reporter, not on_screen)
        evidence, catalogue = _found(what, case, another, asked)
    if isinstance(evidence, Result):
        return _without_evidence(evidence, catalogue, another)
    if isinstance(evidence, Trace):
        assert catalogue is not None, "an execution is replayed where its models are"
        require_fields(evidence, watches)
        if on_screen:
            open_trace(evidence, session_of(evidence, catalogue), watches)
            return 0
    elif watches:
        raise click.UsageError("--watch needs an execution, and none is replayed")
    code = evidence.code if isinstance(evidence, Unverified) else 0
    if form in OF_EXECUTIONS:
        put_text(_document(form, evidence), output)
        return code
    with Reporter("reading") as reporter:
        if isinstance(evidence, Certificate):
            lines, code = _proof(evidence, catalogue, reuse, reporter)
        else:
            lines = _lines(evidence, watches, everything, form != "svg")
    if form == "text" and output is None:
        echo_lines(lines, plain)
    else:
        about = evidence.saved if isinstance(evidence, Unverified) else evidence
        put_text(_drawn(form, lines, f"{about.system}/{about.property}"), output)
    return code


def _found(
    what: str, case: str | None, another: bool, asked: SearchOptions
) -> tuple[Shown | Result, Catalogue | None]:
    """The evidence of a file, a pair or a case, or the result that has none."""
    first = replace(asked, whole=asked.whole and not another)
    evidence, catalogue = found(what, first) if case is None else occurring(what, case, first)
    if not another:
        return evidence, catalogue
    from verifier.cli.another import other_than

    return other_than(evidence, catalogue, asked), catalogue


def _without_evidence(result: Result, catalogue: Catalogue | None, another: bool) -> int:
    """Print what is known of a pair or case that has no evidence to show, or no other."""
    click.echo(f"{result.verdict}: {result.reason or 'every case occurs'}")
    if another:
        return 3
    if result.verdict is Verdict.PROVED and catalogue is not None:
        from verifier.check.vacuity import cases

        system = catalogue.systems[result.system]
        for name, function in cases(system, catalogue.properties_of(system)).items():
            if function.group == result.property:
                click.echo(f"  {function.doc}")
                click.echo(f"    see it: nestproof show {result.system} --case {name}")
    return {Verdict.UNKNOWN: 3, Verdict.VACUOUS: 1}.get(result.verdict, 0)


def _lines(
    evidence: Trace | Unverified, watches: list[Watch], everything: bool, whole: bool
) -> list[Line]:
    from verifier.viewer.text import overview_lines, trace_lines, unverified_lines

    if isinstance(evidence, Unverified):
        return list(unverified_lines(evidence.saved, evidence.reason))
    if not whole:
        return list(overview_lines(evidence, watches))
    return list(trace_lines(evidence, watches, everything))


def _proof(
    proof: Certificate, catalogue: Catalogue | None, reuse: Reuse, reporter: Reporter
) -> tuple[list[Line], int]:
    """A proof in words; the exit code is 1 where it shows that a property is vacuous."""
    from verifier.audit.audit import excluded
    from verifier.audit.lemma_dependencies import premises
    from verifier.check.vacuity import witness_goals
    from verifier.execution.presenter import Presenter
    from verifier.viewer.proof import certificate_lines

    assert catalogue is not None, "a proof is shown where its models are"
    system = catalogue.system(proof.system)
    types = {leaf.path: leaf.type for leaf in system.layout.leaves}
    properties = catalogue.properties_of(system)
    compiled = reuse(catalogue).compiled(system, properties)
    reporter.watch(Progress("premises", 0, proof.system))
    cases = witness_goals(system, properties, [proof.property])[proof.property]
    empty = excluded(compiled, proof.lemmas, cases) if is_claim(proof.property) else []
    is_of_file = not proof.engine
    if is_of_file and not empty and is_claim(proof.property):
        empty = _missing(compiled, proof, reporter)
    registers = Presenter(system).picture().registers
    lines = certificate_lines(proof, types, premises(compiled, proof), empty, registers)
    return list(lines), 1 if empty else 0


def _missing(compiled: TransitionSystem, proof: Certificate, reporter: Reporter) -> list[str]:
    """What never occurs, which makes a property vacuous; NotConfirmed where that is unknown."""
    from verifier.check.vacuity import missing_witness

    limits = Limits(seconds=SECONDS)
    found = missing_witness(compiled, proof.property, (), limits, reporter.watch)
    if found is not None and found.verdict is Verdict.UNKNOWN:
        pair = f"{proof.system}/{proof.property}"
        raise NotConfirmed(f"the proof of `{pair}` holds; {found.reason}", code=3)
    return [] if found is None else list(found.missing)


def _document(form: str, evidence: Shown) -> str:
    """An execution as another tool reads it."""
    if isinstance(evidence, Unverified):
        raise ModelError(f"only what is replayed can be drawn: {evidence.reason}")
    if not isinstance(evidence, Trace):
        raise click.UsageError(f"--format {form} draws executions; this is a proof")
    return OF_EXECUTIONS[form](evidence)


def _drawn(form: str, lines: list[Line], title: str) -> str:
    """Lines as a picture, as a page, or as they are."""
    if form == "text":
        return "\n".join(rendered(lines)) + "\n"
    from verifier.viewer.html_svg import page, svg

    return svg(lines, title) if form == "svg" else page(lines, title)


def echo_lines(lines: Iterable[Line], plain: bool) -> None:
    """Lines as a terminal takes them: in its width, in colours, in ASCII if nothing else."""
    from verifier.viewer.ascii import ascii_only

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    narrow = not encoding.startswith("utf")
    for text in rendered(lines, unstyled if plain or not sys.stdout.isatty() else styled):
        echo(ascii_only(text) if narrow else text)


def styled(text: str, role: Role) -> str:
    """A text as its role looks in a terminal."""
    from verifier.viewer.theme import LOOKS

    look = LOOKS[role]
    return click.style(
        text,
        fg=look.ansi,
        bold=look.bold or None,
        dim=look.dim or None,
        underline=look.underline or None,
    )
