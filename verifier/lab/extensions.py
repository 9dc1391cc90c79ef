"""VMX and SVM, as what a program is for: its bench in models/x86, its setup and its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.lab.answers import VMCALL, WATCHED, Seen, seen_of
from verifier.lab.image import Facts
from verifier.lab.programs import Machine
from verifier.lab.setup import Setup
from verifier.lab.svm_answers import VMMCALL, svm_seen_of
from verifier.lab.svm_answers import WATCHED as SVM_WATCHED
from verifier.lab.svm_setup import SvmSetup


@dataclass(frozen=True)
class Extension:
    """How programs for it are predicted."""

    watched: Sequence[str]
    view: Callable[[Mapping[str, Any]], Seen]
    setup: Callable[[Facts, bool], Setup]
    leaves: int
    """Why L2 leaves at the end of its code."""
    decodes: str = ""
    """The feature without which an exit's qualification means nothing."""


EXTENSIONS = {
    Machine.VMX: Extension(WATCHED, seen_of, Setup, VMCALL),
    Machine.SVM: Extension(SVM_WATCHED, svm_seen_of, SvmSetup, VMMCALL, "decode assists"),
}
