"""Accesses to shared registers: who found what in them, for the properties of every system."""

from nestproof.models.ownership.contents import Contents, Context
from verifier.language import Family, event, ghost, observer


@ghost
class Latest:
    """The value that each context wrote last."""

    value: Family[Context, bool] = Family()


@event
class FpuAccess:
    """A context executed an FPU instruction in this step, without a fault."""

    executed: bool = False
    context: Context = Context.INIT
    found: Contents = Contents()
    latest: bool = False


@event
class TransientAccess:
    """A task in user mode, or a guest, tried an FPU instruction in this step, with or without #NM.

    Until #NM is delivered a processor may execute what follows with what is in the registers.
    """

    tried: bool = False
    context: Context = Context.INIT
    found: Contents = Contents()


@observer("What TS, EM and the exception bitmap do not stop (LazyFP, CVE-2018-3665)")
def transient_access(access: TransientAccess, registers: Contents, context: Context) -> None:
    """Note what is in the registers when a context tries an FPU instruction."""
    access.tried = True
    access.context = context
    access.found = registers


@observer("An FPU instruction that completes reads the registers and writes a value of its own")
def fpu_access(
    access: FpuAccess, latest: Latest, registers: Contents, context: Context, value: bool
) -> None:
    """Note what the context finds in the registers, then let it write."""
    access.executed = True
    access.context = context
    access.found = registers
    access.latest = latest.value[context]
    fpu_write(latest, registers, context, value)


@observer("The first instruction of an FPU section loads registers without reading them")
def fpu_write(latest: Latest, registers: Contents, context: Context, value: bool) -> None:
    """Let the context write, whatever was in the registers."""
    registers.owner = context
    registers.value = value
    latest.value[context] = value
