"""Modules of mutants, compiled as models are: what a model runs has the guard of assignments."""

from __future__ import annotations

import ast
import builtins
import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType

from verifier.language.instrumented import instrumented
from verifier.project.sources import Source, show_as_compiled


def watched(name: str) -> ModuleType:
    """A module of that name, imported anew with what the tool puts into models."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    module, text = module_from_spec(spec), Path(spec.origin).read_bytes()
    show_as_compiled(Source(name, spec.origin, spec.origin, text))
    code, names = instrumented(ast.parse(text, spec.origin), spec.origin)
    module.__dict__["__builtins__"] = {**vars(builtins), **names}
    exec(code, module.__dict__)
    sys.modules[name] = module
    return module
