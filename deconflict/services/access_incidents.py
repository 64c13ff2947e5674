"""The log of access incidents: what hindered a movement, by codes. Nobody is told of it, and nothing is matched by it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.domain.access_incidents import CYCLE, Incident, armed_actor_in, sees, waits_for
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import Refused, WrongState
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import Noun
from deconflict.services.for_whom import Whose, for_whom
from deconflict.services.procedures import began_before, begin, move, taken
from deconflict.store.base import transaction
from deconflict.store.procedures import Procedure

ACTS = ("review", "set_aside", "reopen")


def log_incident(what: Incident, key: str, by: Audience, mission: Mission, now: datetime) -> str:
    """Returns the reference; a retry of the same form returns the same one. Raises Refused at the field that is to be mended."""
    _check(what, by, mission)
    own_key = f"access:{by.person_id}:{key}"[:64]
    with transaction() as session:
        if (before := began_before(session, own_key)) is not None:
            return before.reference
        whose = _whose(session, what, by, mission)
        facts = what.facts() | {"sensitive": whose.sensitive}
        due = waits_for("logged")
        row = begin(session, Noun.ACCESS_INCIDENT, by, own_key, facts, mission, now, pcode=what.pcode, due=due)
        _write(row, what, whose)
        return row.reference


def correct(reference: str, version: int, what: Incident, by: Audience, mission: Mission, now: datetime) -> None:
    """As long as no officer has read it."""
    _check(what, by, mission)
    with transaction() as session:
        row = taken(session, Noun.ACCESS_INCIDENT, reference, version, by, sees)
        whose = _whose(session, what, by, mission, row.owner_id)
        change = what.facts() | {"sensitive": whose.sensitive}
        move(session, row, "correct", by, mission, now, change=change, due=row.due)
        row.pcode, row.cod_version = what.pcode, mission.gazetteer.edition
        row.area, row.sector = mission.area_of(what.pcode), mission.sector_of(what.pcode)
        _write(row, what, whose)


def act(reference: str, version: int, event: str, by: Audience, mission: Mission, now: datetime) -> None:
    """One of ACTS, by an officer."""
    if event not in ACTS:
        raise WrongState(N_("Choose one of the buttons of the page."))
    with transaction() as session:
        row = taken(session, Noun.ACCESS_INCIDENT, reference, version, by, sees)
        state = CYCLE.after(row.state, event, by.roles)
        move(session, row, event, by, mission, now, due=waits_for(state))


def _write(row: Procedure, what: Incident, whose: Whose) -> None:
    """What was typed is sealed, and forgotten with the other words of what is over."""
    row.owner_id, row.item_id = whose.owner_id, whose.item_id
    row.seal({"words": what.words} if what.words else {})


def _check(what: Incident, by: Audience, mission: Mission) -> None:
    check_words(what.words, by, "words")
    if found := armed_actor_in(what.words, mission.armed_actors):
        sentence = N_("“%(found)s”: who carries arms is never named here. Take it out, and say what happened.")
        raise Refused(sentence, field="words", facts={"found": found})


def _whose(session: Session, what: Incident, by: Audience, mission: Mission, owner_id: int | None = None) -> Whose:
    asked = what.organisation_id
    return for_whom(session, by, mission, notice=what.notice, organisation_id=asked, owner_id=owner_id)
