"""What the proofs of repaired nested KVM leave out, each put back alone: all are violated."""

from collections.abc import Callable

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.emulated_cr0 import emulate_cr0_instruction, set_unchanged_sregs
from nestproof.models.linux import fpu_core
from nestproof.models.systems.kvm_nvmx import (
    l1_programs_cache_bits,
    l1_programs_host_nw,
    l1_programs_two_wrongs,
    nested,
)
from verifier.language import System


def put_back(name: str, summary: str, *more: Callable[..., None]) -> System:
    """v4.20-repaired, and more that can happen."""
    return nested(f"v4.20+{name}", fpu_core.V4_10, kvm_era.V4_20_REPAIRED, summary, *more)


V4_20_EMULATION = put_back(
    "emulation",
    "L0 emulates instructions on CR0 of L2, and asks nobody whether L1 intercepts them.",
    emulate_cr0_instruction,
)
V4_20_SREGS = put_back(
    "sregs",
    "The VMM gives KVM_SET_SREGS what KVM_GET_SREGS has returned while L2 is active.",
    set_unchanged_sregs,
)
V4_20_CACHE_BITS = put_back(
    "cache-bits",
    "NW and CD of VMCS12, which VM entries and exits ignore, reach the CR0 that guests read.",
    l1_programs_cache_bits,
    l1_programs_host_nw,
)
V4_20_CHECK_ORDER = put_back(
    "check-order",
    "L1 asks for a refused control and an invalid GUEST_CR0 at once.",
    l1_programs_two_wrongs,
)
