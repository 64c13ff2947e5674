"""What a cell says, as one canonical text whatever the file kept it as: 2026-12-01, 2026-12-01 06:00, 06:00, 2, 13.5, yes.

Whoever reads the texts further needs to know nothing of Excel's days since 1900 or of a country's decimal sign.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from deconflict.domain.msgid import N_
from deconflict.files.limits import MOST_CHARACTERS

DAY_S = 86_400
LONGEST_NUMBER = 60  # characters
LAST_DAY = 2_958_465  # 9999-12-31: what lies behind it Excel shows as ####

TOO_LONG = N_("This text has more than %(most)s characters. Shorten it.")
UNPRINTABLE = N_(
    "There is a character here that cannot be shown (half a sign, or a control character). Type the text anew."
)
NO_NUMBER = N_("“%(found)s” stands here as a number and is none. Type it anew.")
NO_DATE = N_(
    "The number %(found)s is formatted as a date, and there is no such day. Type the date anew, or change the format."
)

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell says nothing: a msgid and what fills it."""

    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)


Said = str | Fault


def text(raw: str) -> Said:
    """Without space around it, composed (NFC), lines ended by one newline; a page or line break of Word counts as one."""
    said = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n").strip()
    if _UNPRINTABLE.search(said):
        return Fault(UNPRINTABLE)
    said = unicodedata.normalize("NFC", said)
    return said if len(said) <= MOST_CHARACTERS else Fault(TOO_LONG, {"most": MOST_CHARACTERS})


def number(raw: str) -> Said:
    """Whole numbers without a point, others as short as they can be told apart, never with an exponent."""
    if not _is_number(raw):
        return Fault(NO_NUMBER, {"found": raw[:40]})
    if _INTEGER.fullmatch(raw):
        return str(int(raw))
    value = float(raw)
    if value in (float("inf"), float("-inf")):
        return Fault(NO_NUMBER, {"found": raw[:40]})
    written = format(Decimal(repr(value + 0.0)), "f")  # + 0.0: there is no minus nought
    return written.rstrip("0").rstrip(".") if "." in written else written


def moment(raw: str, epoch: datetime = WINDOWS_EPOCH, *, elapsed: bool = False) -> Said:
    """A number of days since `epoch` that is formatted as a date: a day, a day with a time, or below 1 a time alone; with
    `elapsed`, hours and minutes that may be more than a day's. To the second."""
    if not _is_number(raw):
        return Fault(NO_NUMBER, {"found": raw[:40]})
    days = float(raw)
    if not 0 <= days < LAST_DAY + 1:
        return Fault(NO_DATE, {"found": raw[:40]})
    whole, seconds = divmod(round(days * DAY_S), DAY_S)
    if elapsed:
        return _clock(whole * 24 + seconds // 3600, seconds % 3600, padded=False)
    if days < 1:
        return _clock(seconds // 3600, seconds % 3600) if whole == 0 else "23:59:59"
    try:
        day = from_excel(whole, epoch)
    except OverflowError:  # from 1904 on, the last days are behind the year 9999
        return Fault(NO_DATE, {"found": raw[:40]})
    return _day(day, _clock(seconds // 3600, seconds % 3600))


def iso(raw: str) -> Said:
    """A date as strict workbooks keep it: 2026-12-01T06:00:00."""
    written = raw.strip()
    try:
        if ":" in written and "-" not in written:
            clock = time.fromisoformat(written)
            return _clock(clock.hour, clock.minute * 60 + clock.second)
        day = datetime.fromisoformat(written)
    except ValueError:
        return Fault(NO_DATE, {"found": raw[:40]})
    return _day(day, _clock(day.hour, day.minute * 60 + day.second))


def _is_number(raw: str) -> bool:
    return len(raw) <= LONGEST_NUMBER and _NUMBER.fullmatch(raw) is not None


def _day(day: date, clock: str) -> str:
    said = f"{day.year:04}-{day.month:02}-{day.day:02}"
    return said if clock == "00:00" else f"{said} {clock}"


def _clock(hours: int, seconds: int, *, padded: bool = True) -> str:
    """Hours and the seconds within them."""
    minutes, rest = divmod(seconds, 60)
    said = f"{hours:02}:{minutes:02}" if padded else f"{hours}:{minutes:02}"
    return f"{said}:{rest:02}" if rest else said
