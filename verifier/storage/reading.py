"""Reads files that others wrote: plain ones only, and never more than so much."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def content_of(file: Path, largest: int, links: bool = True) -> bytes:
    """A plain file's content. Raises OSError for what is larger, a folder, a pipe or a device."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
    if not links:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(file, flags)
    try:
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            raise OSError("it is a folder")
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is not a plain file")
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            content = (stream.read(largest + 1) or b"") if found.st_size <= largest else b""
    finally:
        os.close(descriptor)
    if max(found.st_size, len(content)) > largest:
        raise OSError(f"it is larger than {largest >> 20} MiB")
    return content
