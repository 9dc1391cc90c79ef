"""Imports models and properties from their source text: never from bytecode, asserts included.

`python -O` and a `.pyc` beside a model change nothing, and what is stored about the modules is the
very text that was compiled. A project's own modules are `models.*` and `properties.*`, the bundled
ones `nestproof.models.*` and `nestproof.properties.*`: none hides another.

Why so: docs/decisions/0019-models-are-compiled-from-their-text.md
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import decode_source, spec_from_file_location
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from verifier.language.errors import ModelError, Place, refuse
from verifier.language.instrumented import instrumented
from verifier.language.packages import (
    BUNDLED,
    PARTS,
    below,
    file_name,
    is_bundled,
    package_at,
    part_of,
)
from verifier.language.running import passing_on
from verifier.language.stand_ins import MODULES
from verifier.language.texts import forget
from verifier.project.purity import reasons_of
from verifier.project.reading import ModuleReading, Reason, read_imports, refuse_held
from verifier.project.rebound import may_repeat, refuse_rebound_names
from verifier.project.sources import Located, Source, located, show_as_compiled, text_of
from verifier.project.values import digest_of
from verifier.project.watching import threads, unwatched, watched


class Imports:
    """What has been imported from models/ and properties/ of a project and the bundled ones."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(roots)
        self.sources: dict[str, Source] = {}
        self.repeating: set[str] = set()
        """Modules in which a name may be defined twice."""
        self.packages = _packages(self.roots)
        self._found: dict[str, tuple[Located, tuple[str, ...]]] = {}
        self._readings: dict[str, ModuleReading] = {}
        self._read: list[Reason] | None = None
        self._noticed: dict[Reason, None] = {}

    def reasons(self) -> tuple[Reason, ...]:
        """Why the circuits of these modules may depend on more than their text; sorted."""
        if self._read is None:
            sources = [self.sources[module] for module in sorted(self.sources)]
            self._read = reasons_of({source: ast.parse(source.text) for source in sources})
        readings = [self._readings[module] for module in sorted(self._readings)]
        found = [reason for reading in readings for reason in reading.reasons]
        found += self._read
        # What was noticed while a module ran is the consequence of something in a text.
        return tuple(dict.fromkeys((*found, *self._noticed)))

    @property
    def own(self) -> list[Source]:
        """The modules of the project, which is the first of the roots."""
        bundled = bool(package_at(self.roots[0]))
        return [each for each in self.sources.values() if is_bundled(each.module) == bundled]

    def digest(self) -> str:
        """A digest of the text of all modules, and of their names, files and places."""
        total = blake2b(digest_size=20)
        for name, source in sorted(self.sources.items()):
            total.update(f"{name} {source.inside} {len(source.text)}\n".encode())
            total.update(source.text)
        return total.hexdigest()

    def values(self) -> str:
        """A digest of what the modules hold, see `digest_of`."""
        return digest_of([sys.modules[name] for name in sorted(self.sources)])

    def find(self, name: str, path: Sequence[str]) -> ModuleSpec | None:
        """How to import a module below `models` or `properties`; its text is read here."""
        found = located(name.rpartition(".")[2], path)
        if found is None:
            return None
        self._found[name] = found, tuple(path)
        if found.file is None:
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(found.folder)]
            return spec
        loader = SourceLoader(self, self._source(name, found.file))
        folders = None if found.folder is None else [found.folder]
        return spec_from_file_location(
            name, found.file, loader=loader, submodule_search_locations=folders
        )

    def execute(self, source: Source, module: ModuleType) -> None:
        """Compile and run a module's text. A ModelError where it imports what no model may."""
        tree = ast.parse(source.text, source.file)
        self._readings[source.module] = read_imports(source, tree)
        code, names = instrumented(tree, source.file)
        refuse_rebound_names(source.text, code, source.file)
        if may_repeat(source.text, code):
            self.repeating.add(source.module)
        self._read = None
        self.sources[source.module] = source
        show_as_compiled(source)
        own = {"__import__": partial(self._import, source), **names}
        module.__dict__["__builtins__"] = {**vars(builtins), **own}
        before = threads()
        with passing_on(), watched(partial(self._notice, source)):
            exec(code, module.__dict__)
        if threads() - before:
            what = f"`{source.module}` starts a thread while it is loaded"
            raise ModelError(what, Place(source.file, 1), "only define things")
        refuse_held(source, module)

    def unchanged(self) -> bool:
        """Whether all of these modules were imported from here, and would be the same again."""
        if any(sys.modules.get(name) is not package for name, package in self.packages.items()):
            return False
        for name in _loaded():
            if name in self.packages:
                continue
            if name not in self._found or not self._same(name):
                return False
        return True

    def _same(self, name: str) -> bool:
        found, path = self._found[name]
        if located(name.rpartition(".")[2], path) != found:
            return False
        if found.file is None:
            return True
        loader = getattr(sys.modules[name], "__loader__", None)
        if not isinstance(loader, SourceLoader) or loader.imports is not self:
            return False
        return text_of(found.file) == loader.source.text

    def refuse_other_name(self, name: str) -> None:
        """Refuse what a project does not have, or not yet, where a bundled module has that name."""
        path: Sequence[str] = self.packages[below(BUNDLED, part_of(name))].__path__
        for each in name.split(".")[1:]:
            found = located(each, path)
            if found is None:
                return
            path = () if found.folder is None else (found.folder,)
        other = below(BUNDLED, name)
        raise refuse(f"`{name}` comes with nestproof, as `{other}`", f"write `{other}`")

    def _source(self, name: str, file: Path) -> Source:
        for root in self.roots:
            if file.is_relative_to(root):
                inside = file_name(root, file.relative_to(root).as_posix())
                return Source(name, str(file), inside, text_of(file))
        raise ImportError(f"{file} is outside of the project")  # by a `__path__` that was changed

    def _notice(self, source: Source, what: str) -> None:
        self._noticed[Reason(source.module, what, self._place(source))] = None

    def _place(self, source: Source) -> Place:
        """The innermost running line of these modules."""
        files = {each.file for each in self.sources.values()}
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in files:
            frame = frame.f_back
        if frame is None:
            return Place(source.file, 1)
        return Place(frame.f_code.co_filename, frame.f_lineno)

    def _import(
        self,
        source: Source,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """`__import__` as a module of models/ or properties/ sees it: what it asks for is noticed.

        So it is wherever the statement came from: a text that was computed, too.
        """
        reading = self._readings[source.module]
        reading.imports(name, tuple(fromlist or ()), level, self._place(source))
        found = builtins.__import__(name, globals, locals, fromlist or (), level)
        is_itself = bool(fromlist) and found is sys.modules.get(source.module)
        if is_itself and not is_bundled(source.module):
            self.refuse_other_name(source.module)
        return found if level else MODULES.get(name, found)


class SourceLoader(Loader):
    """Runs a module's source text."""

    def __init__(self, imports: Imports, source: Source) -> None:
        self.imports, self.source = imports, source

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        self.imports.execute(self.source, module)

    def get_source(self, fullname: str) -> str:
        """The text that was compiled."""
        return decode_source(self.source.text)


class _Finder(MetaPathFinder):
    """Finds what is below the packages of models and properties that are opened; nothing else."""

    imports: Imports | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        imports, part = self.imports, part_of(fullname)
        if imports is None or path is None or not part:
            return None
        own = not is_bundled(fullname)
        package = below("" if own else BUNDLED, part)
        if sys.modules.get(package) is not imports.packages[package]:
            return None
        with unwatched():
            found = imports.find(fullname, path)
            if found is None and own:
                imports.refuse_other_name(fullname)
        if found is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return found


_FINDER = _Finder()


def opened(roots: Sequence[Path]) -> Imports:
    """Make packages of the parts of some roots, whatever else has their names.

    A project's are `models` and `properties`; those of the bundled catalogue, which may be the
    project, are in `nestproof`. Modules that were imported by other means, or whose text has
    changed, are imported again.
    """
    if sys.meta_path[:1] != [_FINDER]:
        sys.meta_path[:] = [_FINDER, *(each for each in sys.meta_path if each is not _FINDER)]
    imports = _FINDER.imports
    if imports is not None and imports.roots == tuple(roots) and imports.unchanged():
        return imports
    for name in _loaded():
        del sys.modules[name]
    forget()
    imports = _FINDER.imports = Imports(roots)
    sys.modules.update(imports.packages)
    return imports


def _packages(roots: Sequence[Path]) -> dict[str, ModuleType]:
    """The packages over some roots by their names; of two roots for one, the first counts."""
    homes: dict[str, Path] = {}
    for root in roots:
        homes.setdefault(package_at(root), root)
    found = {BUNDLED: ModuleType(BUNDLED)}
    found[BUNDLED].__path__ = []
    for above in ("", BUNDLED):
        for part in PARTS:
            name = below(above, part)
            package = found[name] = ModuleType(name)
            folder = homes[above] / part if above in homes else None
            package.__path__ = [str(folder)] if folder is not None and folder.is_dir() else []
            if above:
                setattr(found[above], part, package)
    return found


def _loaded() -> list[str]:
    return [name for name in sys.modules if part_of(name) or is_bundled(name)]
