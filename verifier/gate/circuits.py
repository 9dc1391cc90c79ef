"""Circuits compiled earlier, on disk: sealed, because an audit believes the circuit it is given.

A circuit is stored once it did what plain Python does, and is not compared again.

The seal is a keyed digest. Its key is made once for each user and kept outside the cache, which
other people's machines may fill; a circuit with another seal is as good as none.
"""

from __future__ import annotations

import hmac
import os
import platform
import secrets
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import msgspec

import verifier
from verifier.catalogue import bundled_root
from verifier.circuit.circuit import Circuit, Input, Latch
from verifier.circuit.graph import Graph
from verifier.compiler.compile import compile_compared
from verifier.evidence.contents import content_of
from verifier.gate.cache import Cache, user_folder
from verifier.language.compiled import Compiled, Conjunct
from verifier.language.compiling import conjunct_group
from verifier.language.costs import Cost
from verifier.language.functions import ModelFunction
from verifier.language.system import System, bindings

LARGEST_SOURCE = 16 * 2**20
SEAL = 32
"""Bytes of the seal, and of its key."""


class Stored(msgspec.Struct, frozen=True):
    """A compiled system without the Python objects of its models."""

    left: bytes
    right: bytes
    inputs: tuple[tuple[str, int], ...]
    latches: tuple[tuple[str, int, int, bool | None], ...]
    bad: dict[str, int]
    latch_names: tuple[tuple[str, ...], ...]
    conjuncts: dict[str, tuple[int, ...]]
    costs: dict[str, tuple[int, int, int, float]]
    compared: int
    """Cases in which it did what plain Python does: at least one, or it is not used."""


class Circuits:
    """Compiles the systems of a project, or recalls what that gave for the same sources.

    To be made before the models are imported. Where somebody edits them meanwhile, nothing is
    recalled or saved.
    """

    def __init__(self, root: Path, cache: Cache) -> None:
        self._root, self._cache = root, cache
        self._key = _user_key() if cache.on else None
        self._sources = self._digest()

    def compiled(self, system: System, properties: Sequence[ModelFunction]) -> Compiled:
        """A system's circuit, from the cache if the sources are those that made it."""
        if self._key is None or not self._undisturbed:
            return compile_compared(system, properties)
        name = blake2b(f"{self._sources} {system.name}".encode(), digest_size=20).hexdigest()
        stored = self._recalled(name)
        if stored is not None:
            return _restored(system, properties, stored)
        compiled = compile_compared(system, properties)
        if self._digest() == self._sources:
            content = msgspec.msgpack.encode(_stored(compiled))
            self._cache.write(f"{name}.circuit", self._seal(name, content) + content)
        return compiled

    @cached_property
    def _undisturbed(self) -> bool:
        """Whether the models that were imported are those whose digest was taken."""
        return self._digest() == self._sources

    def _recalled(self, name: str) -> Stored | None:
        whole = self._cache.read(f"{name}.circuit")
        if whole is None or not hmac.compare_digest(whole[:SEAL], self._seal(name, whole[SEAL:])):
            return None
        try:
            stored = msgspec.msgpack.decode(whole[SEAL:], type=Stored)
        except msgspec.DecodeError:  # sealed by another version
            return None
        return stored if stored.compared > 0 else None

    def _seal(self, name: str, content: bytes) -> bytes:
        assert self._key is not None, "what has no key is not sealed"
        seal = blake2b(name.encode(), key=self._key, digest_size=SEAL)
        seal.update(content)
        return seal.digest()

    def _digest(self) -> str:
        """A digest of all that a circuit is made from: models, properties, language, Python."""
        if self._key is None:
            return ""
        home = Path(verifier.__file__).parent
        folders = [home / "compiler", home / "language", home / "circuit"]
        for root in dict.fromkeys((self._root, bundled_root())):
            folders += [root / "models", root / "properties"]
        total = blake2b(digest_size=20)
        total.update(platform.python_version().encode())
        total.update(Path(__file__).read_bytes())
        for folder in folders:
            for file in sorted(folder.rglob("*.py")):
                try:
                    text = content_of(file, LARGEST_SOURCE)
                except OSError as error:
                    text = repr(error).encode()
                total.update(f"{folder.name} {file.relative_to(folder)} {len(text)}\n".encode())
                total.update(text)
        return total.hexdigest()


def _user_key() -> bytes | None:
    """The key of this user's seals, made when it is first asked for."""
    folder = user_folder("XDG_STATE_HOME", ".local/state")
    file = folder / "key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(SEAL))
    except FileExistsError:
        pass
    except OSError:
        return None
    try:
        key = content_of(file, SEAL, links=False)
    except OSError:
        return None
    return key if len(key) == SEAL else None


def _stored(compiled: Compiled) -> Stored:
    circuit = compiled.circuit
    return Stored(
        array("i", circuit.graph.left).tobytes(),
        array("i", circuit.graph.right).tobytes(),
        tuple((bit.name, bit.literal) for bit in circuit.inputs),
        tuple((x.name, x.literal, x.next, x.reset) for x in circuit.latches),
        circuit.bad,
        compiled.latch_names,
        {name: tuple(c.bad for c in group) for name, group in compiled.conjuncts.items()},
        {name: (c.calls, c.paths, c.gates, c.seconds) for name, c in compiled.costs.items()},
        compiled.compared,
    )


def _restored(system: System, properties: Sequence[ModelFunction], stored: Stored) -> Compiled:
    graph = Graph.of(_integers(stored.left), _integers(stored.right))
    circuit = Circuit(
        graph,
        tuple(Input(name, literal) for name, literal in stored.inputs),
        tuple(Latch(*latch) for latch in stored.latches),
        stored.bad,
    )
    costs = {name: Cost(*cost) for name, cost in stored.costs.items()}
    conjuncts = _conjuncts(system, properties, stored.conjuncts)
    names, compared = stored.latch_names, stored.compared
    return Compiled(system, circuit, names, conjuncts, costs, 0.0, compared)


def _conjuncts(
    system: System, properties: Iterable[ModelFunction], bads: Mapping[str, Iterable[int]]
) -> dict[str, tuple[Conjunct, ...]]:
    """Each property function on each of its records again, with the literal that was found."""
    left = {name: iter(several) for name, several in bads.items()}
    found: dict[str, tuple[Conjunct, ...]] = {}
    for function in properties:
        group = conjunct_group(function)
        for binding in bindings(system, function):
            found[group] = (*found.get(group, ()), Conjunct(binding, next(left[group])))
    return found


def _integers(content: bytes) -> list[int]:
    numbers = array("i")
    numbers.frombytes(content)
    return numbers.tolist()
