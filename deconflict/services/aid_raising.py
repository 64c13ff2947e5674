"""A verified report is raised with the mission by a letter that says place, day and kind, and nothing of who reported; its answer has a
clock, and silence goes to the heads of the mission. What was written is kept as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from deconflict.channels.aid_letters import LANGUAGES, Letter, day_words, render
from deconflict.domain.aid_words import KINDS
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.free_text import check_words
from deconflict.domain.places import label
from deconflict.domain.procedures import Due, Noun
from deconflict.services.aid_clocks import due_in
from deconflict.services.procedures import move, taken
from deconflict.store.base import transaction
from deconflict.store.procedures import Procedure


def raise_with_mission(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """The letter stands on the page of the mission's CIMIC desk, whose clock runs from today."""
    with transaction() as session:
        row = taken(session, Noun.AID_REPORT, reference, version, by)
        due = due_in("raised", mission, now)
        change = {"raised_on": _today(now, mission), **_letters(row, Letter.RAISE, due, mission, now)}
        move(session, row, "raise", by, mission, now, change=change, due=due)


def respond(reference: str, version: int, code: str, words: str, by: Audience, mission: Mission, now: datetime) -> None:
    """The mission's answer, by its desk, or by the officer to whom it was told."""
    check_words(words, by, "words")
    with transaction() as session:
        row = taken(session, Noun.AID_REPORT, reference, version, by)
        change = {"response": code, "responded_on": _today(now, mission)}
        due = due_in("responded", mission, now)
        move(session, row, "respond", by, mission, now, change=change, code=code, words=words, due=due)


def escalate(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """By letter to the heads of the mission."""
    with transaction() as session:
        row = taken(session, Noun.AID_REPORT, reference, version, by)
        change = _letters(row, Letter.ESCALATE, None, mission, now)
        move(session, row, "escalate", by, mission, now, change=change, due=due_in("escalated", mission, now))


def close(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    with transaction() as session:
        move(session, taken(session, Noun.AID_REPORT, reference, version, by), "close", by, mission, now)


def on_due(session: Session, row: Procedure, mission: Mission, now: datetime) -> None:
    """The clock: a new report is put before the officers; no answer in time is no answer, and goes to the OCHA head."""
    if row.due_event == "lay_open":
        row.wait_for(due_in("reported", mission, now, row))
        return
    move(session, row, "lapse", None, mission, now, due=due_in("unanswered", mission, now))


def _today(now: datetime, mission: Mission) -> str:
    return now.astimezone(mission.zone).date().isoformat()


def _letters(row: Procedure, letter: Letter, due: Due | None, mission: Mission, now: datetime) -> dict[str, Any]:
    texts = {tag: render(letter, tag, _facts(row, due, mission, tag, now)) for tag in LANGUAGES}
    written = {"to": str(letter), "on": _today(now, mission), **texts}
    return {"letters": [*row.facts.get("letters", ()), written]}


def _facts(row: Procedure, due: Due | None, mission: Mission, tag: str, now: datetime) -> Mapping[str, str]:
    place = mission.gazetteer.meant(row.pcode, row.cod_version)
    last = due.at.astimezone(mission.zone).date() if due and due.at else None
    raised = row.facts.get("raised_on", _today(now, mission))
    return {
        "reference": row.reference,
        "kind": KINDS[row.facts["kind"]][tag],
        "place": label(place) if place else "-",
        "day": day_words(date.fromisoformat(row.facts["day"]), tag),
        "until": day_words(last, tag) if last else "",
        "today": day_words(now.astimezone(mission.zone).date(), tag),
        "raised": day_words(date.fromisoformat(raised), tag),
        "mission": mission.name[tag],
    }
