"""The interface that the FPU code of v5.2 and later offers to the rest of the kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nestproof.models.linux.deferred import DeferredHost, Point, UserTask
    from nestproof.models.linux.task import TaskName


@dataclass(frozen=True, repr=False)
class DeferredEra:
    """One kernel version's FPU functions.

    `reads_owner_once`: copy_fpstate_to_sigframe may go on with a value of fpu_fpregs_owner_ctx
    that it read before it slept (59c4bd853abc reads it again). `failed_load_disowns`: registers
    that an interrupted load from a signal frame has changed are nobody's (bbc55341b9c6);
    `failed_copy_disowns` says so of a load from the image, `loads_in_parts` that such a load may
    change registers before it is refused.
    `hardirq_asks`: interrupt handlers do not use the FPU in code that holds fpregs_lock
    (59f5ede3bc0f). `clear` and `flush` do the next part of giving the current task initial
    registers, for a signal handler or at the end of one, and for exec. `sigreturn` and
    `sigreturn_slowly` begin with a frame that is loaded at once, and with one that is copied;
    `falls_back`: after a page fault the first is tried like the second.
    `clone_begin` returns whether the child is done; else `clone_end` gives it the registers.
    `marks_first`: a copied frame counts as the registers' image before it is loaded (until v5.1).
    `cannot_be_left` and `softirqs_off` say where a task stands with preemption or softirqs off,
    kernel FPU sections apart.
    """

    version: str
    switch_to: Callable[[DeferredHost, TaskName], None]
    clear: Callable[[DeferredHost], None]
    flush: Callable[[DeferredHost], None]
    drop: Callable[[DeferredHost], None]
    sigreturn: Callable[[DeferredHost], None]
    sigreturn_slowly: Callable[[DeferredHost], None]
    clone_begin: Callable[[DeferredHost, UserTask], bool]
    clone_end: Callable[[DeferredHost, UserTask], None]
    exit_to_user_mode: Callable[[DeferredHost], None]
    kernel_fpu_begin: Callable[[DeferredHost], None]
    kernel_fpu_end: Callable[[DeferredHost], None]
    irq_fpu_usable: Callable[[DeferredHost, bool], bool]
    cannot_be_left: Callable[[Point], bool]
    softirqs_off: Callable[[Point], bool]
    reads_owner_once: bool = False
    failed_load_disowns: bool = True
    failed_copy_disowns: bool = False
    loads_in_parts: bool = False
    hardirq_asks: bool = True
    falls_back: bool = False
    marks_first: bool = False

    def __repr__(self) -> str:
        return self.version
