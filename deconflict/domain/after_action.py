"""Codes of a note that is written after both have happened. They read the same in both languages, accuse nobody, and can be counted."""

from __future__ import annotations

HAPPENED = ("both", "humanitarian_only", "mission_only", "neither", "unknown")
SEEN = ("nothing", "together", "tension", "turned_back", "harm", "unknown")
LESSONS = (
    *("filed_late", "found_late", "no_release", "no_answer", "not_reached"),
    *("declined", "agreed_not_done", "proceeded", "rule", "other"),
)
