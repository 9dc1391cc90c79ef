"""Why a violation happened, and what would have avoided it."""
