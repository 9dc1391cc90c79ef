"""Xen's lazy switching of the FPU between virtual CPUs."""
