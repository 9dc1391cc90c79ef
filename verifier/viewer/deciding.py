"""What the delivered virtual CPU goes by, beside what the promised one goes by."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.traces import CHOICE
from verifier.viewer.causes import origin
from verifier.viewer.contract import Compared, differences
from verifier.viewer.levels import PROMISED
from verifier.viewer.lines import Line, inert, line, shown
from verifier.viewer.reading import Reading
from verifier.viewer.why import COLUMNS, wrapped

SHARED = f"{PROMISED}cpu.vmcss[VMCS01]."
"""The contract CPU's VMCS is the VMCS12 of the delivered one."""


def deciding_lines(reading: Reading, columns: int = COLUMNS) -> Iterator[Line]:
    """For outcomes that differ: what only one of the two hangs on. Often that is the bug."""
    if not reading.steps:
        return
    because = reading.trace.steps[-1].because
    for one, _, _ in differences(reading, reading.steps):
        delivered, promised = because.get(one.delivered), because.get(one.promised)
        if delivered and promised:
            yield from _one_lines(reading, one, delivered, promised, columns)


def _one_lines(
    reading: Reading,
    one: Compared,
    delivered: tuple[str, ...],
    promised: tuple[str, ...],
    columns: int,
) -> Iterator[Line]:
    ours = [cause for cause in delivered if not _within(cause, promised)]
    theirs = [cause for cause in promised if not _within(cause, delivered)]
    for causes, who in ((ours, "delivered"), (theirs, "promised")):
        kept = [cause for cause in causes if _is_told(cause)]
        if kept:
            pieces = [_piece(reading, cause, "," * (cause != kept[-1])) for cause in kept]
            title = line(f"only the {who} {inert(one.what)} hangs on")
            yield from wrapped(title, pieces, 4, columns)


def _within(cause: str, others: tuple[str, ...]) -> bool:
    """Whether the other one hangs on it, too, by the name that it has there."""
    name = cause.removeprefix(SHARED)
    return any(other.endswith(f"vmcs12.{name}") or other == cause for other in others) or any(
        other.startswith(SHARED) and cause.endswith(f"vmcs12.{other.removeprefix(SHARED)}")
        for other in others
    )


def _is_told(cause: str) -> bool:
    """Whether the guest or the hardware told it, and not the contract's own bookkeeping."""
    return not cause.startswith((PROMISED, CHOICE))


def _piece(reading: Reading, cause: str, comma: str) -> Line:
    at = origin(reading, cause, reading.steps - 1)
    value = reading.value(cause, reading.steps - 1)
    when = f" (step {at})" if at else " (from the start)"
    return line((f"{inert(cause)}={shown(value)}", "mark"), (when + comma, "source"))
