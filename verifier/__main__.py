"""`python -m verifier` is `nestproof`."""

from verifier.cli import main

main()
