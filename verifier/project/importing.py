"""Imports models and properties from their source text: never from bytecode, asserts included.

`python -O` and a `.pyc` beside a model change nothing, and what is stored about the modules is the
very text that was compiled.
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

from verifier.language.errors import ModelError, Place
from verifier.language.instrumented import instrumented
from verifier.language.running import passing_on
from verifier.language.stand_ins import MODULES
from verifier.language.texts import forget
from verifier.project.purity import reasons_of
from verifier.project.reading import Reading, Reason, read_imports, refuse_held
from verifier.project.rebound import may_repeat, refuse_rebound_names
from verifier.project.sources import PARTS, Located, Source, located, show_as_compiled, text_of
from verifier.project.values import digest_of
from verifier.project.watching import threads, unwatched, watched


class Imports:
    """What has been imported from models/ and properties/ of some roots, the first one first."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(roots)
        self.sources: dict[str, Source] = {}
        self.repeating: set[str] = set()
        """Modules in which a name may be defined twice."""
        self.packages = {part: self._package(part) for part in PARTS}
        self._found: dict[str, tuple[Located, tuple[str, ...]]] = {}
        self._readings: dict[str, Reading] = {}
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

    def digest(self) -> str:
        """A digest of the text of all modules, and of their names, files and places."""
        total = blake2b(digest_size=20)
        for name, source in sorted(self.sources.items()):
            total.update(f"{name} {source.root} {source.inside} {len(source.text)}\n".encode())
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
            spec.submodule_search_locations = list(found.folders or ())
            return spec
        loader = SourceLoader(self, self._source(name, found.file))
        folders = None if found.folders is None else list(found.folders)
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
        if any(sys.modules.get(part) is not package for part, package in self.packages.items()):
            return False
        for name in _loaded():
            if name in PARTS:
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

    def _package(self, part: str) -> ModuleType:
        package = ModuleType(part)
        folders = [root / part for root in self.roots]
        package.__path__ = [str(folder) for folder in folders if folder.is_dir()]
        return package

    def _source(self, name: str, file: Path) -> Source:
        for number, root in enumerate(self.roots):
            if file.is_relative_to(root):
                inside = file.relative_to(root).as_posix()
                return Source(name, str(file), number, inside, text_of(file))
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
        if fromlist and found is sys.modules.get(source.module):
            raise ModelError(
                f"`{source.module}` imports from itself",
                self._place(source),
                "give it another name than the module that it takes something from",
            )
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
    """Finds what is below `models` and `properties` where these are opened; nothing else."""

    imports: Imports | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        imports, part = self.imports, fullname.partition(".")[0]
        if imports is None or path is None or part not in PARTS:
            return None
        if sys.modules.get(part) is not imports.packages[part]:
            return None
        with unwatched():
            found = imports.find(fullname, path)
        if found is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return found


_FINDER = _Finder()


def opened(roots: Sequence[Path]) -> Imports:
    """Make `models` and `properties` packages over the roots, whatever else has these names.

    Modules that were imported by other means, or whose text has changed, are imported again.
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


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in PARTS]
