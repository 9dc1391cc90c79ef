"""Python's own hook for what is called while a model runs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

Tracer = Callable[[FrameType, str, Any], Any]


@contextmanager
def tracing(called: Tracer) -> Iterator[None]:
    """Report every call to `called`, but for those that collect garbage: no model makes them."""
    before, collecting = sys.gettrace(), gc.isenabled()
    gc.disable()
    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(before)
        if collecting:
            gc.enable()
