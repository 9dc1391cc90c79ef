"""Tasks as the owner pointer of a processor names them."""

from nestproof.models.linux.task import Owner, TaskName
from verifier.language import abstracts


@abstracts("The owner pointer that names a task")
def owner_named(name: TaskName) -> Owner:
    """A task as a value of fpu_owner_task."""
    match name:
        case TaskName.A:
            return Owner.A
        case TaskName.B:
            return Owner.B
        case TaskName.C:
            return Owner.C
