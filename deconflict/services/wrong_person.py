"""Somebody says that a message was not for him: the number is somebody else's. It is not used again until it is verified, what
was to go there goes to the next number, the desk has a task, and whoever answers for the organisation is told by mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain.audience import Audience
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.states import MAY_HAVE_LEFT, MessageState
from deconflict.services.giving_up import pass_over
from deconflict.services.letters import tell_answerable
from deconflict.store import doubts
from deconflict.store.alerts import Acknowledgement, Alert, Message
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.moves import LOST
from deconflict.store.outbox import BY_PHONE
from deconflict.store.people import Contact
from deconflict.store.work import insert_once

WRONG = "wrong_person"
# How it was said -> which messages reached whoever said it. Who answers in the app has signed in: no address is to blame.
BY = {"code_page": ("sms",), "sms": ("sms",), "voice_key": ("voice",), "email_link": ("email",), "in_app": ()}


def report(session: Session, alert: Alert, now: datetime) -> int:
    """To be called inside the caller's transaction, with the alert locked, after the answer was written. Returns how many
    addresses are doubted that were not before; saying it twice changes nothing. The number may be doubted already, for another alert:
    this one goes on to the next all the same."""
    wrong = {message.address_hash for message in _reached(session, alert)}
    fresh = [lookup for lookup in sorted(wrong) if _doubt(session, alert, lookup, now)]
    if fresh or _first_said(session, alert):
        pass_over(session, alert, frozenset(wrong), now)
    if fresh:
        tell_answerable(session, Kind.NUMBER_DOUBTED, alert.person, now)
        record(session, None, "doubt", "person", alert.person_id, {"alert": alert.id, "addresses": len(fresh)}, at=now)
    return len(fresh)


def confirm(doubt_id: int, words: str, by: Audience, now: datetime) -> None:
    """An officer has heard from whoever answers for it that the number is right after all. Raises Refused without his words,
    NotFound, or LostRace when somebody did it before."""
    if not by.is_officer:
        raise NotFound
    if not words.strip():
        raise Refused(N_("Write who said so and when."), field="words")
    with transaction() as session:
        doubt = session.get(doubts.Doubt, doubt_id, with_for_update={"of": doubts.Doubt})
        if doubt is None:
            raise LostRace(LOST)
        doubts.settle(session, doubt.lookup)
        detail = {"how": "by_officer", "team": doubt.team, "words": len(words.strip())}
        record(session, by.person_id, "settle_doubt", "person", doubt.person_id, detail, at=now)


def _first_said(session: Session, alert: Alert) -> bool:
    said = select(func.count()).where(Acknowledgement.alert_id == alert.id, Acknowledgement.answer == WRONG)
    return session.scalar(said) == 1


def _reached(session: Session, alert: Alert) -> list[Message]:
    """The messages behind the newest such answer: those that were delivered, else those that may have been."""
    said = select(Acknowledgement.method).where(Acknowledgement.alert_id == alert.id, Acknowledgement.answer == WRONG)
    session.flush()
    ways = BY.get(session.scalar(said.order_by(Acknowledgement.id.desc()).limit(1)) or "", BY_PHONE)
    mine = select(Message).where(Message.alert_id == alert.id, Message.channel.in_(ways))
    left = [m for m in session.scalars(mine.order_by(Message.id)) if m.state in MAY_HAVE_LEFT]
    return [m for m in left if m.state == MessageState.DELIVERED] or left


def _doubt(session: Session, alert: Alert, lookup: str, now: datetime) -> bool:
    team = bool(alert.team_contact_hash)
    if not insert_once(session, doubts.Doubt, lookup=lookup, person_id=alert.person_id, team=team, since=now):
        return False
    for contact in session.scalars(select(Contact).where(Contact.lookup == lookup)):
        session.expire(contact, ["doubt"])
    return True
