"""What we keep: rows and queries, a file per noun; no decisions."""

# Every table is known once one is.
from deconflict.store import alerts, attempts, audit, cases, duplicates, items, letters, people, work  # noqa: F401
