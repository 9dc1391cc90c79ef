"""The timeline: steps in lanes, with exits, entries, reflections and traps as moves."""

from __future__ import annotations

from verifier.evidence.calls import Entered
from verifier.evidence.pictures import Picture
from verifier.evidence.traces import Stride
from verifier.viewer.call_tree import is_kernel_function
from verifier.viewer.claims import STANDING
from verifier.viewer.markup import EMPTY, Line, Span, inert, line, shown
from verifier.viewer.trace_index import Reading, acts, calls, writes

WIDE, NARROW = 9, 5
"""Columns of a lane."""

MARGIN = 6
"""Columns before the lanes, of a step's number and mark."""

UNAVOIDABLE = "unavoidable from here on"


class Timeline:
    """Draws one line per step."""

    def __init__(self, reading: Reading, lane_width: int = WIDE) -> None:
        self.reading = reading
        self.lane = lane_width

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
        """The step's move between the lanes; passing lanes are thin lines."""
        lanes = self.reading.lanes
        before, after = self.reading.level(number - 1), self.reading.level(number)
        if before not in lanes or after not in lanes:
            return []
        text = list(("·" + " " * (self.lane - 1)) * len(lanes))
        start, end = lanes.index(before) * self.lane, lanes.index(after) * self.lane
        lane_told = inert(self.reading.trace.steps[number - 1].act.tells)
        if lane_told in lanes and before == after:
            _arrow(text, start, lanes.index(lane_told) * self.lane, "┄", "▷◁")
        elif start != end:
            _arrow(text, start, end, "─", "▶◀")
        text[start] = "●"
        return [("".join(text), "lane")]


def _arrow(text: list[str], start: int, end: int, stroke: str, heads: str) -> None:
    low, high = sorted((start, end))
    for place in range(low + 1, high):
        text[place] = stroke
    text[end] = heads[0] if end > start else heads[1]


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
    texts = strokes(reading.picture, any(stride.act.tells for stride in reading.trace.steps))
    return line((f"      {'   '.join(texts)}", "source")) if texts else EMPTY


def strokes(picture: Picture, tells: bool = True) -> list[str]:
    """The strokes that mean something, each with that."""
    means = {"──▶": picture.enters, "◀──": picture.leaves, "┄▷": picture.tells * tells}
    return [f"{stroke} {inert(text)}" for stroke, text in means.items() if text]
