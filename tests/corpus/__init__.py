"""Small systems with known answers."""

from tests.corpus.known import Known
from tests.corpus.machines import MACHINES
from tests.corpus.protocols import PROTOCOLS

SYSTEMS: dict[str, Known] = MACHINES | PROTOCOLS
