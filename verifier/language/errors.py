"""The error by which a model is refused: message, place, help."""

import inspect
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from verifier.language.advice import advice
from verifier.language.packages import PARTS, file_name
from verifier.language.running import stopping

_TOOL = str(Path(__file__).parent.parent) + os.sep
_TEMPLATE = os.path.join(_TOOL, "template", "")
_STANDARD = str(Path(os.__file__).parent) + os.sep

GUARD = "@assigned"
"""How the compiled text of models calls the guard of assignments: no text can use that name."""

AGAIN = 1.0
"""Seconds after which code that has passed over its interruption is interrupted again."""
GRACE = 10.0
"""Seconds of processor time beyond a limit after which the system ends this process: a call of
Python's own that does not end is not interrupted by anything else."""
RUNAWAY = signal.SIGVTALRM
"""How it is ended then."""


@dataclass(frozen=True)
class Place:
    """A line of a source file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class ModelError(Exception):
    """A model that cannot be run: message, place, and help."""

    def __init__(self, message: str, place: Place | None = None, help: str = "") -> None:
        super().__init__(message)
        stopping(self)
        self.message = message
        self.place = place
        self.help = help

    def __reduce__(self) -> tuple[type, tuple[str, Place | None, str]]:
        return ModelError, (self.message, self.place, self.help)

    def __str__(self) -> str:
        lines = [self.message]
        if self.place is not None:
            lines.append(f"  --> {self.place}")
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)


class Overdue(ModelError):
    """A model that runs for too long."""


class ToolFailure(Exception):
    """The tool's own failure: a worker that broke, or evidence that its audit rejects."""


class Impossible(Exception):
    """No state takes the running path of a symbolic run."""


class Disabled(Exception):
    """An assumption of the running step does not hold."""


def refuse(message: str, help: str = "") -> ModelError:
    """An error at the line of the model that is running now."""
    return ModelError(message, model_place(), help)


def model_place() -> Place | None:
    """The innermost running line of people's own code."""
    return _place_around(sys._getframe(1))


def _place_around(frame: FrameType | None) -> Place | None:
    """The innermost line of people's own code, from a frame on."""
    while frame is not None and _inside(frame):
        frame = frame.f_back
    return None if frame is None else Place(frame.f_code.co_filename, frame.f_lineno)


def in_model() -> bool:
    """Whether people's own code has called a special method, and not this program or a debugger."""
    frame = sys._getframe(2)
    file = frame.f_code.co_filename
    return GUARD in frame.f_builtins or (is_model_file(file) and "site-packages" not in file)


def place_of(value: object) -> Place | None:
    """Where a plain function or a class is defined."""
    code = getattr(value, "__code__", None)
    if code:
        return Place(code.co_filename, code.co_firstlineno)
    cls: Any = value if isinstance(value, type) else type(value)
    try:
        return Place(inspect.getfile(cls), inspect.getsourcelines(cls)[1])
    except (OSError, TypeError):
        return None


