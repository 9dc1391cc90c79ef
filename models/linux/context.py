"""Where preemption is on, and where the kernel may sleep."""

from nestproof.models.linux.task import Host, Interrupt, Place
from verifier.language import abstracts


@abstracts("Between the two parts of kernel_fpu_begin")
def opening(place: Place) -> bool:
    """Whether a kernel FPU section is being opened."""
    return (place == Place.FPU_SAVED) | (place == Place.FPU_FREE)


@abstracts("kernel_fpu_begin switches preemption off, kernel_fpu_end on")
def is_preemptible(place: Place) -> bool:
    """Whether a task can be switched out where it stands."""
    return (opening(place) | (place == Place.KERNEL_FPU)) ^ True


@abstracts("What __might_sleep checks: neither an interrupt nor preemption switched off")
def may_sleep(host: Host) -> bool:
    """Whether the kernel is in process context with preemption on."""
    return (host.interrupt == Interrupt.NONE) & is_preemptible(host.running.place)
