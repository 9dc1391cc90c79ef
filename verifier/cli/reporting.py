"""Commands that report what they have found when a signal ends them."""

from __future__ import annotations

import click

from verifier.language.plain_values import plural


class Reporting(click.Command):
    """A command that calls `release` itself, where it can report an interruption.

    One that has come while it was loaded is reported like one that comes later.
    """


def not_decided(left: int, pairs: int) -> str:
    """How many pairs an interruption has left undecided."""
    was = "was" if pairs == 1 else "were"
    return (
        f"{left} of {plural(pairs, 'pair')} {was} not decided" if pairs else "nothing was decided"
    )
