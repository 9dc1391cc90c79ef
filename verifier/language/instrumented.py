"""How the text of a model is compiled: with guards, and marks of what has run."""

from __future__ import annotations

import ast
from types import CodeType
from typing import Any

from verifier.language.assignments import INSTRUMENTS, guard
from verifier.language.probes import Probes
from verifier.language.stand_ins import BUILTINS
from verifier.language.text_nodes import nodes_of


def instrumented(tree: ast.Module, file: str) -> tuple[CodeType, dict[str, Any]]:
    """The code of a text, which is changed, and what it needs among its builtins."""
    probes, nodes = Probes(file), nodes_of(tree)
    probes.mark(nodes)
    guard(nodes, file)
    code = compile(tree, file, "exec", dont_inherit=True, optimize=0)
    return code, {**probes.names, **INSTRUMENTS, **BUILTINS}
