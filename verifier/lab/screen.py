"""The terminal that an emulator opens for its screen: somebody has to read it.

Bochs without a terminal opens one of its own and writes to it whenever its screen is due. Once the
64 KB that Linux holds are full, it waits for a reader: a long run would stand still.
"""

from __future__ import annotations

import os
import termios
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OPENED = "/dev/ptmx"
INDEX = "tty-index:"
CHUNK = 1 << 16


class Screen:
    """The other end of a child's terminal, opened once there is one, and read to its end."""

    def __init__(self, child: int) -> None:
        self._process = Path("/proc") / str(child)
        self._end: int | None = None

    def drain(self) -> None:
        """Read what was written since, without waiting."""
        with suppress(OSError):  # not there yet, or not any more
            if self._end is None:
                self._end = self._opened()
            while self._end is not None and os.read(self._end, CHUNK):
                pass

    def close(self) -> None:
        """Leave it to the child."""
        if self._end is not None:
            os.close(self._end)

    def _opened(self) -> int | None:
        inherited = set(_terminals(Path("/proc/self")))
        for number in _terminals(self._process):
            if number not in inherited:
                end = os.open(f"/dev/pts/{number}", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
                tty.setraw(end, termios.TCSANOW)
                return end
        return None


def _terminals(process: Path) -> Iterator[str]:
    """The numbers of the terminals that a process has opened."""
    for each in (process / "fd").iterdir():
        with suppress(FileNotFoundError):  # such as that of the folder
            if os.readlink(each) == OPENED:
                words = (process / "fdinfo" / each.name).read_text().split()
                yield words[words.index(INDEX) + 1]
