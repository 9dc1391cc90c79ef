"""Models and properties are compiled from their text as it is, whatever lies beside it."""

import errno
import inspect
import linecache
import os
import py_compile
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.project.conftest import MODEL, whys
from verifier.language.errors import ModelError
from verifier.project import importing, sources
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.project.reading import ModuleReading

EVIL = MODEL.replace("SAFE = True", "SAFE = None")


def model(root: Path) -> Path:
    return root / "models" / "lamp.py"


def safe() -> object:
    return sys.modules["models.lamp"].__dict__["SAFE"]


def test_bytecode_beside_a_model_is_neither_read_nor_written(root: Path) -> None:
    file = model(root)
    file.write_text(EVIL)
    py_compile.compile(str(file), doraise=True)
    planted = file.stat()
    file.write_text(MODEL)
    os.utime(file, ns=(planted.st_atime_ns, planted.st_mtime_ns))
    assert file.stat().st_size == planted.st_size
    before = set(root.rglob("*"))
    load(root)
    assert safe() is True
    assert set(root.rglob("*")) == before


def test_bytecode_without_a_text_is_no_module(root: Path) -> None:
    file = model(root)
    for name in ("lonely", "tight"):
        py_compile.compile(str(file), cfile=str(file.with_name(f"{name}.pyc")), doraise=True)
        file.write_text(f"from models import {name}\n{MODEL}")
        with pytest.raises(ModelError, match=f"cannot import name '{name}'"):
            load(root)


def test_an_edit_of_the_same_size_in_the_same_second_is_seen(root: Path) -> None:
    load(root)
    was = model(root).stat()
    model(root).write_text(EVIL)
    os.utime(model(root), ns=(was.st_atime_ns, was.st_mtime_ns))
    load(root)
    assert safe() is None


def test_what_is_the_same_is_not_imported_again(root: Path) -> None:
    assert load(root).systems["lamp/one"] is load(root).systems["lamp/one"]


def test_a_module_that_was_imported_by_other_means_is_imported_again(root: Path) -> None:
    load(root)
    planted = ModuleType("models.lamp")
    exec(EVIL, planted.__dict__)
    sys.modules["models.lamp"] = planted
    load(root)
    assert safe() is True


def test_a_package_that_comes_before_a_module_is_imported(root: Path) -> None:
    (root / "models" / "kit.py").write_text("OWN = False\n")
    model(root).write_text(f"from models import kit\n{MODEL}")
    load(root)
    (root / "models" / "kit").mkdir()
    (root / "models" / "kit" / "__init__.py").write_text("OWN = True\n")
    with pytest.raises(ModelError, match=r"`models\.kit` is `models/kit/__init__\.py`"):
        load(root)
    (root / "models" / "kit.py").unlink()
    (root / "models" / "kit" / "__init__.py").write_text('"""Own."""\n')
    load(root)
    assert sys.modules["models.kit"].__doc__ == "Own."


def test_a_form_feed_ends_no_line(root: Path) -> None:
    model(root).write_text(f"# before\n\f\n# after\n{MODEL}")
    load(root)
    assert linecache.getline(str(model(root)), 3) == "# after\n"


def test_people_see_the_lines_that_were_compiled(root: Path) -> None:
    system = load(root).systems["lamp/one"]
    model(root).write_text("# all else\n")
    linecache.checkcache()
    body = system.actions[0].function.body
    assert "machine.broken = True" in inspect.getsource(body)


def test_a_text_in_another_encoding_is_read_as_python_reads_it(root: Path) -> None:
    text = f"# -*- coding: latin-1 -*-\nNAME = '\xe9'\n{MODEL}"
    model(root).write_bytes(text.encode("latin-1"))
    load(root)
    assert sys.modules["models.lamp"].__dict__["NAME"] == "\xe9"
    assert linecache.getline(str(model(root)), 2) == "NAME = '\xe9'\n"


