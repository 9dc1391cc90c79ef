"""Whose data is in shared registers, and who met what there, of any system, with or without x86."""
