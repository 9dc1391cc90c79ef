"""What KVM does about XCR0 and the guest's registers, and how its host switches tasks."""

from nestproof.models.ownership.contents import Contents
from nestproof.models.xcr0.state import Area, Machine, Name
from verifier.language import abstracts, models


@abstracts("XSAVE writes what is in XCR0, and leaves the rest of the image and of XSTATE_BV alone")
def xsave(machine: Machine, image: Area) -> None:
    """Save the registers."""
    image.sse = machine.registers.sse
    if machine.xcr0_avx:
        image.avx = machine.registers.avx
        image.has_avx = machine.registers.has_avx


@abstracts("XRSTOR of what is in XCR0, and #GP where XSTATE_BV has more")
def xrstor(machine: Machine, image: Area) -> None:
    """Load the registers, initial ones where XSTATE_BV has none."""
    assert machine.xcr0_avx or not image.has_avx, "XRSTOR raises #GP: XSTATE_BV is not within XCR0"
    machine.registers.sse = image.sse
    if machine.xcr0_avx:
        initial = Contents(owner=image.context)
        machine.registers.avx = image.avx if image.has_avx else initial
        machine.registers.has_avx = image.has_avx


@models("arch/x86/kvm/x86.c", "kvm_load_guest_xcr0", since="v2.6.36", until="v5.7")
def kvm_load_guest_xcr0(machine: Machine) -> None:
    """Load the guest's XCR0; CR4.OSXSAVE is set."""
    if not machine.guest_xcr0_loaded:
        machine.xcr0_avx = machine.guest_xcr0_avx
        machine.guest_xcr0_loaded = True


@models("arch/x86/kvm/x86.c", "kvm_put_guest_xcr0", since="v2.6.36", until="v5.7")
def kvm_put_guest_xcr0(machine: Machine) -> None:
    """Load the host's XCR0, if the guest's counts as loaded."""
    if machine.guest_xcr0_loaded:
        machine.xcr0_avx = True
        machine.guest_xcr0_loaded = False


@models("arch/x86/kvm/x86.c", "__kvm_set_xcr", since="v2.6.36", until="v5.7")
def __kvm_set_xcr(machine: Machine, avx: bool) -> None:
    """The guest's XCR0 is another, to be loaded at the next entry."""
    if machine.era.xsetbv_puts:
        kvm_put_guest_xcr0(machine)
    else:
        machine.guest_xcr0_loaded = False
    machine.guest_xcr0_avx = avx


@models("arch/x86/kvm/x86.c", "kvm_load_guest_fpu", since="v2.6.36", until="v5.2")
def kvm_load_guest_fpu(machine: Machine) -> None:
    """Save the thread's registers, load the guest's, all of them."""
    if not machine.guest_fpu_loaded:
        kvm_put_guest_xcr0(machine)
        machine.guest_fpu_loaded = True
        xsave(machine, machine.tasks[Name.VMM])
        xrstor(machine, machine.guest_fpu)


@models("arch/x86/kvm/x86.c", "kvm_put_guest_fpu", since="v2.6.36", until="v5.2")
def kvm_put_guest_fpu(machine: Machine) -> None:
    """Save the guest's registers, load the thread's."""
    kvm_put_guest_xcr0(machine)
    if machine.guest_fpu_loaded:
        machine.guest_fpu_loaded = False
        xsave(machine, machine.guest_fpu)
        xrstor(machine, machine.tasks[Name.VMM])


@abstracts("__switch_to of an eager kernel; while KVM_RUN swaps, the thread's are the guest's")
def save_current(machine: Machine) -> None:
    """Save the registers of whoever runs."""
    if machine.current == Name.VMM and machine.guest_fpu_loaded:
        xsave(machine, machine.guest_fpu)
    else:
        xsave(machine, machine.tasks[machine.current])


@abstracts("The other half")
def load_current(machine: Machine) -> None:
    """Load the registers of whoever runs."""
    if machine.current == Name.VMM and machine.guest_fpu_loaded:
        xrstor(machine, machine.guest_fpu)
    else:
        xrstor(machine, machine.tasks[machine.current])
