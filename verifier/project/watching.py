"""Notices what a module does to the world while it is loaded: files, processes, sockets, imports.

Python calls an audit hook before each such act. A hook cannot be removed, so there is one, which
reports only to whoever watches.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any

from verifier.language.packages import part_of

Notice = Callable[[str], None]
"""Is given what is done, while it is done."""

HARMLESS = {
    *("compile", "exec", "marshal.loads", "builtins.id", "code.__new__", "function.__new__"),
    *("sys._getframe", "sys._getframemodulename", "array.__new__", "pickle.find_class"),
    *("object.__getattr__", "object.__setattr__", "object.__delattr__", "sys.unraisablehook"),
}
"""Events of what decorators, enums and dataclasses do by themselves."""

_watches: list[Notice | None] = []
"""Who watches; the last one counts, and None looks away."""

_thread = 0
"""Where what is watched runs: other threads do as they like."""


def _audited(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watches or (notice := _watches[-1]) is None or event in HARMLESS:
        return
    if threading.get_ident() != _thread:
        return
    with unwatched():
        if event == "import":
            if not part_of(str(arguments[0])):
                notice(f"imports `{arguments[0]}` while it is loaded")
        elif event == "open":
            notice(f"opens `{arguments[0]}` while it is loaded")
        else:
            notice(f"does `{event}` while it is loaded")


def threads() -> set[threading.Thread]:
    """The threads that this process waits for."""
    return {thread for thread in threading.enumerate() if not thread.daemon}


@contextmanager
def watched(notice: Notice) -> Iterator[None]:
    """Report whatever is done meanwhile."""
    global _thread
    _install()
    before, _thread = _thread, threading.get_ident()
    with _last(notice):
        try:
            yield
        finally:
            _thread = before


def unwatched() -> AbstractContextManager[None]:
    """Report nothing meanwhile: what is done is our own work."""
    return _last(None)


@contextmanager
def _last(notice: Notice | None) -> Iterator[None]:
    _watches.append(notice)
    try:
        yield
    finally:
        _watches.pop()


@cache
def _install() -> None:
    sys.addaudithook(_audited)
