"""How the messages for an organisation's field teams travel: to the team's own phone, or to its base, which passes them on
(RUL-3)."""

from __future__ import annotations

from datetime import datetime

from deconflict.channels.letters import Kind
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.services.letters import tell_answerable, tell_desk
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.people import Organisation, Person


def are_reached_directly(by: Audience) -> bool:
    """Whether the teams of one's own organisation are. Raises NotFound."""
    _check(by)
    return db.session.get_one(Organisation, by.organisation_id).direct


def reach(direct: bool, by: Audience, now: datetime) -> None:
    """For what is written from now on. Whoever answers for the organisation and the desk are told who chose it: a team that hears
    nothing does not know what it misses. Raises NotFound."""
    _check(by)
    with transaction() as session:
        organisation = session.get_one(Organisation, by.organisation_id, with_for_update=True)
        if organisation.direct == direct:
            return
        organisation.direct = direct
        chose = session.get_one(Person, by.person_id)
        tell_answerable(session, Kind.TEAMS_REACHED, chose, now)
        tell_desk(session, Kind.TEAMS_REACHED, chose, now)
        detail = {"direct": direct}
        record(session, by.person_id, "reach_teams", "organisation", organisation.id, detail, at=now)


def _check(by: Audience) -> None:
    if by.side != "humanitarian" or roles.FOCAL_POINT not in by.roles:
        raise NotFound
