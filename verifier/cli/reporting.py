"""Commands that report what they have found when a signal ends them."""

from __future__ import annotations

import click


class Reporting(click.Command):
    """A command that calls `release` itself, where it can report an interruption.

    One that has come while it was loaded is reported like one that comes later.
    """
