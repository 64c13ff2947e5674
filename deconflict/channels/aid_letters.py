"""The letters about aid given outside QIPs, from templates/aid_reports/letters/<language>/. They say place, day and kind in neutral words
and $names only, accuse nobody, and know nothing of who reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parents[2] / "templates" / "aid_reports" / "letters"
LANGUAGES = ("fr", "en")
MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


class Letter(StrEnum):
    """The value is its file name."""

    RAISE = "raise"  # to the CIMIC desk of the sector
    ESCALATE = "escalate"  # to the heads of the mission


def render(letter: Letter, language: str, facts: Mapping[str, str]) -> str:
    """The whole letter, as it is kept."""
    text = (FOLDER / language / f"{letter}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(facts).strip() + "\n"


def day_words(day: date, language: str) -> str:
    """As `12 mai 2020`, `1er mai 2020` and `12 May 2020`."""
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    return f"{number} {MONTHS[language][day.month - 1]} {day.year}"
