"""`nestproof`, also as `python -m verifier`: interruptible from the first import on."""

import gc
import sys

ALIVE = 200_000
"""New objects after which garbage is looked for: gates and lemmas live on, and are many."""


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(ALIVE)
    try:
        from verifier.cli import main as run

        run()
    except KeyboardInterrupt:
        print("interrupted: nothing half written was left behind", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
