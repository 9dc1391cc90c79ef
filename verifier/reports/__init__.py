"""Results for terminals, logs, pull requests, code scanning, test reports and programs."""
