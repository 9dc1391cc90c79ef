"""The guest's XCR0 in a host that switches its own tasks by XSAVE."""
