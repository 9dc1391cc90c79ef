"""Runs the command as a person does, without importing it anew every time.

A server has everything imported but models, and forks for each command: a process of its own with
its own folder, environment, streams and exit code, half a second sooner.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import verifier

HOME = Path(verifier.__file__).parent.parent
STREAMS = ("in", "out", "err")
SECONDS = 600.0
"""After which a command has hung, on a machine however busy."""


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    out: str
    err: str
    code: int


def ran(
    arguments: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    stdin: str = "",
    streams: Mapping[str, str] | None = None,
) -> Ran:
    """`nestproof` with arguments, in a folder and an environment, to its end.

    Of `streams`, which are `in`, `out` or `err`, nothing is read here: a terminal, a full device.
    """
    with TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in STREAMS}
        for file in files.values():
            file.write_text("")
        files["in"].write_text(stdin)
        request = {
            "arguments": list(arguments),
            "cwd": str(cwd),
            "environment": dict(environment),
            "streams": [(streams or {}).get(name, str(file)) for name, file in files.items()],
        }
        code = _answer(_server(os.getpid()), request)
        return Ran(files["out"].read_text(), files["err"].read_text(), code)


@cache
def _server(_: int) -> subprocess.Popen[str]:
    """The server of this process; it ends when its standard input does."""
    return subprocess.Popen(
        [sys.executable, "-c", "from tests.command import serve; serve()"],
        cwd=HOME,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _answer(server: subprocess.Popen[str], request: Mapping[str, Any]) -> int:
    assert server.stdin is not None
    assert server.stdout is not None
    print(json.dumps(request), file=server.stdin, flush=True)
    if not select([server.stdout], [], [], SECONDS)[0]:
        server.kill()
        _server.cache_clear()
        raise TimeoutError(f"`{' '.join(request['arguments'])}` takes over {SECONDS:.0f} s")
    return int(server.stdout.readline())


def serve() -> None:
    """Answer each request on standard input with the exit code of a fork that runs it."""
    preload()
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            try:
                become(json.loads(line))
            except SystemExit as end:
                _end(0 if end.code is None else end.code)
                raise
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def preload() -> None:
    """Import everything that a command may need, and find what is the same for each.

    Of Z3 each would make a context of its own, whose memory takes longer than what is asked of it.
    """
    late = ("verifier.template", "verifier.viewer.screen", "verifier.lab", "verifier.reports.lab")
    for module in pkgutil.walk_packages(verifier.__path__, "verifier."):
        if not module.name.startswith(late):
            import_module(module.name)
    import z3

    from verifier.project import circuit_cache

    z3.main_ctx()
    circuit_cache.own_text()
    circuit_cache._python()
    gc.freeze()


def become(request: Mapping[str, Any]) -> NoReturn:
    """Be the command: everything as if it had been started so."""
    for number, (name, mode) in enumerate(zip(request["streams"], "rww", strict=True)):
        with open(name, mode) as file:
            os.dup2(file.fileno(), number)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["cwd"])
    sys.argv = ["nestproof", *request["arguments"]]
    sys.path[0] = request["cwd"]
    from verifier.__main__ import main

    main()
    sys.exit()


def _end(code: object) -> None:
    """End a fork of the server without taking apart all that is loaded."""
    if isinstance(code, int):
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            atexit._run_exitfuncs()  # temporary folders go
            os._exit(code & 255)
