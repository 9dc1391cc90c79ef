"""KVM and XCR0: the VMM thread and another task of an eager host, and a guest of the first.

The guest has the FPU, or is given it when it is entered.
"""

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import fpu_access
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.xcr0.kvm import (
    __kvm_set_xcr,
    kvm_load_guest_fpu,
    kvm_load_guest_xcr0,
    kvm_put_guest_fpu,
    kvm_put_guest_xcr0,
    load_current,
    save_current,
)
from nestproof.models.xcr0.state import Era, Machine, Name, Phase
from verifier.language import (
    Act,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    System,
    Table,
    abstracts,
    assume,
    observer,
    step,
)


@abstracts("Whose FPU instructions are executed")
def runs(machine: Machine) -> Context:
    """The guest while it runs, or the current task."""
    if machine.phase == Phase.GUEST:
        return Context.GUEST
    return machine.tasks[machine.current].context


@abstracts("User mode or the guest; in KVM_RUN the thread executes no FPU instruction")
def executes(machine: Machine) -> bool:
    """Whether whoever runs can execute an FPU instruction."""
    in_guest = machine.phase == Phase.GUEST
    kvm_run = (machine.current == Name.VMM) & (machine.phase != Phase.USER)
    return (kvm_run ^ True) | (in_guest & machine.guest_fpu_loaded)


@step
def sse_instruction(machine: Machine, value: bool) -> None:
    """A task or the guest executes an x87 or SSE instruction."""
    assume(executes(machine))
    fpu_access(machine.access, machine.latest_sse, machine.registers.sse, runs(machine), value)


@step
def avx_instruction(machine: Machine, value: bool) -> None:
    """A task or the guest executes an AVX instruction, which XCR0 allows."""
    assume(executes(machine) & machine.xcr0_avx)
    machine.registers.has_avx = True
    fpu_access(machine.access, machine.latest_avx, machine.registers.avx, runs(machine), value)


@step
def kvm_run(machine: Machine) -> None:
    """The VMM thread calls KVM_RUN."""
    assume((machine.current == Name.VMM) & (machine.phase == Phase.USER))
    machine.phase = Phase.HOST
    if machine.era.swaps_in_kvm_run:
        kvm_load_guest_fpu(machine)


@step
def kvm_run_ends(machine: Machine) -> None:
    """It returns: vcpu_put."""
    assume((machine.current == Name.VMM) & (machine.phase == Phase.HOST))
    kvm_put_guest_fpu(machine)
    machine.phase = Phase.USER


@step
def enter(machine: Machine, active: bool) -> None:
    """The guest is entered; `active`: it has the FPU."""
    assume((machine.current == Name.VMM) & (machine.phase == Phase.HOST))
    if active:
        kvm_load_guest_fpu(machine)
    kvm_load_guest_xcr0(machine)
    machine.phase = Phase.GUEST


@step
def leave(machine: Machine) -> None:
    """The guest exits."""
    assume(machine.phase == Phase.GUEST)
    if machine.era.puts_at_exit:
        kvm_put_guest_xcr0(machine)
    machine.phase = Phase.HOST


@step
def xsetbv(machine: Machine, avx: bool) -> None:
    """The guest exits by XSETBV."""
    leave(machine)
    __kvm_set_xcr(machine, avx)


@step
def machine_check(machine: Machine) -> None:
    """A machine check interrupts the guest, and do_machine_check may sleep."""
    assume(machine.phase == Phase.GUEST)
    if machine.era.puts_first:
        kvm_put_guest_xcr0(machine)
    machine.phase = Phase.MACHINE_CHECK


@step
def machine_check_ends(machine: Machine) -> None:
    """The rest of the exit."""
    assume((machine.current == Name.VMM) & (machine.phase == Phase.MACHINE_CHECK))
    if machine.era.puts_at_exit:
        kvm_put_guest_xcr0(machine)
    machine.phase = Phase.HOST


@step
def schedule(machine: Machine) -> None:
    """The other task runs; before v4.15 the VMM thread gives up the guest's registers first."""
    assume(machine.phase != Phase.GUEST)
    if machine.current == Name.VMM and not machine.era.swaps_in_kvm_run:
        kvm_put_guest_fpu(machine)
    save_current(machine)
    machine.current = Name.OTHER if machine.current == Name.VMM else Name.VMM
    load_current(machine)


@step
def interrupt(machine: Machine) -> None:
    """An interrupt handler uses the FPU in a kernel_fpu section, in user mode or in KVM_RUN.

    Before v4.15 it may not while the guest's registers are loaded, which is a section, too.
    """
    assume(machine.phase != Phase.GUEST)
    assume(machine.era.swaps_in_kvm_run | (machine.guest_fpu_loaded ^ True))
    save_current(machine)
    compute(machine)
    load_current(machine)


@observer("What the handler computes with is nobody's")
def compute(machine: Machine) -> None:
    """The registers are the kernel's."""
    machine.registers.sse = Contents(owner=Context.INTERRUPT)


def acts(now: Moment[Machine]) -> Act:
    """Who runs, and who uses the registers."""
    does = ownership.touches_the_registers(now, lambda machine: machine.access)
    return Act(does=does, by=lane(now.before))


def lane(machine: Machine) -> str:
    """The guest, or the task that runs."""
    return "guest" if machine.phase == Phase.GUEST else machine.current.name


def headline(now: Moment[Machine]) -> Sentence | None:
    """What somebody finds in the registers."""
    return ownership.found_in_the_registers(now, lambda machine: machine.access)


SHOWN: Presentation[Machine] = Presentation(
    lanes=Lanes(lane),
    acts=acts,
    tables=(
        Table("processor", "the processor", lambda m: (m.registers, m.xcr0_avx)),
        Table("images", "the images", lambda m: (m.tasks, m.guest_fpu)),
    ),
    hands=ownership.HANDS,
    headline=headline,
    words={"avx": "AVX", "fpu": "FPU", "sse": "SSE", "xcr0": "XCR0"},
)
"""How people are shown executions: guest and tasks, and whose the registers are."""

STEPS = (
    sse_instruction,
    avx_instruction,
    kvm_run,
    kvm_run_ends,
    enter,
    leave,
    xsetbv,
    machine_check,
    machine_check_ends,
    schedule,
    interrupt,
)


def kvm(era: Era, summary: str) -> System:
    """The VMM thread is in user mode; the guest's XCR0 has no AVX."""
    start = Machine(era=era)
    return System(f"kvm-xcr0/{era.version}", start, STEPS, summary, presentation=SHOWN)


V3_4_XSETBV = kvm(
    Era("v3.4+xsetbv", swaps_in_kvm_run=False, xsetbv_puts=False, puts_at_exit=False),
    "KVM of v3.4: XSETBV makes it forget that the guest's XCR0 is loaded.",
)
V3_12_IRQ = kvm(
    Era("v3.12+irq", swaps_in_kvm_run=False, puts_at_exit=False),
    "KVM of v3.12 on an eager host: the guest's XCR0 stays loaded until the thread is left.",
)
V4_19_MCE = kvm(
    Era("v4.19+mce", puts_first=False),
    "KVM of v4.19: a machine check is handled under the guest's XCR0, and may sleep.",
)
V5_2 = kvm(Era("v5.2"), "KVM of v5.2: the host's XCR0 is the first thing loaded behind an exit.")