REFUSED = {
    "import verifier": "verifier",
    "import verifier.engines.bmc": "verifier.engines.bmc",
    "import verifier.engines as language": "verifier.engines",
    "from verifier import engines": "verifier.engines",
    "from verifier import language, project": "verifier.project",
    "from verifier.engines.race import race": "verifier.engines.race.race",
    "from verifier.language import symbolic_execution": "verifier.language.symbolic_execution",
    "from verifier.language.stores import Store": "verifier.language.stores.Store",
    "from verifier.language.records import *": "verifier.language.records.*",
    "import verifier.language.records": "verifier.language.records",
    "def late():\n    import verifier.engines": "verifier.engines",
    "if False:\n    import verifier.engines": "verifier.engines",
    "__import__('verifier.engines')": "verifier.engines",
    "exec('from verifier import engines')": "verifier.engines",
    "import importlib\nE = importlib.import_module('verifier.engines.bmc')": "verifier.engines.bmc",
    "import importlib\nE = importlib.import_module('verifier.engines.bmc').bmc": "verifier.engines",
}


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("part", ["models", "properties"])
def test_nothing_of_verifier_but_the_language_is_imported(root: Path, part: str, text: str) -> None:
    file = root / part / "other.py"
    file.write_text(f"X = 1\n{text}\n")
    with pytest.raises(ModelError, match=f"`{part}.other` imports `{REFUSED[text]}") as refused:
        load(root)
    assert refused.value.place is not None
    assert refused.value.place.file == str(file)
    assert "verifier.language" in refused.value.help


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if reading the text had found nothing."""
    monkeypatch.setattr(importing, "read_imports", lambda source, _: ModuleReading(source))
    monkeypatch.setattr(importing, "reasons_of", lambda _: [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("open('/dev/null').close()", "opens `/dev/null` while it is loaded at 1"),
        ("import os", "imports `os` at 1"),
        ("import os\nos.listdir('.')", "does `os.listdir` while it is loaded at 2"),
        ("import socket\nsocket.gethostname()", "does `socket.gethostname` while it is loaded"),
        ("import os\nos.system('true')", "does `os.system` while it is loaded at 2"),
        ("import this_is_nowhere_else", "imports `this_is_nowhere_else` while it is loaded at 1"),
        ("eval('__import__')('os')", "imports `os` at 1"),
        ("from functools import partial\npartial(__import__, 'os')()", "imports `os` at 2"),
    ],
)
@pytest.mark.usefixtures("unread")
def test_what_a_module_does_while_it_is_loaded_is_detected(
    root: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: str
) -> None:
    """Whatever it is written like: this does not rely on the text."""
    (root / "this_is_nowhere_else.py").write_text("")
    monkeypatch.syspath_prepend(root)
    monkeypatch.delitem(sys.modules, "this_is_nowhere_else", raising=False)
    model(root).write_text(f"{text}\n{MODEL}")
    assert any(each.startswith(found) for each in whys(load(root)))


@pytest.mark.usefixtures("unread")
def test_what_other_threads_do_meanwhile_is_ignored(root: Path) -> None:
    import threading

    done = threading.Event()

    def busy() -> None:
        while not done.is_set():
            open("/dev/null").close()

    thread = threading.Thread(target=busy)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread.start()
    try:
        (root / "models" / "more.py").write_text("for X in range(100_000):\n    pass\n")
        assert whys(load(root)) == []
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(interval)


def test_a_module_of_python_that_another_file_hides_is_not_python_s(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verifier.project import permitted

    monkeypatch.setitem(permitted.SHADOWED, "functools", "/home/me/functools.py")
    model(root).write_text(f"from functools import reduce\n{MODEL}")
    [why] = whys(load(root))
    assert why == "imports `functools`, which is not Python's own but /home/me/functools.py at 1"


def names(catalogue: Catalogue) -> list[str]:
    return sorted(catalogue.systems)


def test_linked_folders_and_files_are_followed(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "second.py").write_text(MODEL.replace("lamp/one", "lamp/two"))
    (elsewhere / "third.py").write_text(MODEL.replace("lamp/one", "lamp/three"))
    (root / "models" / "linked").symlink_to(elsewhere)
    assert names(load(root)) == ["lamp/one", "lamp/three", "lamp/two"]
    (root / "models" / "linked").unlink()
    (root / "models" / "other.py").symlink_to(elsewhere / "second.py")
    assert names(load(root)) == ["lamp/one", "lamp/two"]


def test_models_themselves_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (root / "models").rename(tmp_path / "moved")
    (root / "models").symlink_to(tmp_path / "moved")
    catalogue = load(root)
    assert names(catalogue) == ["lamp/one"]
    assert catalogue.imports is not None
    before = catalogue.imports.digest()
    (tmp_path / "moved" / "lamp.py").write_text(EVIL)
    again = load(root)
    assert again.imports is not None
    assert again.imports.digest() != before


@pytest.mark.parametrize("to", [".", "..", "../models", "deep"])
def test_links_that_lead_back_come_to_an_end(root: Path, to: str) -> None:
    (root / "models" / "deep").mkdir()
    (root / "models" / "deep" / "x.py").write_text("X = 1\n")
    (root / "models" / "deep" / "back").symlink_to(root / "models" / to)
    if to == "..":
        with pytest.raises(ModelError, match="is in models/, where none is looked for"):
            load(root)
    else:
        assert names(load(root)) == ["lamp/one"]


def test_a_link_to_too_much_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST", 1)
    load(root)
    (root / "models" / "all").symlink_to(root.parent)
    with pytest.raises(ModelError, match="more than 1 files") as refused:
        load(root)
    assert "link" in refused.value.help


def test_a_folder_that_cannot_be_read_is_refused_and_not_passed_over(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(ModelError, match="cannot be read: Permission denied"):
        load(root)


@pytest.mark.parametrize("one", ["models", "elsewhere", "all"])
def test_modules_of_other_modules_are_not_reached_through_them(root: Path, one: str) -> None:
    (root / "models" / "first.py").write_text("import functools as ft\nimport enum\n")
    text = {
        "models": "from models import first\nX = first.ft.reduce",
        "all": "from models.first import *\nX = ft.reduce",
        "elsewhere": "from models.first import ft as harmless\nX = harmless.reduce",
    }
    model(root).write_text(f"{text[one]}\n{MODEL}")
    assert any("which is a module in `models.first`" in why for why in whys(load(root)))
