"""`nestproof`, also as `python -m verifier`: a signal ends it from the first import on."""

import _signal  # type: ignore[import-not-found]  # what `signal` is made of, without an import
import gc
import sys

ALIVE = 200_000
"""New objects after which garbage is looked for: gates and lemmas live on, and are many."""


def main() -> None:
    """Run the command line and exit.

    An exception in the middle of an import may turn into another one, so signals wait until what
    handles them is loaded.
    """
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, (_signal.SIGINT, _signal.SIGTERM))
    try:
        from verifier.processes.supervision import supervised

        supervised(_command, before)
    except KeyboardInterrupt:
        from verifier.processes.lifetime import end_all
        from verifier.processes.signals import WORDS

        code = end_all()
        print(f"{WORDS[code]}: nothing half written was left behind", file=sys.stderr)
        sys.exit(code)
    except OSError as error:  # not even what handles errors could be loaded
        print(f"error: nestproof cannot be loaded: {error.strerror or error}", file=sys.stderr)
        sys.exit(2)
    except Exception as error:  # nobody has expected it, and Python's own 1 would be a verdict
        from os import write
        from traceback import format_exc

        failure = f"{format_exc()}tool failure: {type(error).__name__}; please report it\n"
        write(2, failure.encode(errors="backslashreplace"))
        sys.exit(2)


def _command() -> None:
    """The command line, in a process that another waits for."""
    gc.set_threshold(ALIVE)
    from verifier.cli import main as run

    run()


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder: models find the modules that they find by `nestproof`
    main()
