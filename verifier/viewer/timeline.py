"""The timeline: steps in lanes, with exits, entries, reflections and traps as moves."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.calls import Entered
from verifier.evidence.traces import Stride
from verifier.viewer.call_tree import is_kernel_function
from verifier.viewer.claims import STANDING
from verifier.viewer.markup import EMPTY, Line, Span, inert, line, shown
from verifier.viewer.trace_index import Reading, acts, calls, writes

WIDE, NARROW, WIDEST = 9, 5, 18
"""Columns of a lane; as many as that where it holds somebody with a long name."""

MARGIN = 6
"""Columns before the lanes, of a step's number and mark."""

UNAVOIDABLE = "unavoidable from here on"


class Timeline:
    """Draws one line per step."""

    def __init__(self, reading: Reading, lane_width: int = WIDE) -> None:
        self.reading = reading
        self.lane = max(lane_width, min(WIDEST, 3 + max(map(len, self._held()), default=-3)))

    def _held(self) -> Iterator[str]:
        """Whoever is in a lane in some step."""
        numbers = range(self.reading.steps + 1)
        return (text for number in numbers for text in self._holds(number).values())

    def _holds(self, number: int) -> dict[str, str]:
        """Who is in each lane after a step; who was there before, too, where it is another."""
        after = self.reading.running(number).holds
        before = self.reading.running(number - 1).holds if number else after
        return {
            inert(lane): inert(name if before.get(lane, name) == name else f"{before[lane]}→{name}")
            for lane, name in after.items()
        }

    def heading(self) -> Line:
        """The lanes' names; a common beginning is shown once where they are too long."""
        lanes = self.reading.lanes
        beginnings = {name.rpartition(" ")[0] for name in lanes}
        are_long = max(map(len, lanes), default=0) >= self.lane
        common = beginnings.pop() if are_long and len(beginnings) == 1 else ""
        names = (name.removeprefix(common).strip() for name in lanes)
        cells = "".join(f"{_within(name, self.lane - 1):<{self.lane}}" for name in names)
        margin = f"{_within(common, MARGIN - 1):<{MARGIN}}"
        return line((margin, "level" if common else ""), (cells, "level"))

    def rows(self) -> list[Line]:
        return [self.row(number) for number in range(1, self.reading.steps + 1)]

    def start(self) -> Line:
        """The start, and who is in which lane there."""
        text, holds = self._empty(), self._holds(0)
        for place, lane in enumerate(self.reading.lanes):
            _put(text, place * self.lane, _within(holds.get(lane, ""), self.lane - 1))
        if not holds:
            return line(("   0  start", "source"))
        return line(("   0  ", "source"), ("".join(text), "lane"), ("start", "source"))

    @property
    def has_start(self) -> bool:
        """Whether the start says anything."""
        return bool(self.reading.running(0).holds)

    def _empty(self) -> list[str]:
        return list(" " * self.lane * len(self.reading.lanes))

    def row(self, number: int) -> Line:
        """A step: its number, its place in the lanes, and what it is."""
        trace = self.reading.trace
        stride = trace.steps[number - 1]
        fails = bool(trace.conjunct) and number == len(trace.steps)
        unavoidable = trace.explanation.doomed == number and not fails
        mark: Span = (
            ("✗ ", "wrong") if fails else ("! ", "wrong") if unavoidable else (" " * 2, "source")
        )
        parts: list[Span] = [(f"{number:4}", "source"), mark, *self._lanes(number)]
        parts += described(stride)
        parts += self._violated(stride, fails)
        if stride.act.label:
            parts.append((f"  {inert(stride.act.label)}", "level"))
        if stride.act.trap:
            parts.append((f"  {inert(stride.act.trap)}", "mark"))
        names = handlers(stride)
        if names:
            parts.append((f"  {' → '.join(names)}", "source"))
        if unavoidable:
            parts.append((f"  {UNAVOIDABLE}", "wrong"))
        return tuple(parts)

    def _violated(self, stride: Stride, last: bool) -> list[Span]:
        """The properties that do not hold after a step; that of the trace is set apart."""
        trace = self.reading.trace
        groups = {inert(trace.claims.get(claim, claim)) for claim in stride.fails}
        own = inert(trace.property) if last else ""
        others = sorted(groups - {own})
        when = f"fails {STANDING}" if trace.failure.standing else "fails here"
        parts: list[Span] = [(f"  ✗ {own} {when}", "wrong")] if own else []
        if others:
            also = "also " if own else ""
            parts.append((f"  {also}✗ {', '.join(others)}", "choice"))
        return parts

    def _lanes(self, number: int) -> list[Span]:
        """The step's move between the lanes; passing lanes are thin lines.

        Where several run at once, those that do not act are lines, too.
        """
        lanes, running = self.reading.lanes, self.reading.running(number - 1).runs
        at_once = set(map(inert, running)) if len(running) > 1 else set()
        text = self._empty()
        for place, lane in enumerate(lanes):
            text[place * self.lane] = "│" if lane in at_once else "·"
        low, high = self._move(text, number)
        for place, lane in enumerate(lanes):
            at = place * self.lane
            if not (low < at + self.lane and at < high):
                name = _within(self._holds(number).get(lane, ""), self.lane - 3)
                _put(text, at + 2, name)
        return [("".join(text), "lane")] if lanes else []

    def _move(self, text: list[str], number: int) -> tuple[int, int]:
        """Draw how control goes; the columns between which nothing else can be drawn."""
        act, lanes = self.reading.trace.steps[number - 1].act, self.reading.lanes
        before, after = self.reading.actor(number), self.reading.arrives(number)
        if before not in lanes or after not in lanes:
            return 0, 0
        ends = [lanes.index(each) * self.lane for each in (before, after)]
        passed = [lanes.index(each) * self.lane for each in map(inert, act.passes) if each in lanes]
        start, end = ends
        informed = inert(act.tells)
        for place in passed:
            _arrow(text, start, place, "═", "▶◀")
        if informed in lanes and start == end:
            ends.append(lanes.index(informed) * self.lane)
            _arrow(text, start, ends[-1], "┄", "▷◁")
        elif start != end:
            _arrow(text, start, end, "─", "▶◀")
        text[start] = "●"
        low, high = min(*ends, *passed), max(*ends, *passed)
        return (low, high) if low < high else (0, 0)


