"""`nestproof`, also as `python -m verifier`: interruptible from the first import on."""

import sys


def main() -> None:
    """Run the command line and exit."""
    try:
        from verifier.cli import main as run

        run()
    except KeyboardInterrupt:
        print("interrupted: nothing half written was left behind", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
