"""`nestproof graph`."""

from __future__ import annotations

from pathlib import Path

import click

from verifier.cli import options
from verifier.cli.completing import systems
from verifier.cli.here import project_here
from verifier.cli.progress import Reporter
from verifier.cli.writing import put_text, writable_file
from verifier.evidence.verdicts import Limits
from verifier.project.loading import load
from verifier.viewer.markup import rendered

FORMATS = ("text", "dot", "mermaid", "svg")


@click.command("graph")
@click.argument("name", metavar="SYSTEM", shell_complete=systems)
@click.option("--over", required=True, metavar="FIELD,FIELD", help="The fields to draw.")
@options.form(FORMATS, "How to draw them.")
@options.output
@options.timeout(60.0, "Seconds for each part; what is undecided then is counted.")
def command(name: str, over: str, form: str, output: Path | None, timeout: float) -> int:
    """Draw a system's reachable states as far as some fields go, and the steps between them."""
    from verifier.check.projection import projection
    from verifier.cli.show_command import echo_lines
    from verifier.compiler.compile import compile_compared
    from verifier.viewer import projection_picture, projection_text

    system = load(project_here()).system(name)
    if output is not None:
        writable_file(output)
    fields = [field.strip() for field in over.split(",") if field.strip()]
    if not fields:
        raise click.UsageError("--over names no field")
    with Reporter("exploring") as reporter:
        limits = Limits(seconds=timeout)
        found = projection(compile_compared(system, ()), fields, limits, reporter.watch)
    if form == "text" and output is None:
        echo_lines(projection_text.text_lines(found), plain=False)
    elif form == "svg":
        put_text(projection_picture.svg(found), output)
    else:
        lines = {
            "text": lambda: rendered(projection_text.text_lines(found)),
            "dot": lambda: projection_text.dot(found),
            "mermaid": lambda: projection_text.mermaid(found),
        }[form]()
        put_text("".join(f"{line}\n" for line in lines), output)
    return 3 if found.open else 0
