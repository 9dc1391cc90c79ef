"""`nestproof show`."""

from __future__ import annotations

from pathlib import Path

import click

from verifier.catalogue import Catalogue, load, project_root
from verifier.checking import Result, check
from verifier.cli.completing import pairs
from verifier.cli.errors import wrong_file
from verifier.evidence.certificates import Certificate
from verifier.evidence.files import DamagedFile, Evidence, read
from verifier.evidence.verdicts import Limits
from verifier.language.errors import ModelError
from verifier.parallel import engine_named
from verifier.viewer.plain import Style, certificate_lines, trace_lines, unstyled

STYLES = {
    "step": {"bold": True},
    "old": {"dim": True},
    "new": {"fg": "cyan", "bold": True},
    "source": {"dim": True},
    "wrong": {"fg": "red", "bold": True},
    "choice": {"fg": "yellow", "bold": True},
    "level": {"fg": "blue", "bold": True},
}


@click.command("show")
@click.argument("what", shell_complete=pairs)
@click.option("--plain", is_flag=True, help="No colours, even on a terminal.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 1_000_000),
    default=300.0,
    show_default=True,
    help="Seconds to find a pair's evidence in.",
)
def command(what: str, plain: bool, timeout: float) -> int:
    """Show a counterexample or proof: WHAT is a saved file or a pair, which is checked first."""
    style = unstyled if plain else styled
    file = Path(what)
    if file.is_file():
        try:
            return _print(read(file), style)
        except DamagedFile as damage:
            raise wrong_file(file, str(damage)) from None
    catalogue = load(project_root(Path.cwd()))
    result = _decided(catalogue, what, timeout)
    if result.evidence is None:
        click.echo(f"{result.verdict}: {result.reason or 'every witness is found'}")
        return 3 if result.verdict == "unknown" else 0
    return _print(result.evidence, style, catalogue)


def styled(text: str, role: str) -> str:
    """A text in the colours of its role."""
    return click.style(text, **STYLES[role])  # type: ignore[arg-type]


def _decided(catalogue: Catalogue, name: str, timeout: float) -> Result:
    chosen = catalogue.matching([name])
    if len(chosen) > 1:
        raise ModelError(
            f"`{name}` names {len(chosen)} pairs", mend=f"name one of them, such as `{chosen[0]}`"
        )
    system = catalogue.systems[chosen[0].system]
    properties = catalogue.properties_of(system)
    engine = engine_named("auto", 2)
    limits = Limits(seconds=timeout)
    [result] = check(system, properties, [chosen[0].property], engine, limits, minimal=True)
    return result


def _print(evidence: Evidence, style: Style, catalogue: Catalogue | None = None) -> int:
    if isinstance(evidence, Certificate):
        catalogue = catalogue or load(project_root(Path.cwd()))
        leaves = catalogue.system(evidence.system).layout.leaves
        types = {leaf.path: leaf.type for leaf in leaves}
        unknown = {field for lemma in evidence.lemmas for field in lemma} - set(types)
        if unknown:
            raise ModelError(f"`{evidence.system}` has no field `{min(unknown)}`")
        text = certificate_lines(evidence, types, style)
    else:
        text = trace_lines(evidence, style)
    for line in text:
        click.echo(line)
    return 0
