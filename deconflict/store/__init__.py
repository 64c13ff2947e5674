"""What we keep: rows and queries, a file per noun; no decisions."""

# Every table is known once one is.
from deconflict.store import (  # noqa: F401
    alerts,
    attempts,
    audit,
    brake,
    cases,
    check_ins,
    codes,
    counters,
    doubts,
    drills,
    duplicates,
    items,
    kept_forms,
    letters,
    notes,
    on_behalf,
    people,
    providers,
    self_tests,
    trials,
    work,
)
