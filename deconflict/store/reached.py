"""Whether people can be counted on to hear: what is known of their numbers, and when something reached them last. Opens no address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.own_people import NumberReach, Reach, reads_reach
from deconflict.domain.states import MessageState
from deconflict.store.alerts import Alert, Message
from deconflict.store.doubts import Doubt
from deconflict.store.letters import Letter
from deconflict.store.people import Account, Contact, Person
from deconflict.store.trials import Trial


def reached(session: Session, people: Collection[int], audience: Audience) -> dict[int, Reach]:
    """By id, of those of these people (by ids) who are active and of whom this audience may know it."""
    found: dict[int, Reach] = {}
    query = (
        select(
            Person.id,
            Person.organisation_id,
            Person.scope,
            Person.until_at,
            Account.joined_at,
            Account.signed_in_at,
            Account.tf_primary_method,
        )
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id.in_(people), Person.active.is_(True))
    )
    for id, organisation_id, scope, until_at, joined_at, signed_in_at, method in session.execute(query):
        if reads_reach(audience, organisation_id=organisation_id, scope=scope):
            found[id] = Reach(
                until_at=until_at,
                signs_in=joined_at is not None,
                signed_in_at=signed_in_at,
                second_step=method is not None,
            )
    numbers, at = _numbers(session, found), _at(session, found)
    return {
        id: replace(
            one,
            numbers=tuple(numbers[id]),
            text_at=at.get((id, "text")),
            call_at=at.get((id, "call")),
            mail_at=at.get((id, "mail")),
        )
        for id, one in found.items()
    }


def _numbers(session: Session, people: Collection[int]) -> dict[int, list[NumberReach]]:
    query = (
        select(Contact.person_id, Contact.verified_at, Contact.verified_how, Contact.unreachable_at, Doubt.id)
        .outerjoin(Doubt, Doubt.lookup == Contact.lookup)
        .where(Contact.person_id.in_(people), Contact.carries == "sms")
        .order_by(Contact.person_id, Contact.verified_at.is_(None), Contact.position)
    )
    found: dict[int, list[NumberReach]] = defaultdict(list)
    for person_id, verified_at, how, unreachable_at, doubt in session.execute(query):
        usable = unreachable_at is None and doubt is None
        found[person_id].append(NumberReach(verified_at=verified_at, how=how, usable=usable))
    return found


def _at(session: Session, people: Collection[int]) -> dict[tuple[int, str], datetime]:
    """When something last reached somebody, by id and way. Of a mail nobody says more than that a server took it. What reached a number
    that is his no more says nothing."""
    way = {"sms": "text", "voice": "call", "email": "mail"}
    messages = (
        select(Alert.person_id, Message.channel, func.max(Message.sent_at))
        .join(Alert, Alert.id == Message.alert_id)
        .join(Contact, and_(Contact.person_id == Alert.person_id, Contact.lookup == Message.address_hash))
        .where(Alert.person_id.in_(people), Alert.team_contact_hash == "")
        .where(
            or_(
                Message.state == MessageState.DELIVERED,
                and_(Message.channel == "email", Message.state == MessageState.SENT),
            )
        )
        .group_by(Alert.person_id, Message.channel)
    )
    tried = (
        select(Trial.person_id, func.max(Trial.answered_at))
        .where(Trial.person_id.in_(people), Trial.contact_id.is_not(None), Trial.answered_at.is_not(None))
        .group_by(Trial.person_id)
    )
    written = (
        select(Letter.person_id, func.max(Letter.ended_at))
        .where(Letter.person_id.in_(people), Letter.state == MessageState.SENT)
        .group_by(Letter.person_id)
    )
    found: dict[tuple[int, str], datetime] = {}
    said = [(id, way[channel], at) for id, channel, at in session.execute(messages) if channel in way]
    said += [(id, "text", at) for id, at in session.execute(tried)]
    said += [(id, "mail", at) for id, at in session.execute(written)]
    for id, by, at in said:
        if at is not None:
            found[id, by] = max(at, found.get((id, by), at))
    return found
