"""The dialogue log in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import format_date

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.dialogue import Meeting, Promise, meeting_of
from deconflict.domain.every_procedure import sees_procedure
from deconflict.domain.meetings import (
    CYCLE,
    DOERS,
    FORCES,
    INTERPRETERS,
    KINDS,
    LANGUAGES,
    PRESENT,
    TOPICS,
)
from deconflict.domain.procedures import Label, ProcedureFacts
from deconflict.web.desk_case import area_name
from deconflict.web.language import label, named

DAY = "EEE d MMM yyyy"
FORCE_DOES: Label = {
    "en": "The force; the CMCoord officer asks for it",
    "fr": "La force ; le chargé de la coordination le lui rappelle",
}


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """`what` is the kind, and the force where one is met; `on` empty where no day is set."""

    reference: str
    url: str
    what: str
    area: str
    on: str
    place: str
    state: str


def lines_of(found: Iterable[ProcedureFacts], who: Audience) -> list[MeetingLine]:
    """Those that exist for the reader."""
    return [_line(facts, meeting_of(facts.facts)) for facts in found if sees_procedure(facts, who)]


def _line(facts: ProcedureFacts, meeting: Meeting) -> MeetingLine:
    return MeetingLine(
        reference=facts.reference,
        url=url_for("meetings.show", reference=facts.reference),
        what=what_words(meeting),
        area=area_name(meeting.area),
        on=day_words(meeting.on),
        place=meeting.place,
        state=label(dict(CYCLE.states[facts.state])),
    )


def what_words(meeting: Meeting) -> str:
    kind = said(KINDS, meeting.kind)
    return named(kind, said(FORCES, meeting.force)) if meeting.force else kind


def topics_words(meeting: Meeting) -> str:
    return ", ".join(said(TOPICS, code) for code in meeting.topics)


def present_words(meeting: Meeting) -> str:
    """As `OCHA: 2, Mission: 5`."""
    return ", ".join(named(said(PRESENT, code), count) for code, count in meeting.present.items())


def language_words(meeting: Meeting) -> str:
    spoken = [said(LANGUAGES, meeting.language), said(INTERPRETERS, meeting.interpreter)]
    return ", ".join(filter(None, spoken))


def doer_words(promise: Promise) -> str:
    return doers()[promise.who]


def doers() -> dict[str, str]:
    """Who may be asked to do what was promised."""
    return {code: label(roles.LABELS[code]) if code in roles.LABELS else label(dict(FORCE_DOES)) for code in DOERS}


def said(codes: Mapping[str, Label], code: str) -> str:
    """The words of a code; empty for none."""
    return label(dict(codes[code])) if code else ""


def choices(codes: Mapping[str, Label]) -> dict[str, str]:
    return {code: label(dict(words)) for code, words in codes.items()}


def day_words(day: date | datetime | None) -> str:
    return str(format_date(day, DAY)) if day else ""
