"""Conditions that committees set: met, given more time, lifted, found not to be met after all."""

from __future__ import annotations

from datetime import UTC, date, datetime

from deconflict.domain import conditions
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import Due, Noun
from deconflict.domain.working_days import end_of
from deconflict.services.procedures import move, taken
from deconflict.store.base import transaction
from deconflict.store.procedures import procedure_facts


def take_step(
    reference: str,
    version: int,
    event: str,
    by: Audience,
    mission: Mission,
    now: datetime,
    *,
    words: str = "",
    until: date | None = None,
) -> None:
    """`done` by the role that was asked; `extend`, `lift` and `reopen` by whoever keeps the committee that set it. Raises NotFound,
    LostRace, WrongState, Refused."""
    check_words(words, by, "words")
    if event != "extend" and not words.strip():
        raise Refused(N_("Say in a few words what was done, or why."), field="words")
    with transaction() as session:
        row = taken(session, Noun.CONDITION, reference, version, by)
        allowed = conditions.does if event == "done" else conditions.lifts
        if not allowed(procedure_facts(row), by):
            raise NotFound
        change = {}
        if event == "extend":
            if until is None or until < now.astimezone(mission.zone).date():
                raise Refused(N_("Choose a day that is not past."), field="until")
            change = {"until": until.isoformat()}
        day = date.fromisoformat(change.get("until", row.facts["until"]))
        open_again = event in ("extend", "reopen")
        at = end_of(day, mission.zone).astimezone(UTC)
        due = Due("done", frozenset({row.facts["by_role"]}), at) if open_again else None
        move(session, row, event, by, mission, now, change=change, due=due, words=words)
