"""One system that both versions have, as the two compare."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.diff.compare import Difference
from verifier.gate.weakened.comparing import ComparedClaims
from verifier.gate.weakened.dropped import Dropped
from verifier.gate.weakened.heeded import Unheeded
from verifier.gate.weakened.waiting import Waits


@dataclass(frozen=True)
class SystemSides:
    """One system that both versions have: how its claims and its behaviour compare."""

    system: str
    judged: ComparedClaims
    change: Difference | None
    dropped: tuple[Dropped, ...] = ()
    unheeded: tuple[Unheeded, ...] = ()
    waits: Waits | None = None
