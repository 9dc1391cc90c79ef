"""`nestproof completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script of a SHELL: bash, zsh or fish.

    For bash, add to ~/.bashrc: eval "$(nestproof completion bash)"
    """
    from verifier.cli import COMPLETE, nestproof

    kind = get_completion_class(shell)
    assert kind is not None, "click completes these shells"
    click.echo(kind(nestproof, {}, "nestproof", COMPLETE).source().expandtabs(4))
    return 0
