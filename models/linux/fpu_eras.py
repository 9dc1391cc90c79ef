"""The versions of Linux whose FPU code is asm/fpu-internal.h: what differs between them."""

from dataclasses import replace

from nestproof.models.linux import fpu_internal, kernel_fpu
from nestproof.models.linux.context import sleeps_beside_frames, sleeps_in_frames
from nestproof.models.linux.era import Era
from nestproof.models.linux.task import Linux, Place
from verifier.language import models


@models("arch/x86/kernel/process.c", "flush_thread", since="v3.3", until="v3.7")
def start_afresh(host: Linux) -> None:
    """The next part of dropping the state that a signal frame has, or that exec ends."""
    task = host.running
    match task.place:
        case Place.FRAME_SAVED:
            fpu_internal.user_fpu_end(host)
            task.place = Place.DROPPED
        case Place.UNWANTED:
            fpu_internal.clear_fpu(host)
            task.place = Place.DROPPED
        case Place.DROPPED:
            task.used_math = False
            task.place = Place.FRESH


@models("arch/x86/kernel/xsave.c", "restore_i387_xstate", since="v3.4", until="v3.7")
def take_registers(host: Linux) -> None:
    """The next part of preparing the registers for a signal frame."""
    fpu_internal.user_fpu_begin(host)
    host.running.place = Place.RETURN_OWNED


@models("arch/x86/kernel/xsave.c", "save_xstate_sig", since="v3.7", until="v4.2")
def start_afresh_at_once(host: Linux) -> None:
    """Drop the state that a signal frame has, or that exec ends, in one part: drop_init_fpu."""
    fpu_internal.drop_init_fpu(host, host.running)
    host.running.place = Place.FRESH


@models("arch/x86/kernel/xsave.c", "__restore_xstate_sig", since="v3.7", until="v4.2")
def restore_xstate_sig(host: Linux) -> None:
    """The next part of preparing the registers for a signal frame."""
    fpu_internal.user_fpu_begin(host)
    host.running.place = Place.RETURN_OWNED


V3_4 = Era(
    version="v3.4",
    lazy=True,
    keeps_owner=True,
    cpu_up_forgets_owner=False,
    frame_copied=Place.DROPPED,
    init_fpu=fpu_internal.init_fpu,
    do_device_not_available=fpu_internal.do_device_not_available,
    finish_device_not_available=fpu_internal.finish_device_not_available,
    switch_to=fpu_internal.switch_to,
    unlazy_fpu=kernel_fpu.unlazy_fpu,
    unlazy_fpu_rest=kernel_fpu.unlazy_fpu,
    math_error=fpu_internal.save_init_fpu,
    kernel_fpu_begin=kernel_fpu.kernel_fpu_begin,
    kernel_fpu_begin_save=kernel_fpu.kernel_fpu_begin_save,
    kernel_fpu_begin_rest=kernel_fpu.kernel_fpu_begin_rest,
    kernel_fpu_end=kernel_fpu.kernel_fpu_end,
    irq_fpu_usable=kernel_fpu.irq_fpu_usable,
    fpu_save_init=fpu_internal.fpu_save_init,
    fpu_restore_checking=fpu_internal.fpu_restore_checking,
    foreign_write=kernel_fpu.foreign_write,
    write_refused=kernel_fpu.foreign_write_refused,
    start_afresh=start_afresh,
    take_registers=take_registers,
    sleeps_at=sleeps_in_frames,
)

V3_7 = replace(
    V3_4,
    version="v3.7",
    cpu_up_forgets_owner=True,
    frame_copied=Place.FRAME_SAVED,
    drops_fpu=True,
    start_afresh=start_afresh_at_once,
    take_registers=restore_xstate_sig,
    sleeps_at=sleeps_beside_frames,
)
V3_10 = replace(
    V3_7,
    version="v3.10",
    kernel_fpu_begin=kernel_fpu.__kernel_fpu_begin,
    kernel_fpu_begin_save=kernel_fpu.kernel_fpu_begin_clear,
    kernel_fpu_begin_rest=kernel_fpu.kernel_fpu_begin_save_last,
    irq_fpu_usable=kernel_fpu.irq_fpu_usable_eagerly,
)
V3_10_EAGER = replace(V3_10, version="v3.10, eager", lazy=False, keeps_owner=False)
