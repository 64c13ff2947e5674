"""Days as lists have them in words: "10 déc. 2026", "1er mars 2027", "10.12.2026" become what one would type into the form."""

from __future__ import annotations

import re
from datetime import date

from deconflict.domain.places import fold

MONTHS = (
    ("janvier", "january"),
    ("fevrier", "february"),
    ("mars", "march"),
    ("avril", "april"),
    ("mai", "may"),
    ("juin", "june"),
    ("juillet", "july"),
    ("aout", "august"),
    ("septembre", "september"),
    ("octobre", "october"),
    ("novembre", "november"),
    ("decembre", "december"),
)
SHORTEST = 3  # letters of a month that is cut short
WORDS = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?([a-z]+)(\d{4})", re.ASCII)  # folded: without spaces, points, accents
DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


def day_typed(text: str) -> str:
    """The day as YYYY-MM-DD; the text as it is where it is none, or the month is not told by its letters ("jui")."""
    if found := DOTS.fullmatch(text.strip()):
        return _day(int(found[3]), int(found[2]), int(found[1])) or text
    if not (found := WORDS.fullmatch(fold(text))):
        return text
    months = [n for n, names in enumerate(MONTHS, 1) if any(name.startswith(found[2]) for name in names)]
    if len(months) != 1 or len(found[2]) < SHORTEST:
        return text
    return _day(int(found[3]), months[0], int(found[1])) or text


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
