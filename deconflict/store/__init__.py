"""What we keep: rows and queries, a file per noun; no decisions."""

# Every table is known once one is.
from deconflict.store import (  # noqa: F401
    alerts,
    attempts,
    audit,
    cases,
    counters,
    duplicates,
    items,
    letters,
    people,
    providers,
    work,
)
