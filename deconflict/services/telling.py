"""How an organisation wants to be told: messages to its field teams' own phones or to its base, which passes them on (RUL-3); and
whether its mail names the notice or plan of its own that a message is about; and whether a focal point sends what others of it
write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deconflict.channels.letters import Kind
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.services.letters import tell_answerable, tell_desk
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.people import Organisation, Person

CHOOSE = {"humanitarian": roles.FOCAL_POINT, "mission": roles.CIMIC}


@dataclass(frozen=True, slots=True)
class Telling:
    """`direct` None: an organisation without teams that are written to; `two_step` whether a focal point sends what others of it
    write."""

    direct: bool | None
    mail_names_own: bool
    two_step: bool = False


def telling_of(by: Audience) -> Telling:
    """Of one's own organisation. Raises NotFound."""
    _check(by)
    return _telling(db.session.get_one(Organisation, by.organisation_id))


def choose(wanted: Telling, by: Audience, now: datetime) -> None:
    """For what leaves from now on. Whoever answers for the organisation and the desk are told who chose it: a team that hears
    nothing does not know what it misses. Raises NotFound."""
    _check(by)
    with transaction() as session:
        organisation = session.get_one(Organisation, by.organisation_id, with_for_update=True)
        was = _telling(organisation)
        if was.direct is None:
            wanted = Telling(None, wanted.mail_names_own)
        if wanted == was:
            return
        organisation.direct = organisation.direct if wanted.direct is None else wanted.direct
        organisation.mail_names_own = wanted.mail_names_own
        organisation.two_step = wanted.two_step
        chose = session.get_one(Person, by.person_id)
        tell_answerable(session, Kind.TELLING_CHANGED, chose, now)
        tell_desk(session, Kind.TELLING_CHANGED, chose, now)
        detail = {
            "direct": organisation.direct,
            "mail_names_own": wanted.mail_names_own,
            "two_step": organisation.two_step,
        }
        record(session, by.person_id, "choose_telling", "organisation", organisation.id, detail, at=now)


def _telling(organisation: Organisation) -> Telling:
    if organisation.side != "humanitarian":
        return Telling(None, organisation.mail_names_own)
    return Telling(organisation.direct, organisation.mail_names_own, organisation.two_step)


def _check(by: Audience) -> None:
    if CHOOSE.get(by.side) not in by.roles:
        raise NotFound
