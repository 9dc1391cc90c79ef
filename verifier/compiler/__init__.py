"""From a system to its circuit, which is compared with plain Python before anybody has it."""
