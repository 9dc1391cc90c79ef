"""Reads TOML files that people write."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from verifier.language.errors import ModelError, Place


def read_toml(file: Path, mend: str = "") -> dict[str, Any]:
    """A file's tables; none where there is no file. `mend` says what to do where it is not TOML."""
    if not file.exists() and not file.is_symlink():
        return {}
    try:
        if not file.is_file():
            raise OSError("it is no file")
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        place = Place(str(file), int(line[1]) if line else 1)
        raise ModelError(f"`{file.name}` is not TOML: {error}", place, mend) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise ModelError(
            f"`{file.name}` cannot be read: {why}", Place(str(file), 1), mend
        ) from None
