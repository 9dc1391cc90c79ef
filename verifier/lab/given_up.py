"""Whether L0 has given FPU registers up between a write and the read that follows, by its events.

The lab's VMM counts them: `kvm_fpu`'s unload, at every exit to user space, and
`x86_fpu_regs_deactivated` of the thread while KVM has the guest's registers loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifier.lab.encodings import Issued
from verifier.lab.judge import runs
from verifier.lab.layout import UNWRITTEN
from verifier.lab.outcomes import Reported
from verifier.lab.programs import L1, L2, Program, Read, Write
from verifier.lab.register_forms import COMPETE, GIVE_UP, NOBODY

LOW_BYTE = 0xFF
REQUIRED = {"quick": 100, "full": 2000}
"""Of kvm-vmx, programs in which the registers were given up, by the list."""


@dataclass
class GivenUp:
    """Programs about the contents of FPU registers."""

    programs: int = 0
    put_away: int = 0
    """In which KVM has put the guest's registers away after the write and before the read."""
    switched: int = 0
    """In which the thread was also switched from while the guest's registers were loaded."""

    def add(self, program: Program, reported: Sequence[Reported]) -> None:
        """One more program, if it is about them."""
        counts = list(_counts(program, reported))
        if not counts:
            return
        self.programs += 1
        shown = [count for _, count in counts if count not in (UNWRITTEN, NOBODY)]
        if len(shown) == len(counts) and shown[0] & LOW_BYTE:
            self.put_away += 1
            is_last = [count >> 8 for one, count in counts if one.form is GIVE_UP]
            self.switched += len(counts) > 1 and is_last[-1] > 0


def counts_given_up(program: Program) -> bool:
    """Whether some result says how often a machine's host has put registers away."""
    codes = [act.code for act in program.acts if isinstance(act, L1 | L2)]
    return any(one.form in (GIVE_UP, COMPETE) for code in codes for one in code)


def _counts(program: Program, reported: Sequence[Reported]) -> Iterator[tuple[Issued, int]]:
    """What the ports have returned, in their order."""
    acts = [act for act in program.acts if not isinstance(act, Write | Read)]
    for act, outcome in zip(acts, runs(reported), strict=True):
        for one in act.code if isinstance(act, L1 | L2) else ():
            if one.form in (GIVE_UP, COMPETE):
                yield one, outcome.results[one.slot]
