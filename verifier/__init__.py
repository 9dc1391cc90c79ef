"""nestproof: a model checker for who owns the FPU when kernels and hypervisors share it lazily."""
