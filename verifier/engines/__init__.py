"""The engines that search for proofs and for violations, and the one list of them."""
