"""`nestproof`, also as `python -m verifier`: interruptible from the first import on."""

import gc
import sys

ALIVE = 200_000
"""New objects after which garbage is looked for: gates and lemmas live on, and are many."""


def main() -> None:
    """Run the command line and exit."""
    try:
        from verifier.processes.supervision import supervised

        supervised(_command)
    except KeyboardInterrupt:
        from verifier.processes.lifetime import end_all
        from verifier.processes.signals import WORDS

        code = end_all()
        print(f"{WORDS[code]}: nothing half written was left behind", file=sys.stderr)
        sys.exit(code)
    except OSError as error:  # not even what handles errors could be loaded
        print(f"error: nestproof cannot be loaded: {error.strerror or error}", file=sys.stderr)
        sys.exit(2)


def _command() -> None:
    """The command line, in a process that another waits for."""
    gc.set_threshold(ALIVE)
    from verifier.cli import main as run

    run()


if __name__ == "__main__":
    main()