def _arrow(text: list[str], start: int, end: int, stroke: str, heads: str) -> None:
    low, high = sorted((start, end))
    for place in range(low + 1, high):
        text[place] = stroke
    text[end] = heads[0] if end > start else heads[1]


def _put(text: list[str], place: int, name: str) -> None:
    text[place : place + len(name)] = name


def _within(text: str, columns: int) -> str:
    """The text, cut with an ellipsis where it is too long."""
    return text if len(text) <= columns else f"{text[: columns - 1]}…"


def described(stride: Stride) -> list[Span]:
    """A step's name with its choices; those that matter stand out, other false ones are omitted."""
    parts: list[Span] = [(inert(stride.step), "step")]
    for name, value in stride.choices.items():
        matters = name in stride.matters
        text = f"{inert(name)}={shown(value)}" if isinstance(value, bool) else shown(value)
        if matters or value is not False:
            parts.append((f" {text}", "choice" if matters else "source"))
    return parts


def handlers(stride: Stride) -> list[str]:
    """The functions of a kernel that handle the step: the outermost, then where it leads."""
    path: list[str] = []
    call: Entered | None = _kernel_function(stride.call)
    while call is not None and len(path) < 3:
        path.append(inert(call.function))
        inner = [_kernel_function(each) for each in call.entries if isinstance(each, Entered)]
        call = max((each for each in inner if each and acts(each)), key=_weight, default=None)
    return [path[0], path[2]] if len(path) > 2 else path


def _kernel_function(call: Entered) -> Entered | None:
    """The first function in a call that stands for one in a kernel's file."""
    return next(filter(is_kernel_function, calls(call)), None)


def _weight(call: Entered) -> int:
    return sum(map(acts, (each.change for each in writes(call))))


def lane_width(columns: int) -> int:
    """How wide lanes may be on a screen."""
    return WIDE if columns >= 96 else NARROW


def legend(reading: Reading) -> Line:
    """What the strokes between lanes mean, of those that there are."""
    if len(reading.lanes) < 2:
        return EMPTY
    texts = strokes(reading)
    return line((f"      {'   '.join(texts)}", "source")) if texts else EMPTY


def strokes(reading: Reading) -> list[str]:
    """The strokes that mean something, each with that."""
    picture, steps = reading.picture, reading.trace.steps
    tells, passes = any(each.act.tells for each in steps), any(each.act.passes for each in steps)
    means = {"──▶": picture.enters, "◀──": picture.leaves, "┄▷": picture.tells * tells}
    means["═"] = "there and back within the step" * passes
    return [f"{stroke} {inert(text)}" for stroke, text in means.items() if text]
