"""What we keep: rows and queries, a file per noun; no decisions."""

from deconflict.store import alerts, audit, cases, duplicates, items, people, work  # noqa: F401  # every table is known once one is
