"""Other names for fields, just similar enough and just not."""

from collections.abc import Mapping
from dataclasses import replace

from verifier.compiler.behaviour import Behaviour

AROUND_THE_THRESHOLD = [
    ("nested_vmx_restore_host_state", "nested_vmx_entry_failure", False),  # 0.49
    ("other_fpu_instruction", "kernel_fpu_begin", False),  # 0.486
    ("executes", "outcomes", True),  # 0.5
    ("user_fpu_begin", "switch_fpu_finish", True),  # 0.516
]
"""An old name, a new one, and whether they are similar."""


def called(behaviour: Behaviour, names: Mapping[str, str]) -> Behaviour:
    """The same with other names of fields; their latches have the old ones."""
    fields = tuple(
        replace(field, name=names.get(field.name, field.name)) for field in behaviour.fields
    )
    return replace(behaviour, fields=fields)
