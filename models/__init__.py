"""Models: what is claimed about hardware, kernels and hypervisors."""
