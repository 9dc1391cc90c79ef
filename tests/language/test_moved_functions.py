"""Where a function comes from, as people read it, over versions."""

import pytest

from verifier.language import ModelError
from verifier.language.citations import Source


def test_a_function_whose_file_was_split_is_found_in_both_files() -> None:
    moved = (("v5.0", "vmx/nested.c"), ("v5.8", "vmx/nested.c", "nested_vmx_reflect_vmexit"))
    source = Source("vmx.c", "nested_vmx_exit_handled", "v3.1", moved=moved)
    assert str(source) == (
        "vmx.c: nested_vmx_exit_handled (since v3.1), "
        "vmx/nested.c: nested_vmx_exit_handled (since v5.0), "
        "vmx/nested.c: nested_vmx_reflect_vmexit (since v5.8)"
    )
    assert source.names == {"nested_vmx_exit_handled", "nested_vmx_reflect_vmexit"}


def test_a_range_of_versions_ends_before_until() -> None:
    source = Source("vmx.c", "vmx_fpu_activate", "v2.6.34", "v4.11")
    assert str(source) == "vmx.c: vmx_fpu_activate (since v2.6.34 until v4.11)"


def test_where_it_is_later_is_given_as_texts() -> None:
    with pytest.raises(ModelError, match="expected a text"):
        Source("vmx.c", "vmx_set_cr0", "v2.6.34", moved=(("v5.0", ""),))
