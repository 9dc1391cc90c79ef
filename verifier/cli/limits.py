"""What options that limit a search may be."""

from __future__ import annotations

import math
from typing import Any

import click


class _Seconds(click.FloatRange):
    """A range without the number that is in none and that nothing is compared with."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return number


SECONDS = _Seconds(0.1, 1_000_000)
MEGABYTES = click.IntRange(64, 1_000_000)
PROCESSES = click.IntRange(1, 256)
