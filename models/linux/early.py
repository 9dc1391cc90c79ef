"""Mistakes of kernels before v3.3, as they would be in v3.4 and v3.7, whose text can be read.

Each undoes one repair, but for PadLock, which is here with its own.
"""

from nestproof.models.linux import fpu_internal, processor, signals
from nestproof.models.linux.context import can_be_left
from nestproof.models.linux.instructions import clts, stts
from nestproof.models.linux.native import Native
from nestproof.models.linux.task import Interrupt, Linux, TaskName
from verifier.language import abstracts, assume, models, step


@abstracts("870568b39064: the end of __switch_to preloads by fpu_counter, and not by used_math")
def switch_to_preloading_unused(host: Linux, to: TaskName, frequent: bool) -> None:
    """As v3.4, but a state that is not there is preloaded, too: it is allocated first."""
    fpu_internal.switch_to(host, to, frequent)
    task = host.running
    unused = task.fpu_counter & frequent & (task.used_math ^ True)
    assert not unused, "__switch_to: sleeping function called from invalid context"


@step
def signal_clears_used_math_first(s: Native) -> None:
    """A signal is delivered: used_math is cleared before the registers are saved (06c38d5e36b)."""
    signals.signal(s)
    s.host.running.used_math = False


@step
def hardirq_on_its_own_stack(s: Native) -> None:
    """An interrupt handler of a 32-bit kernel uses the FPU; TS_USEDFPU is that of its stack.

    thread_info is at the bottom of the stack, so that an interrupt has another (f94edacf9985).
    """
    has_fpu = s.host.running.fpu.has_fpu
    before = s.host.this_cpu.interrupt
    s.host.this_cpu.interrupt = processor.interrupted(s.host)
    assume(s.host.era.irq_fpu_usable(s.host))
    s.host.running.fpu.has_fpu = False
    s.host.era.kernel_fpu_begin(s.host)
    processor.clobber(s)
    s.host.era.kernel_fpu_end(s.host)
    s.host.running.fpu.has_fpu = has_fpu
    s.host.this_cpu.interrupt = before


@models("arch/x86/include/asm/i387.h", "irq_ts_save", since="v2.6.31", until="v4.2")
def irq_ts_save(host: Linux) -> bool:
    """Clear TS where #NM must not be raised; whether it was set."""
    if can_be_left(host) or not host.cr0.ts:
        return False
    clts(host)
    return True


@models("arch/x86/include/asm/i387.h", "irq_ts_restore", since="v2.6.31", until="v4.2")
def irq_ts_restore(host: Linux, ts: bool) -> None:
    """Set TS again."""
    if ts:
        stts(host)


@abstracts("PadLock instructions raise #NM while TS is set, and use no registers")
def xcrypt(host: Linux) -> None:
    """The handler gives the running task its registers."""
    if host.cr0.ts:
        host.era.do_device_not_available(host)


@step
def padlock(s: Native) -> None:
    """An interrupt executes an instruction of PadLock in the middle of anything (e49140120c8)."""
    before = s.host.this_cpu.interrupt
    s.host.this_cpu.interrupt = Interrupt.FROM_KERNEL
    ts = irq_ts_save(s.host)
    xcrypt(s.host)
    irq_ts_restore(s.host, ts)
    s.host.this_cpu.interrupt = before
