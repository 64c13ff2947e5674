"""Date-time groups: `041400ZNOV19` is 4 November 2019, 14:00 Zulu."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

from deconflict.domain.msgid import N_

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FRENCH = {"FEV": 2, "AVR": 4, "MAI": 5, "JUIN": 6, "JUIL": 7, "AOU": 8, "AOUT": 8}
GROUP = re.compile(r"(\d{2})(\d{2})(\d{2})([A-IK-Z])([A-Z]{3,4})(\d{2}|\d{4})", re.ASCII)


class BadDtg(ValueError):
    """A text that is no date-time group. `msgid` says how to write one."""

    msgid = N_("Write a date-time group like 041400ZNOV19: day, hour and minute, zone letter (Z is UTC), month, year.")

    def __init__(self) -> None:
        super().__init__(self.msgid)


def read_dtg(text: str) -> datetime:
    """Aware UTC. Any zone letter but J (local time, which depends on who reads); English or French months; spaces and small
    letters allowed; two digits of a year are of this century. Raises BadDtg."""
    letters = unicodedata.normalize("NFKD", "".join(text.upper().split()))  # FÉV, AOÛ
    found = GROUP.fullmatch("".join(letter for letter in letters if not unicodedata.combining(letter)))
    if found is None:
        raise BadDtg
    day, hour, minute, letter, month, year = found.groups()
    number = MONTHS.index(month) + 1 if month in MONTHS else FRENCH.get(month)
    if number is None:
        raise BadDtg
    zone = timezone(timedelta(hours=_offset_h(letter)))
    try:
        local = datetime(
            int(year) + (2000 if len(year) == 2 else 0), number, int(day), int(hour), int(minute), tzinfo=zone
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadDtg from None


def _offset_h(letter: str) -> int:
    """A to I are UTC+1 to +9, K to M +10 to +12, N to Y -1 to -12."""
    if letter == "Z":
        return 0
    east = "ABCDEFGHIKLM"
    return east.index(letter) + 1 if letter in east else ord("M") - ord(letter)


def format_dtg(at: datetime) -> str:
    """The group of an aware instant in Zulu, its seconds left off."""
    zulu = at.astimezone(UTC)
    return f"{zulu:%d%H%M}Z{MONTHS[zulu.month - 1]}{zulu:%y}"
