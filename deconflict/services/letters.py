"""E-mails about access: who is told when an administrator lets somebody in, and the database's half of sending them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind, render_letter
from deconflict.channels.port import Outgoing, SendFailed
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.states import MessageState
from deconflict.services import one_by_one
from deconflict.services.invitations import INVITATION_LIFE, token_of
from deconflict.services.one_by_one import Ready
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.letters import Letter, due_letters, queue_letter
from deconflict.store.people import Account, Organisation, Person, Role

log = structlog.get_logger()
BATCH = 5


def tell_heads(session: Session, kind: Kind, about: Person, by: Audience | None, now: datetime) -> int:
    """Heads of office hear of what an administrator did with an account, officers where there is no head. Whoever acted, or is
    concerned, is no witness; the console is its own. Returns how many are told."""
    if by is None:
        return 0
    for role in (roles.OCHA_HEAD, roles.CMCOORD):
        found = [
            account for account in _joined(session, "ocha", role) if account.person_id not in (by.person_id, about.id)
        ]
        if found:
            return _write(session, kind, found, about, by, now)
    return 0


def tell_of_newcomer(session: Session, newcomer: Person, by: Audience | None, now: datetime) -> int:
    """Whoever works there hears of somebody an administrator adds, since he alone could add one who does not exist; so do heads
    of office, who are the only ones where nobody works yet. Returns how many are told."""
    if by is None:
        return 0
    if newcomer.organisation.side == "ocha":
        return tell_heads(session, Kind.ACCOUNT_GIVEN, newcomer, by, now) if newcomer.account is not None else 0
    told = _write(session, Kind.PERSON_ADDED, _colleagues(session, newcomer), newcomer, by, now)
    return told + tell_heads(session, Kind.ADDED_ELSEWHERE, newcomer, by, now)


def tell_answerable(session: Session, kind: Kind, about: Person, now: datetime) -> int:
    """Whoever answers for somebody's organisation hears of it, and that somebody too: a mailbox is another way than a phone.
    Returns how many are told."""
    return _write(session, kind, _answerable(session, about), about, None, now)


def tell_desk(session: Session, kind: Kind, about: Person, now: datetime) -> int:
    """The coordination officers, except who is told as one who answers for the organisation. Returns how many are told."""
    known = {account.id for account in _answerable(session, about)}
    told = [account for account in _joined(session, "ocha", roles.CMCOORD) if account.id not in known]
    return _write(session, kind, told, about, None, now)


def tell_focal_points(session: Session, kind: Kind, about: Person, now: datetime) -> int:
    """The focal points of somebody's organisation, except himself. Returns how many are told."""
    return _write(session, kind, _colleagues(session, about), about, None, now)


def tell_focal_points_of(session: Session, kind: Kind, organisation_id: int, about: Person, now: datetime) -> int:
    """The focal points of an organisation, of what somebody of another did; whoever has joined there where none has. Returns how many
    are told."""
    everybody = [a for a in _joined(session, "humanitarian") if a.person.organisation_id == organisation_id]
    answering = [a for a in everybody if any(role.name == roles.FOCAL_POINT for role in a.roles)]
    return _write(session, kind, answering or everybody, about, None, now)


def tell_person(session: Session, kind: Kind, to: Person, by: Audience | None, now: datetime) -> None:
    queue_letter(session, kind, to, to, by.person_id if by else None, now)


def tell_once(session: Session, kind: Kind, about: Person, now: datetime, *, desk: bool) -> int:
    """As `tell_answerable`, and `tell_desk` with `desk`; who waits for a letter of this kind already gets no second one: it names
    nothing, and says to sign in. Returns how many are told."""
    told = {account.id: account for account in _answerable(session, about)}
    if desk:
        told |= {account.id: account for account in _joined(session, "ocha", roles.CMCOORD)}
    session.flush()
    waiting = select(Letter.person_id).where(Letter.kind == kind, Letter.state == MessageState.QUEUED)
    known = set(session.scalars(waiting))
    return _write(session, kind, [one for one in told.values() if one.person_id not in known], about, None, now)


def _answerable(session: Session, about: Person) -> list[Account]:
    told, own = _colleagues(session, about), about.account
    return [*told, own] if own is not None and own.active and own.joined_at is not None else told


def tell_of_stop(session: Session, about: Person, now: datetime) -> int:
    """A phone of theirs takes no texts any more: its owner, whoever answers for the organisation, and the officers. Returns how
    many are told."""
    kind = Kind.NUMBER_STOPPED
    return tell_answerable(session, kind, about, now) + tell_desk(session, kind, about, now)


def tell_of_numbers(session: Session, about: Person, mailboxes: Iterable[str], by: Audience, now: datetime) -> int:
    """Somebody's numbers or mailboxes were changed: the person hears of it wherever he did before, whoever answers for the organisation
    does, and the desk where nobody else does. Whoever did it is told as well: it may not have been he. Returns how many are told."""
    told = _write(session, Kind.NUMBERS_CHANGED, _answerable(session, about), about, by, now)
    own = about.account.email.lower() if about.account is not None and about.account.joined_at is not None else ""
    elsewhere = sorted({mailbox for mailbox in mailboxes if mailbox.lower() != own})
    for mailbox in elsewhere:
        queue_letter(session, Kind.NUMBERS_CHANGED, about, about, by.person_id, now, mailbox)
    if not _colleagues(session, about):
        told += _write(session, Kind.NUMBERS_CHANGED, _joined(session, "ocha", roles.CMCOORD), about, by, now)
    return told + len(elsewhere)


