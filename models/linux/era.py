"""The interface that a kernel version's FPU code offers to the rest of the kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nestproof.models.linux.task import Fpu, Linux, Place, Task, TaskName


@dataclass(frozen=True, repr=False)
class Era:
    """One kernel version's FPU functions, by the names of the latest version that has them.

    `keeps_owner`: registers that a task left behind are used again without a load.
    `cpu_up_forgets_owner`: a processor that is switched on has nobody's registers (644c15418638).
    `frame_copied`: where a task stands when a signal frame has got its image, not its registers.
    A function that the source does not protect from preemption or interrupts comes in parts:
    `kernel_fpu_begin_save` and `kernel_fpu_begin_rest` make up `kernel_fpu_begin`; `start_afresh`
    and `take_registers` do the next part from the place where the current task stands.
    `fpu_restore_checking` returns whether XRSTOR refuses the image; `write_refused` writes such an
    image. `drops_fpu`: a task whose image is refused loses used_math with its registers (v3.7).
    `reinitialises`: it gets the initial state in its registers (d5c8028b4788).
    `unlazy_fpu_rest` is the rest of `unlazy_fpu` where that has left the task at SAVE_DESTROYED.
    `math_error(host)` is what the function of that name does to the FPU, with preemption on.
    `sleeps_at` says where the source can sleep, which is where a kernel without CONFIG_PREEMPT can
    leave a task. `switch_to(host, to, frequent)` is the FPU part of `__switch_to`; `frequent` says,
    of a next task whose fpu_counter is not 0, whether it is above 5. `switch_fpu_return` loads the
    current task's registers on its way to user mode, where a switch does not (v5.2).
    """

    version: str
    lazy: bool
    keeps_owner: bool
    cpu_up_forgets_owner: bool
    frame_copied: Place
    init_fpu: Callable[[Task], None]
    do_device_not_available: Callable[[Linux], None]
    finish_device_not_available: Callable[[Linux], None]
    switch_to: Callable[[Linux, TaskName, bool], None]
    unlazy_fpu: Callable[[Linux], None]
    unlazy_fpu_rest: Callable[[Linux], None]
    math_error: Callable[[Linux], None]
    kernel_fpu_begin: Callable[[Linux], None]
    kernel_fpu_begin_save: Callable[[Linux], Place]
    kernel_fpu_begin_rest: Callable[[Linux, Place], None]
    kernel_fpu_end: Callable[[Linux], None]
    irq_fpu_usable: Callable[[Linux], bool]
    fpu_save_init: Callable[[Linux, Fpu], bool]
    fpu_restore_checking: Callable[[Linux, Fpu], bool]
    foreign_write: Callable[[Linux, TaskName], None]
    write_refused: Callable[[Linux, TaskName], None]
    start_afresh: Callable[[Linux], None]
    take_registers: Callable[[Linux], None]
    sleeps_at: Callable[[Place], bool]
    drops_fpu: bool = False
    reinitialises: bool = False
    switch_fpu_return: Callable[[Linux], None] | None = None

    def __repr__(self) -> str:
        return self.version
