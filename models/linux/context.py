"""Where preemption is on, where the kernel sleeps, and where a task can be switched out."""

from nestproof.models.linux.task import Interrupt, Linux, Place
from verifier.language import abstracts


@abstracts("Between the two parts of kernel_fpu_begin")
def opening(place: Place) -> bool:
    """Whether a kernel FPU section is being opened."""
    return (place == Place.FPU_SAVED) | (place == Place.FPU_FREE)


@abstracts("kernel_fpu_begin and fpu__save switch preemption off, and on at their ends")
def is_preemptible(place: Place) -> bool:
    """Whether preemption is on where a task stands."""
    off = opening(place) | (place == Place.KERNEL_FPU) | (place == Place.SAVE_DESTROYED)
    return off ^ True


@abstracts("What __might_sleep checks: neither an interrupt nor preemption switched off")
def may_sleep(host: Linux) -> bool:
    """Whether the kernel is in process context with preemption on."""
    return (host.this_cpu.interrupt == Interrupt.NONE) & is_preemptible(host.running.place)


@abstracts(
    "Signal frames are in user memory, which may have to come from elsewhere; so may an image"
)
def sleeps_in_frames(place: Place) -> bool:
    """User mode, system calls, allocating, and the instructions that access a signal frame."""
    return (
        (place == Place.USER)
        | (place == Place.KERNEL)
        | (place == Place.SIGNALLED)
        | (place == Place.ALLOCATING)
        | (place == Place.FRAME_CHOSEN)
        | (place == Place.RETURN_OWNED)
    )


@abstracts("From v3.7 on the rest of a frame is copied behind the save, and read before the load")
def sleeps_beside_frames(place: Place) -> bool:
    """save_xstate_epilog comes before drop_init_fpu, check_for_xstate before user_fpu_begin."""
    beside = (place == Place.FRAME_SAVED) | (place == Place.RETURN_USED)
    return beside | sleeps_in_frames(place)


@abstracts("Without CONFIG_PREEMPT the kernel is left where it sleeps, and on the way to user mode")
def can_be_left(host: Linux) -> bool:
    """Whether another task can run next."""
    if host.preemptible:
        return may_sleep(host)
    return (host.this_cpu.interrupt == Interrupt.NONE) & host.era.sleeps_at(host.running.place)