def tell_of_own(session: Session, kind: Kind, about: Person, by: Audience, now: datetime) -> int:
    """Whoever answers for an organisation did something with one of its people: that person, the others who answer for it and heads of
    office hear of it. Whoever did it is told as well: it may not have been he. Returns how many are told."""
    return _write(session, kind, _answerable(session, about), about, by, now) + tell_heads(
        session, kind, about, by, now
    )


def tell_of_entry(session: Session, owner: Organisation, reference: str, by: Audience, now: datetime) -> int:
    """Somebody at OCHA entered something in an organisation's name: whoever answers for it hears of it, by its reference alone; where none
    has joined, whoever has. Returns how many are told."""
    everybody = [one for one in _joined(session, owner.side) if one.person.organisation_id == owner.id]
    told = [one for one in everybody if roles.WITNESS_OF[owner.side] in one.person.role_names] or everybody
    for account in told:
        me = session.get_one(Person, by.person_id)
        queue_letter(session, Kind.ENTERED_FOR_YOU, account.person, me, by.person_id, now, reference=reference)
    return len(told)


def _write(session: Session, kind: Kind, to: list[Account], about: Person, by: Audience | None, now: datetime) -> int:
    """`by` None: the system."""
    for account in to:
        queue_letter(session, kind, account.person, about, by.person_id if by else None, now)
    return len(to)


def _colleagues(session: Session, newcomer: Person) -> list[Account]:
    """Those who answer for the organisation; for all of the mission its CIMIC officers, of the same sector or of the whole force.
    Where none has joined, whoever has."""
    organisation = newcomer.organisation
    everybody = [account for account in _joined(session, organisation.side) if account.person_id != newcomer.id]
    if organisation.side != "mission":
        everybody = [account for account in everybody if account.person.organisation_id == organisation.id]
    answering = [a for a in everybody if any(role.name == roles.WITNESS_OF[organisation.side] for role in a.roles)]
    near = [a for a in answering if None in (a.person.scope, newcomer.scope) or a.person.scope == newcomer.scope]
    return near or answering or everybody


def _joined(session: Session, side: str, role: str | None = None) -> list[Account]:
    """Whoever signs in on this side, with this role if one is given."""
    query = select(Account).join(Account.person).join(Person.organisation)
    query = query.where(Organisation.side == side, Account.active.is_(True), Account.joined_at.is_not(None))
    if role is not None:
        query = query.where(Account.roles.any(Role.name == role))
    return list(session.scalars(query.order_by(Account.id)))


def claim_letters(base_url: str, now: datetime) -> list[Ready]:
    """Takes what is due; nobody else takes it within the lease."""
    waiting = db.session.scalars(due_letters(now, 1)).first() is not None
    db.session.rollback()
    if not waiting:
        return []
    with transaction() as session:
        ids = list(session.scalars(due_letters(now, BATCH).with_for_update(skip_locked=True, of=Letter)))
        return [ready for id in ids if (ready := _claimed(session, id, base_url, now)) is not None]


def record_letter(letter_id: int, failure: SendFailed | None, now: datetime) -> None:
    """What became of one try."""
    with transaction() as session:
        letter = session.get_one(Letter, letter_id, with_for_update=True)
        one_by_one.settle(letter, failure, now)
        if failure is not None and not failure.retryable:
            log.error("a letter about access cannot be sent", letter=letter.id, because=failure.code)


def _claimed(session: Session, letter_id: int, base_url: str, now: datetime) -> Ready | None:
    """None for a link that was used meanwhile, or whose week is over, and for what cannot be read: it stops no other."""
    try:
        letter = session.get_one(Letter, letter_id)
    except Unreadable:
        log.error("a letter about access cannot be read", letter=letter_id)
        session.execute(update(Letter).where(Letter.id == letter_id).values(state=MessageState.FAILED, ended_at=now))
        return None
    account = letter.person.account
    token = token_of(account) if letter.kind == Kind.NEW_LINK and account is not None else ""
    until = letter.queued_at + INVITATION_LIFE
    if token is None or now >= until:
        one_by_one.end(letter, MessageState.WITHDRAWN, now)
        return None
    one_by_one.take(letter, now)
    mail = render_letter(
        Kind(letter.kind),
        letter.person.language,
        name=letter.about.name,
        by=letter.by.name if letter.by is not None else "",
        link=f"{base_url}/join?token={quote(token)}",
        reference=letter.reference,
    )
    return Ready(letter.id, _outgoing(letter, mail.subject, mail.body, until))


def _outgoing(letter: Letter, subject: str, body: str, until: datetime) -> Outgoing:
    return Outgoing(
        message_id=letter.id,
        to=letter.address,
        text=body,
        subject=subject,
        useful_until=until,
        callback_token=letter.token,
    )
