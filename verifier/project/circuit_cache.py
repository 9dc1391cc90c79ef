"""Circuits compiled earlier, on disk, and reused where all that went into them is the same.

What goes into a circuit, and is in its key: the text of every module of models/ and properties/
that was imported, the project's and the bundled ones, with their names and places, and what they
hold once loaded; nestproof's own text; Python and those of its settings that a model could notice;
the system and its properties.
`-O` is not in it: modules are compiled with their assertions whatever is asked of Python. Neither
are pyproject.toml and verdicts.toml: they say what is checked and expected, not what a system does.

A circuit is stored once it did what plain Python does, and is not compared again. Circuits lie in a
folder of this user's own, because an audit believes the circuit that it is given
(docs/decisions/0017-circuits-in-a-private-folder.md).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import msgspec

import verifier
from verifier.compiler.compile import compile_compared
from verifier.compiler.cut_circuit import Cut, cut_of
from verifier.compiler.transition_system import TransitionSystem
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.system import System
from verifier.project.catalogue import Catalogue, reasons_of
from verifier.project.reading import Reason
from verifier.project.result_cache import Cache, user_folder
from verifier.project.stored_circuits import StoredCut, StoredSystem
from verifier.storage.private import PrivateFolder

T = TypeVar("T")

FORMAT = "circuits 4"
LARGEST = 64 * 2**20
"""Bytes beyond which a circuit is not reused."""
IN_ORDER = "write a tuple, or sort it by what differs"
"""In place of a set."""


class Circuits:
    """Compiles the systems of a catalogue, or recalls what that gave for the same sources.

    Nothing is recalled or stored where it is not known what a circuit depends on.
    """

    def __init__(self, catalogue: Catalogue, cache: Cache) -> None:
        """A ModelError where no circuit could stand for the models: each run has other ones."""
        self.catalogue = catalogue
        self._folder = PrivateFolder(circuits_folder())
        self._imports = catalogue.imports if cache.on else None
        self._sources = self._values = ""
        _refuse_shown_orders(catalogue)
        if self._imports is not None and not self._imports.reasons():
            self._folder.make()
            self._sources = self._imports.digest()
            self._values = self._imports.values()
        self.varies = bool(self._values) and not self._as_before()
        """Whether the same texts have made something else of themselves before."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why no circuit is reused, as far as models and properties are why."""
        return () if self._imports is None else self._imports.reasons()

    @property
    def unsteady(self) -> Reason | None:
        """Why verdicts may differ from run to run; None where nothing is known of that."""
        return next((each for each in reasons_of(self.catalogue) if each.unsteady), None)

    @property
    def complaint(self) -> str:
        """Why no circuit can be stored; empty if all could."""
        return self._folder.complaint

    def compiled(self, system: System, properties: Sequence[ModelFunction]) -> TransitionSystem:
        """A system's circuit: stored, if all that went into it is what it was."""
        if not self._known(system, properties):
            return compile_compared(system, properties)
        name = self._name(system, properties)
        stored = self._recalled(name, StoredSystem)
        if stored is not None and stored.compared > 0:
            return stored.restored(system, properties)
        compiled = compile_compared(system, properties)
        if self._known(system, properties):
            self._folder.write(name, msgspec.msgpack.encode(StoredSystem.of(compiled)))
        return compiled

    def cut(self, system: System) -> Cut:
        """What the steps of a system note and assert, as `cut_of` finds it. Raises ModelError."""
        if not self._known(system, ()):
            return cut_of(system)
        name = self._name(system, (), "cut")
        stored = self._recalled(name, StoredCut)
        if stored is not None:
            return stored.restored()
        cut = cut_of(system)
        self._folder.write(name, msgspec.msgpack.encode(StoredCut.of(cut)))
        return cut

    def trim(self) -> None:
        """Remove the oldest circuits beyond a size."""
        if self._imports is not None:
            self._folder.trim()

    def _known(self, system: System, properties: Sequence[ModelFunction]) -> bool:
        """Whether a circuit of these depends on nothing but what its key has."""
        catalogue, imports = self.catalogue, self._imports
        if imports is None or self._folder.complaint or not own_text():
            return False
        if catalogue.systems.get(system.name) is not system:
            return False
        if not {id(p) for p in properties} <= {id(p) for p in catalogue.properties}:
            return False
        return not imports.reasons() and imports.digest() == self._sources

    def _name(self, system: System, properties: Sequence[ModelFunction], kind: str = "") -> str:
        """The name of a circuit's file: a digest of all that goes into it."""
        claims = [(p.kind, p.group, p.name, p.body.__module__) for p in properties]
        known = FORMAT, own_text(), _python(), self._sources, self._values
        parts = (*known, system.name, claims, kind)
        return f"{blake2b(repr(parts).encode(), digest_size=20).hexdigest()}.circuit"

    def _as_before(self) -> bool:
        """Whether the modules hold what they held when their texts were first loaded."""
        parts = (FORMAT, own_text(), _python(), self._sources)
        name = f"{blake2b(repr(parts).encode(), digest_size=20).hexdigest()}.values"
        first, now = self._folder.read(name, LARGEST), self._values.encode()
        if first is None:
            self._folder.write(name, now)
        return first is None or first == now

    def _recalled(self, name: str, kind: type[T]) -> T | None:
        content = self._folder.read(name, LARGEST)
        if content is None:
            return None
        try:
            return msgspec.msgpack.decode(content, type=kind)
        except msgspec.DecodeError:  # stored by another version
            return None


def _refuse_shown_orders(catalogue: Catalogue) -> None:
    """Refuse modules that go through a set: another run has another order, and other systems."""
    certain = next((each for each in reasons_of(catalogue) if each.certain), None)
    if certain is not None:
        raise ModelError(f"`{certain.module}` {certain.what}", certain.place, IN_ORDER)


def circuits_folder() -> Path:
    """Where this user's circuits are: among what programs keep, which is shared with nobody."""
    return user_folder("XDG_STATE_HOME", ".local/state") / "circuits"


@cache
def own_text() -> str:
    """A digest of nestproof's own text; empty where there is none to read."""
    home = Path(verifier.__file__).parent
    total, found = blake2b(digest_size=20), False
    for file in sorted(home.rglob("*.py")):
        inside = file.relative_to(home)
        if inside.parts[0] == "template":
            continue
        try:
            text = file.read_bytes()
        except OSError:
            return ""
        found = True
        total.update(f"{inside.as_posix()} {len(text)}\n".encode())
        total.update(text)
    return total.hexdigest() if found else ""


@cache
def _python() -> tuple[object, ...]:
    """Python and those of its settings that a model could notice."""
    flags = sys.flags
    settings = (flags.bytes_warning, flags.dev_mode, flags.int_max_str_digits, sys.warnoptions)
    versions = [version(name) for name in ("nestproof", "msgspec", "python-sat", "z3-solver")]
    return sys.implementation.name, sys.version, sys.platform, settings, versions
