"""Whoever answers for an organisation keeps its people without an administrator: invites them, says until when they work there, retires
them and takes that back. Every act is told by mail to the others who answer for it and to heads of office, so that an account in wrong
hands is noticed. One row of the organisation is locked first: of two who act at once, the second decides on what the first has left."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.own_people import is_near, keeps, may_give, months_after, restores
from deconflict.domain.people import Newcomer
from deconflict.matching.standing import FUNCTION_OF
from deconflict.services.contracts import write_end
from deconflict.services.leaving import shut
from deconflict.services.letters import tell_of_own
from deconflict.services.people import Invited, LinkFor, added, reinvite
from deconflict.store.audit import AuditEntry, record
from deconflict.store.base import db, transaction
from deconflict.store.people import Account, Organisation, Person, Role
from deconflict.store.queries import employed

DAY = timedelta(days=1)
# Of one account, a day: who took it over gets no further than this before the letters are read.
MOST_INVITED, MOST_RETIRED = 20, 5
REFUSED = "invite_refused"  # counts like an invitation: which addresses sign in here is not to be tried out


def invite(by: Audience, who: Newcomer, mission: Mission, *, link_for: LinkFor, now: datetime) -> Invited:
    """Somebody of one's own organisation, with an end of contract. Raises NotFound for whoever keeps nobody, and Refused."""
    try:
        with transaction() as session:
            organisation = _ours(session, by, now)
            if _done_today(session, by, ("invite", REFUSED), now) >= MOST_INVITED:
                raise Refused(N_("You have invited many people today. Go on tomorrow, or ask an administrator."))
            _check_gift(by, who)
            _check_end(who.until_at, mission, now)
            return added(session, organisation, who, by, link_for, now)
    except IntegrityError:  # somebody else was given this address in the same moment
        refusal = Refused(N_("Somebody signs in with this e-mail address already. Give another."), field="email")
    except Refused as error:
        refusal = error
    if refusal.field == "email":
        with transaction() as session:
            record(session, by.person_id, REFUSED, "organisation", by.organisation_id, at=now)
    raise refusal


def invite_again(by: Audience, person_id: int, *, link_for: LinkFor, now: datetime) -> Invited:
    """A new link to the address on file and into nobody's hands. Raises NotFound, WrongState."""
    _kept(db.session(), person_id, by)
    return reinvite(by, person_id, link_for=link_for, now=now, handed_over=False)


def set_end(person_id: int, until_at: datetime | None, by: Audience, mission: Mission, now: datetime) -> None:
    """Until when somebody of one's own works there: sooner or later, never one's own. Raises NotFound, Refused."""
    with transaction() as session:
        _ours(session, by, now)
        person = _kept(session, person_id, by, lock=True)
        if person_id == by.person_id:
            raise Refused(
                N_("Ask somebody else who answers for your organisation to set the end of yours."), field="until"
            )
        _check_end(until_at, mission, now)
        write_end(session, person, until_at, by, now)
        tell_of_own(session, Kind.CONTRACT_SET, person, by, now)


def retire(person_id: int, sure: bool, by: Audience, now: datetime) -> None:
    """No sign-in, no message and no turn any more; what he filed stays the organisation's. Raises NotFound, and Refused for the last who
    answers for the organisation; with the field `sure` for oneself, until one is."""
    with transaction() as session:
        organisation = _ours(session, by, now)
        person = _kept(session, person_id, by, lock=True)
        if _done_today(session, by, ("retire",), now) >= MOST_RETIRED:
            raise Refused(N_("You have retired many people today. Go on tomorrow, or ask an administrator."))
        _check_not_last(session, organisation.side, person, now)
        if person_id == by.person_id and not sure:
            raise Refused(
                N_(
                    "This is yourself: you will be signed out and come back by nobody's hand but a colleague's. Tick that you want it."
                ),
                field="sure",
            )
        told = tell_of_own(session, Kind.PERSON_RETIRED, person, by, now)
        shut(session, person, now)
        person.retired_at = now
        record(session, by.person_id, "retire", "person", person_id, {"told": told}, at=now)


