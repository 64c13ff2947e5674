"""What we keep: rows and queries, a file per noun; no decisions."""

# Every table is known once one is.
from deconflict.store import (  # noqa: F401
    alerts,
    attempts,
    audit,
    brake,
    cases,
    check_ins,
    close_outs,
    codes,
    convoys,
    counters,
    doubts,
    drafts,
    drills,
    duplicates,
    items,
    letters,
    notes,
    patterns,
    people,
    providers,
    self_tests,
    sites,
    trials,
    work,
)
