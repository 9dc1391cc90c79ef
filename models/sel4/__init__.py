"""seL4's lazy switching of the FPU between threads."""
