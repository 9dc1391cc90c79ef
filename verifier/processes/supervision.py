"""The process that people start: it waits for the command, and ends it in time, whatever it does.

docs/decisions/0015-supervisor-and-one-worker.md has the reasons.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from verifier.processes import lifetime, runaway, signals
from verifier.processes.signals import CTRL_C, TERMINATED, WORDS

REACT = 5.0
"""Seconds in which a command must notice a signal; a solver may not let it."""
FINISH = 10.0
"""Seconds in which it must then have written its reports."""
HURRY = 2.0
"""Seconds that a second signal leaves."""
AGAIN = 0.25
"""Seconds between two reminders."""
SAME = 0.3
"""Seconds within which a signal is the same one, sent to a process and to its group."""
STRAYS = 2.0
"""Seconds in which what a killed command has left must be gone."""


def supervised(command: Callable[[], None], before: set[signal.Signals]) -> None:
    """Run the command in a process of its own, and end as it does; returns in that process only.

    The caller has blocked the signals that end a program; `before` are those that were blocked
    before. None is raised until the command calls `signals.release`. Where there can be no other
    process it runs here, without the promise to end in time.
    """
    signals.blocked()
    runaway.watch()
    try:
        supervisor = _Supervisor(command)
    except OSError:
        signals.listen()
        signals.unblock(before)
        return command()
    if supervisor.command:
        signals.unblock(before)
        os._exit(supervisor.watch())
    signals.unblock({*before, signal.SIGINT})
    return _reported(command, supervisor.report)


def _reported(command: Callable[[], None], report: int) -> None:
    """Run the command, then report its exit code, which no model can have chosen.

    An exception that escapes from it is a failure of the tool: Python's own 1 would be a verdict.
    """
    code: object = 2
    try:
        command()
        code = 0
    except SystemExit as end:
        code = 0 if end.code is None else end.code
        raise
    finally:
        os.write(report, bytes([code & 255 if isinstance(code, int) else 2]))
        if any(not each.daemon for each in threading.enumerate()[1:]):
            lifetime.flush()  # a model's own threads are not waited for
            os._exit(0)


class _Supervisor:
    """Forks the command. In the command's process there is nothing to supervise: its id is 0."""

    def __init__(self, command: Callable[[], None]) -> None:
        self._first = 0
        self._came = 0.0
        self._deadline: float | None = None
        self._hurried = False
        self._terminal = _terminal_state()
        pipes: list[int] = []
        try:
            for _ in range(3):
                pipes += os.pipe()
            self._wake, wake, self._noticed, noticed, self._result, self.report = pipes
            for descriptor in (self._wake, wake, self._noticed, self._result):
                os.set_blocking(descriptor, False)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # whatever this process has inherited
            parent = os.getpid()
            self.command = os.fork()
        except OSError:
            for descriptor in pipes:
                os.close(descriptor)
            raise
        if self.command:
            os.close(noticed)
            os.close(self.report)
            self._listen(wake)
            lifetime.adopt()
            return
        for descriptor in (self._wake, wake, self._noticed, self._result):
            os.close(descriptor)
        lifetime.end_with(parent)
        signals.listen(lambda: _notice(noticed), CTRL_C)

    def _listen(self, wake: int) -> None:
        for number in signals.ENDING:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, _leave_it_to_the_pipe)
        signal.signal(signal.SIGCHLD, _leave_it_to_the_pipe)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def watch(self) -> int:
        """Wait for the end of the command; returns the exit code."""
        while (code := self._ended()) is None:
            self._look()
            now = time.monotonic()
            if self._deadline is None:
                continue
            if now > self._deadline:
                code = self._kill()
                break
            self._send()
        signals.blocked()
        _end_strays()
        self._look(0.0)
        for number in signals.ENDING:
            if number in signal.sigpending():  # what came before the end is in the exit code
                self._take(number)
        return self._first or self._said(code)

    def _look(self, seconds: float | None = None) -> None:
        """Wait for a signal, a child's end or the command's notice."""
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        if self._noticed >= 0:
            poll.register(self._noticed, select.POLLIN)
        if seconds is None and self._deadline is not None:
            seconds = AGAIN
        ready = dict(poll.poll(None if seconds is None else seconds * 1000))
        if self._wake in ready:
            for number in os.read(self._wake, 4096):
                if number in signals.ENDING:
                    self._take(number)
        if self._noticed in ready:
            os.close(self._noticed)
            self._noticed = -1
            if self._first and not self._hurried:
                self._deadline = time.monotonic() + FINISH

    def _take(self, number: int) -> None:
        now = time.monotonic()
        if not self._first:
            self._first = 128 + number
            self._deadline = now + (REACT if self._noticed >= 0 else FINISH)
        elif now - self._came > SAME and not self._hurried:
            self._hurried = True
            self._deadline = min(self._deadline or now, now + HURRY)
        self._came = now

    def _send(self) -> None:
        """Send the signal again until the command has acknowledged it."""
        if self._noticed < 0:
            return
        with suppress(ProcessLookupError):
            os.kill(self.command, signal.SIGTERM if self._first == TERMINATED else CTRL_C)

    def _ended(self) -> int | None:
        """How the command has ended, if it has; a stop is this process's, too."""
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            except ChildProcessError:
                return 1
            if not process:
                return None
            if process != self.command:
                continue  # left by somebody who was killed
            if not os.WIFSTOPPED(status):
                return os.waitstatus_to_exitcode(status)
            os.kill(os.getpid(), signal.SIGSTOP)  # as the shell expects
            os.kill(self.command, signal.SIGCONT)

    def _kill(self) -> int:
        """End the command, which does not end by itself, and give the terminal back."""
        with suppress(ProcessLookupError):
            os.kill(self.command, signal.SIGKILL)
        code = lifetime.ended(self.command)
        self._restore_terminal()
        _say(f"{WORDS[self._first]}: the command did not end in time and was killed")
        return code

    def _said(self, code: int) -> int:
        """The exit code of a command that nobody ended; what killed it is a failure."""
        if code >= 0:
            return self._reported(code)
        self._restore_terminal()
        overdue = runaway.why(code)
        if overdue is not None:
            _say(f"error: {overdue}")
        else:
            _say(f"tool failure: the command was killed by signal {-code}")
        return 2

    def _reported(self, code: int) -> int:
        """The exit code that the command has reported; a process that ends at once has none."""
        try:
            report = os.read(self._result, 1)
        except BlockingIOError:
            report = b""
        if not report:
            _say("tool failure: the command ended without a result; does a model end the process?")
            return 2
        return report[0] or code

    def _restore_terminal(self) -> None:
        if self._terminal is not None:
            import termios

            with suppress(termios.error, OSError):
                termios.tcsetattr(0, termios.TCSANOW, self._terminal)
                if os.isatty(1):
                    os.write(1, b"\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1003l\x1b[0m")


def _leave_it_to_the_pipe(*_: object) -> None:
    """The number of the signal is in the pipe that `set_wakeup_fd` names."""


def _notice(descriptor: int) -> None:
    os.write(descriptor, b"!")


def _say(message: str) -> None:
    with suppress(OSError):
        os.write(2, f"{message}\n".encode())


def _terminal_state() -> list[Any] | None:
    """How the terminal was, if there is one."""
    if not os.isatty(0):
        return None
    import termios

    with suppress(termios.error):
        return termios.tcgetattr(0)
    return None


def _end_strays() -> None:
    """End what is left of a killed command; what has made itself a daemon is left alone."""
    end = time.monotonic() + STRAYS
    while time.monotonic() < end:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        ours = [child for child in _children() if _is_ours(child)]
        if not ours and Path("/proc/self/task").exists():
            return
        for child in ours:
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
        time.sleep(0.005)


def _is_ours(process: int) -> bool:
    with suppress(OSError):
        return os.getpgid(process) == os.getpgrp()
    return False


def _children() -> Iterator[int]:
    """This process's children, where the system lists them."""
    for tasks in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            yield from map(int, tasks.read_text().split())
