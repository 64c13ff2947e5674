"""Whether a side's unit or team has the word, as its own desk reads and writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from deconflict.domain.levels import CANNOT, HAS_IT, PASSED_ON, RECEIVED, TEAM, UNIT
from deconflict.domain.party import PartyCaseView
from deconflict.web.filing_words import moment_words

ASKED = {UNIT: _l("Does your unit have it?"), TEAM: _l("Does your team have it?")}
ANSWERS: dict[str, dict[str, Any]] = {
    UNIT: {
        RECEIVED: _l("The unit has it and confirms"),
        PASSED_ON: _l("Passed on, no word back yet"),
        CANNOT: _l("The unit has it and cannot comply"),
    },
    TEAM: {
        RECEIVED: _l("The team has it and confirms"),
        PASSED_ON: _l("Passed on, no word back yet"),
        CANNOT: _l("The team has it and cannot comply"),
    },
}


@dataclass(frozen=True, slots=True)
class Passing:
    """`said`: what was said of it so far and when, in words, newest first; `has_it`: some of that says that it has the word."""

    asked: Any
    answers: Mapping[str, Any]
    said: list[tuple[Any, str]]
    has_it: bool


def passing_of(view: PartyCaseView) -> Passing | None:
    """None where nobody leaves, or where nothing stands any more."""
    if not view.behind:
        return None
    words = ANSWERS[view.behind]
    said = [heard for heard in reversed(view.passed) if heard.answer in words]
    return Passing(
        asked=ASKED[view.behind],
        answers=words,
        said=[(words[heard.answer], moment_words(heard.at)) for heard in said],
        has_it=any(heard.answer in HAS_IT for heard in said),
    )
