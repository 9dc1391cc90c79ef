"""Linux's own FPU switching, one text per era."""
