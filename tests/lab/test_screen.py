"""The terminal that an emulator opens for its screen."""

import fcntl
import os
import struct
import time
from contextlib import closing, suppress

from verifier.lab.screen import Screen
from verifier.processes.lifetime import end, fork

MUCH = 1 << 20
"""Bytes, of which a terminal that nobody reads holds the smaller part."""


def is_running(child: int) -> bool:
    return os.waitpid(child, os.WNOHANG) == (0, 0)


def writer(done: int) -> None:
    terminal = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(terminal, 0x40045431, struct.pack("i", 0))  # TIOCSPTLCK: anyone may open it
    left = MUCH
    while left:
        left -= os.write(terminal, b"x" * min(left, 4096))
    os.write(done, b"done")
    time.sleep(60)


def word_of_a_child_with_a_screen() -> bytes:
    """What a child writes elsewhere once its screen has taken all."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    child = fork(lambda: writer(writing))
    try:
        with closing(Screen(child)) as screen:
            deadline, word = time.monotonic() + 60, b""
            while not word and time.monotonic() < deadline:
                screen.drain()
                with suppress(BlockingIOError):
                    word = os.read(reading, 4)
        return word
    finally:
        end(child)
        os.close(reading)
        os.close(writing)


def test_a_child_that_writes_much_to_its_screen_goes_on() -> None:
    assert word_of_a_child_with_a_screen() == b"done"


def test_a_terminal_that_a_child_has_inherited_is_not_its_screen() -> None:
    ours, other_end = os.openpty()
    try:
        assert word_of_a_child_with_a_screen() == b"done"
    finally:
        os.close(ours)
        os.close(other_end)


def test_a_child_without_a_screen_is_left_alone() -> None:
    child = fork(lambda: time.sleep(60))
    try:
        with closing(Screen(child)) as screen:
            screen.drain()
        assert is_running(child)
    finally:
        end(child)