def raising_place(traceback: TracebackType | None) -> Place | None:
    """The innermost line of people's own code that an exception passed through."""
    place = None
    while traceback is not None:
        if not _inside(traceback.tb_frame):
            place = Place(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def _inside(frame: FrameType) -> bool:
    """Whether a frame is this program's own or the standard library's."""
    return not is_model_file(frame.f_code.co_filename)


def raised(what: str, error: BaseException, place: Place | None, help: str) -> ModelError:
    """What people's code raises; a special method that answers with a symbol is named."""
    try:
        text = str(error)
    except Exception:  # people's own class
        text = "it has no text"
    if isinstance(error, TypeError) and text.endswith("returned Bit"):
        special = text.partition(" ")[0]
        return ModelError(
            f"{what} comes to a `{special}` that answers with a bit of the state",
            place,
            "compare a field where it is asked: `if answer.valid`",
        )
    help = advice(error, text, _names_at(error.__traceback__), help)
    return ModelError(f"{what} raises {type(error).__name__}: {text}", place, help)


def _names_at(traceback: TracebackType | None) -> dict[str, Any]:
    """What has a name at the innermost line of people's own code that an exception passed."""
    known: dict[str, Any] = {}
    while traceback is not None:
        if not _inside(traceback.tb_frame):
            known = {**traceback.tb_frame.f_globals, **traceback.tb_frame.f_locals}
        traceback = traceback.tb_next
    return known


@cache
def is_model_file(file: str) -> bool:
    """Whether a file is people's own: neither this program's nor the standard library's."""
    standard = file.startswith((_STANDARD, "<")) and "site-packages" not in file
    return not standard and not is_program_file(file)


def is_program_file(file: str) -> bool:
    """Whether a file is this program's own."""
    return file.startswith(_TOOL) and not file.startswith(_TEMPLATE)


def within_project(file: str) -> str:
    """A path from `models/` or `properties/` on, so that files do not name a machine.

    That of a bundled module begins with `nestproof/`, as its name does.
    """
    for part in PARTS:
        root, found, inside = file.rpartition(f"/{part}/")
        if found:
            return file_name(root, f"{part}/{inside}")
    return file.rsplit("/", 1)[-1]


def _ignored(what: str, error: BaseException, place: Place) -> ModelError:
    """The refusal of what Python prints and otherwise ignores."""
    return ModelError(
        f"{what} raises {type(error).__name__} where Python ignores it: {error}",
        place,
        "leave out `__del__`: nothing in a model may depend on when an object ends",
    )


@contextmanager
def blaming(
    what: str,
    seconds: float,
    help: str = "a model runs on every state that its fields can have",
    file: str = "",
) -> Iterator[None]:
    """Run people's code: whatever it raises, and running on for too long, is a ModelError.

    `what` names the code in the message, `file` where it is. What Python itself ignores, as in
    `__del__`, counts, too. Only the main thread can be
    interrupted; elsewhere the time is not limited.
    """
    with _limited(what, seconds), _overheard(what) as passed_over:
        try:
            yield
            if passed_over:
                raise passed_over[0]
        except (ModelError, KeyboardInterrupt):
            raise
        except RecursionError as error:
            raise ModelError(
                f"{what} nests its calls without end, or too deeply",
                raising_place(error.__traceback__),
                "bound it by something that is not symbolic, such as a counter or a constant",
            ) from None
        except SyntaxError as error:
            place = Place(error.filename or file or "?", error.lineno or 1)
            says = f"{what} is not Python: {error.msg}"
            raise ModelError(says, place, "correct the line") from None
        except BaseException as error:
            where = raising_place(error.__traceback__) or (Place(file, 1) if file else None)
            raise raised(what, error, where, help) from error


@contextmanager
def _limited(what: str, seconds: float) -> Iterator[None]:
    """Interrupt what runs for too long, where this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def overdue(_: int, frame: FrameType | None) -> None:
        raise Overdue(
            f"{what} timed out after {seconds:g} seconds",
            _place_around(frame),
            "is there a loop or recursion without a bound, or a step without an `assume`?",
        )

    before = signal.signal(signal.SIGALRM, overdue)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGALRM, RUNAWAY))
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds + GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _overheard(what: str) -> Iterator[list[BaseException]]:
    """What Python prints and otherwise ignores meanwhile, as it does in `__del__`."""
    passed_over: list[BaseException] = []
    hook, thread = sys.unraisablehook, threading.get_ident()

    def ignored(found: Any) -> None:
        place = raising_place(found.exc_traceback)
        if place is None or thread != threading.get_ident():
            hook(found)
        elif isinstance(found.exc_value, ModelError | KeyboardInterrupt):
            passed_over.append(found.exc_value)
        else:
            passed_over.append(_ignored(what, found.exc_value, place))

    sys.unraisablehook = ignored
    try:
        yield passed_over
    finally:
        sys.unraisablehook = hook