def take_back(person_id: int, by: Audience, mission: Mission, now: datetime) -> None:
    """Whoever was retired is back, with the numbers, the password and the second step that he had. Raises NotFound for whom nobody may
    take back any more, and for whoever's contract is over."""
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update={"of": Person, "key_share": True})
        if person is None or not may_take_back(person, by, mission, now):
            raise NotFound
        person.active, person.retired_at = True, None
        if person.account is not None:
            person.account.active, person.account.fs_uniquifier = True, uuid4().hex
        session.flush()
        told = tell_of_own(session, Kind.PERSON_RESTORED, person, by, now)
        record(session, by.person_id, "restore", "person", person_id, {"told": told}, at=now)


def may_take_back(person: Person, by: Audience, mission: Mission, now: datetime) -> bool:
    """Whether a retirement is still to be taken back, and by this audience."""
    fresh = person.retired_at is not None and now <= person.retired_at + mission.undo_retirement
    over = person.until_at is not None and person.until_at <= now
    return (
        fresh
        and not over
        and not person.active
        and restores(by, organisation_id=person.organisation_id, scope=person.scope)
    )


def _ours(session: Session, by: Audience, now: datetime) -> Organisation:
    """One's own organisation, locked; one's own standing is looked at again under the lock. Raises NotFound."""
    organisation = session.get(Organisation, by.organisation_id, with_for_update={"key_share": True})
    me = session.scalars(select(Person).where(Person.id == by.person_id, employed(now))).first()
    if organisation is None or me is None or not keeps(by, organisation_id=me.organisation_id, scope=by.scope):
        raise NotFound
    return organisation


def _kept(session: Session, person_id: int, by: Audience, *, lock: bool = False) -> Person:
    """Somebody of one's own; NotFound for anybody else, missing and foreign alike."""
    how = {"of": Person, "key_share": True} if lock else None
    person = session.get(Person, person_id, with_for_update=how)
    if person is None or not person.active or not keeps(by, organisation_id=person.organisation_id, scope=person.scope):
        raise NotFound
    return person


def _check_gift(by: Audience, who: Newcomer) -> None:
    if who.roles - may_give(by):
        raise Refused(N_("You cannot give this role. Choose another one, or ask an administrator."), field="roles")
    if not is_near(by, who.scope):
        raise Refused(N_("Choose your own sector."), field="scope")


def _check_end(until_at: datetime | None, mission: Mission, now: datetime) -> None:
    if until_at is None:
        raise Refused(N_("Give the last day of the contract. It can be set later again."), field="until")
    if until_at <= now:
        raise Refused(N_("The end is past. Give a day to come, or retire the person instead."), field="until")
    # A whole day more: the last day counts until its end.
    if until_at > months_after(now, mission.contract_months) + DAY:
        raise Refused(
            N_("That is too far ahead. Give an earlier day: it can be set again before it comes."), field="until"
        )


def _check_not_last(session: Session, side: str, person: Person, now: datetime) -> None:
    """Somebody must be left who answers for the organisation (for its sector, in the mission) and somebody whom alerts go to first."""
    scope = or_(Person.scope.is_(None), Person.scope == person.scope)
    others = select(Person.id).where(
        Person.organisation_id == person.organisation_id, Person.id != person.id, employed(now), scope
    )
    role, function = roles.WITNESS_OF[side], FUNCTION_OF[side, "owner_focal_point"]
    if role in person.role_names and person.account is not None and person.account.joined_at is not None:
        joined = others.join(Account, Account.person_id == Person.id).where(
            Account.joined_at.is_not(None), Account.active.is_(True), Account.roles.any(Role.name == role)
        )
        if session.scalars(joined.limit(1)).first() is None:
            raise Refused(
                N_(
                    "Nobody else answers for your organisation here. Invite somebody with the same role, wait until they have joined, then "
                    "retire this person."
                )
            )
    if (
        person.function == function
        and session.scalars(others.where(Person.function == function).limit(1)).first() is None
    ):
        raise Refused(
            N_(
                "Alerts go to this person first, and to nobody else of this function. Invite somebody with it, then retire this person."
            )
        )


def _done_today(session: Session, by: Audience, verbs: tuple[str, ...], now: datetime) -> int:
    mine = (AuditEntry.actor_id == by.person_id, AuditEntry.verb.in_(verbs), AuditEntry.at > now - DAY)
    return session.scalar(select(func.count()).select_from(AuditEntry).where(*mine)) or 0
