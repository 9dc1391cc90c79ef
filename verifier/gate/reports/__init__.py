"""The gate's findings for CI logs, test reports, code scanning, pull requests and programs."""
