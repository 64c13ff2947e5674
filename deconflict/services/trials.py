"""Numbers are verified: a text with a code goes there, and the code comes back, on the code page or read out to somebody who
writes it down. After `[contacts]` verify_days they are tried again; one that does not answer counts as unverified."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from deconflict.channels.port import Outgoing, SendFailed
from deconflict.channels.trials import render_trial
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.escalation import Night
from deconflict.domain.msgid import N_
from deconflict.domain.numbers import reads_numbers_of
from deconflict.domain.states import MessageState
from deconflict.services import one_by_one
from deconflict.services.acknowledgements import reference_and_code
from deconflict.services.one_by_one import Ready
from deconflict.services.opting import send_what_waits
from deconflict.store import trials as store
from deconflict.store.audit import record
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.doubts import settle
from deconflict.store.drills import by_itself
from deconflict.store.people import Contact, Person
from deconflict.store.trials import FAILURES, Trial, queue_trial

log = structlog.get_logger()
LIFE = timedelta(days=7)  # so long a code may come back
USEFUL = timedelta(hours=24)
PAUSE = timedelta(minutes=10)  # between two texts to one number
BATCH = 10


def try_number(contact_id: int, by: Audience, now: datetime) -> None:
    """Sends a text with a code. Raises NotFound for a number that is not open to this audience, Refused when one left just now."""
    with transaction() as session:
        contact = _open_to(session, contact_id, by)
        if store.tried_since(session, contact.id, now - PAUSE):
            raise Refused(N_("A test text left a few minutes ago. Wait for its code."))
        queue_trial(session, contact, now)
        record(session, by.person_id, "try_number", "person", contact.person_id, at=now)


def try_new_numbers(session: Session, person: Person, now: datetime) -> None:
    """Of somebody just added, inside the caller's transaction."""
    for contact in person.contacts:
        if contact.carries == "sms":
            queue_trial(session, contact, now)


def take_code(typed: str, now: datetime) -> None:
    """Reference and code on the public page, which says nothing back. A number at which somebody else answered is not verified
    so: it may be him who types."""
    with transaction() as session:
        trial = _answered(session, typed, now)
        if trial is not None and trial.contact is not None and trial.contact.doubt is None:
            _verify(session, trial, trial.contact, "code_page", None, now)


def read_back(contact_id: int, typed: str, by: Audience, now: datetime) -> None:
    """The person read reference and code out to somebody who knows the voice. Raises NotFound, Refused for any other code, and for a
    number at which somebody was to be reached whose voice is not known there: whoever holds that phone may be on any list."""
    with transaction() as session:
        contact = _open_to(session, contact_id, by)
        doubt = contact.doubt
        if doubt is not None and not reads_numbers_of(doubt.person.organisation_id, by):
            raise Refused(
                N_("Somebody else answers at this number. Only the desk can say that it is right: call it."),
                field=f"code-{contact_id}",
            )
        trial = _answered(session, typed, now)
        right = trial is not None and trial.contact_id == contact.id
        if trial is not None and right:
            _verify(session, trial, contact, "read_back", by, now)
    if not right:
        raise Refused(
            N_("This is not the reference and the code of a test text to this number. Have both read out again."),
            field=f"code-{contact_id}",
        )


def keep_verified(mission: Mission, now: datetime) -> int:
    """Tries again what was verified so long ago, and takes the mark from what has not answered for LIFE more. Returns how many."""
    limit = now - mission.verify_every
    with transaction() as session:
        lapsed = store.lapsed(session, limit - LIFE, BATCH)
        for contact_id in lapsed:
            contact = session.get_one(Contact, contact_id)
            contact.verified_at = None
            record(session, None, "verification_lapsed", "person", contact.person_id, at=now)
        again = store.to_verify_again(session, limit, now - LIFE, BATCH)
        for contact_id in again:
            contact = session.get_one(Contact, contact_id)
            queue_trial(session, contact, now)
            record(session, None, "try_number", "person", contact.person_id, at=now)
    return len(lapsed) + len(again)


def claim_trials(night: Night, now: datetime) -> list[Ready]:
    """Takes what is due; nobody else takes it within the lease. At `night` nobody's phone rings for a drill that no person started."""
    waiting = db.session.scalars(store.due_trials(now, 1)).first() is not None
    db.session.rollback()
    if not waiting:
        return []
    with transaction() as session:
        ids = list(session.scalars(store.due_trials(now, BATCH).with_for_update(skip_locked=True, of=Trial)))
        return [ready for id in ids if (ready := _claimed(session, id, night, now)) is not None]


def record_trial(trial_id: int, failure: SendFailed | None, now: datetime) -> None:
    """What became of one try."""
    with transaction() as session:
        trial = session.get_one(Trial, trial_id, with_for_update={"of": Trial})
        one_by_one.settle(trial, failure, now)


def _claimed(session: Session, id: int, night: Night, now: datetime) -> Ready | None:
    """None for what is too old, waits for the morning, or cannot be read, or is meant for somebody who is told nothing any more."""
    trial = session.get_one(Trial, id)
    until = trial.queued_at + USEFUL
    if now >= until or not trial.person.active:
        one_by_one.end(trial, MessageState.WITHDRAWN, now)
        return None
    if night.covers(now) and by_itself(session, trial.drill_id):
        trial.send_after = night.next_(night.ends, now)
        return None
    try:
        text = render_trial(trial.person.language, reference=trial.reference, code=trial.code)
        to = trial.address
    except Unreadable:
        log.error("a test text cannot be read", trial=trial.id)
        one_by_one.end(trial, MessageState.FAILED, now)
        return None
    one_by_one.take(trial, now)
    outgoing = Outgoing(
        message_id=trial.id, to=to, text=text, useful_until=until, callback_token=trial.token, attempt=trial.tries
    )
    return Ready(trial.id, outgoing)


def _answered(session: Session, typed: str, now: datetime) -> Trial | None:
    """The trial whose reference and code these are. A wrong code counts; after FAILURES it answers to none."""
    found = reference_and_code(typed)
    if found is None:
        return None
    reference, code = found
    waiting = store.open_trials(session, reference, now - LIFE)
    right = [trial for trial in waiting if trial.failures < FAILURES and trial.answers_to(code)]
    for trial in waiting:
        if trial not in right:
            trial.failures = min(trial.failures + 1, FAILURES)
    return right[0] if right else None


def _verify(session: Session, trial: Trial, contact: Contact, method: str, by: Audience | None, now: datetime) -> None:
    """What its owner is owed, and had no way to take until now, leaves for it."""
    trial.answered_at = contact.verified_at = now
    contact.verified_how = method
    contact.unreachable_at = None  # somebody read it there
    settle(session, contact.lookup)
    actor = by.person_id if by else None
    record(session, actor, "verify_number", "person", contact.person_id, {"method": method}, at=now)
    if contact.person.active:
        send_what_waits(session, [contact.person_id], contact.lookup, contact.address, now)


def _open_to(session: Session, contact_id: int, by: Audience) -> Contact:
    contact = session.get(Contact, contact_id)
    known = contact is not None and contact.carries == "sms" and contact.person.active
    if contact is None or not known or not reads_numbers_of(contact.person.organisation_id, by):
        raise NotFound
    return contact
