"""The interface that a kernel version's FPU code offers to the rest of the kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nestproof.models.linux.task import Fpu, Host, Place, Task, TaskName


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
    do_device_not_available: Callable[[Host], None]
    finish_device_not_available: Callable[[Host], None]
    switch_to: Callable[[Host, TaskName, bool], None]
    unlazy_fpu: Callable[[Host], None]
    unlazy_fpu_rest: Callable[[Host], None]
    math_error: Callable[[Host], None]
    kernel_fpu_begin: Callable[[Host], None]
    kernel_fpu_begin_save: Callable[[Host], Place]
    kernel_fpu_begin_rest: Callable[[Host, Place], None]
    kernel_fpu_end: Callable[[Host], None]
    irq_fpu_usable: Callable[[Host], bool]
    fpu_save_init: Callable[[Host, Fpu], bool]
    fpu_restore_checking: Callable[[Host, Fpu], bool]
    foreign_write: Callable[[Host, TaskName], None]
    write_refused: Callable[[Host, TaskName], None]
    start_afresh: Callable[[Host], None]
    take_registers: Callable[[Host], None]
    sleeps_at: Callable[[Place], bool]
    drops_fpu: bool = False
    reinitialises: bool = False
    switch_fpu_return: Callable[[Host], None] | None = None

    def __repr__(self) -> str:
        return self.version
