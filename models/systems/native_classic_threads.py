"""The lazy FPU switching of native/classic among any number of threads."""

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from nestproof.models.ownership.contents import Context
from nestproof.models.systems import native_classic
from nestproof.models.systems.native_classic import Machine, Name, Thread, fpu_instruction, thread
from verifier.language import Family, System, record, step


def classic(contexts: Sequence[Context]) -> System:
    """The system of native/classic with one thread for each of these contexts.

    The threads are an enum of their own, made here, and so are the records that name them; to a
    type checker they are those of native/classic.
    """
    if TYPE_CHECKING:
        Threads: TypeAlias = Name
    else:
        Threads = Enum("Threads", {context.name: context.value for context in contexts})
    first, *_ = Threads

    @record
    class Shared(Machine):
        """The machine, with these threads."""

        threads: Family[Threads, Thread] = Family(
            {name: thread(context) for name, context in zip(Threads, contexts, strict=True)}
        )
        current: Threads = first
        owner: Threads = first

    @step
    def switch(m: Shared, to: Threads) -> None:
        """Another thread runs."""
        native_classic.switch(m, to)

    return System(
        f"native/classic-{len(contexts)}",
        Shared(),
        (fpu_instruction, switch),
        summary="As classic, among as many threads",
        presentation=native_classic.SHOWN,
    )
