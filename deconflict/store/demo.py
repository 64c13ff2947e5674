"""What the fake phones and mailboxes hold, and what a demo's database says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, inspect, select
from sqlalchemy.orm import Session, joinedload

from deconflict.domain.errors import NotFound
from deconflict.domain.states import AlertState
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, lookup_hash
from deconflict.store.items import Item
from deconflict.store.people import Contact, Organisation, Person
from deconflict.store.work import DemoDelivery, Heartbeat, Stamp

DEMO, PLAYED, KEYS = "demo", "demo_played", "demo_keys"
KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Inbox:
    """One fake phone ("sms", and what is said in calls) or mailbox ("email"). `key` names it in addresses of pages, where no
    number may stand. `person` None: a field team's phone. `latest_at` None: nothing has come yet."""

    key: str
    carries: str
    address: str
    person: str | None
    function: str
    side: str
    organisation: str
    count: int
    latest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message as it arrived, or one call as it was said, with the alert it was about: what its recipient would type or
    press, and whether it is still owed. `token` and `provider_ref` are what a provider calls us with; `case_reference` is the
    desk's."""

    id: int
    carries: str
    token: str
    provider_ref: str
    subject: str
    body: str
    at: datetime
    alert_id: int
    reference: str
    code: str
    side: str
    level: str
    owed: bool
    case_reference: str
    area: str


def inboxes() -> list[Inbox]:
    """All of them, the last rung first; those that nothing came to at the end, by name."""
    rows = db.session.execute(
        select(DemoDelivery.address_hash, func.max(DemoDelivery.id), func.count(), func.max(DemoDelivery.at)).group_by(
            DemoDelivery.address_hash
        )
    )
    news = {hashed: (newest, count) for hashed, newest, count, _ in rows}
    found = [_of_contact(contact, news) for contact in _contacts()]
    known = {inbox.key for inbox in found}
    found += [_of_team(hashed, *told) for hashed, told in news.items() if _key(hashed) not in known]
    return sorted(found, key=lambda i: (-(i.latest_at.timestamp() if i.latest_at else 0.0), i.person or ""))


def inbox(key: str) -> tuple[Inbox, list[Delivered]]:
    """One of them with what came, newest first. Raises NotFound."""
    found = next((one for one in inboxes() if one.key == key), None)
    if found is None:
        raise NotFound
    return found, delivered_to(found.address)


def delivered_to(address: str) -> list[Delivered]:
    """What came to a number or address, newest first."""
    query = (
        select(DemoDelivery, Message.token, Alert)
        .join(Message, Message.provider_ref == DemoDelivery.provider_ref)
        .join(Alert, Alert.id == Message.alert_id)
        .options(joinedload(Alert.case))
        .where(DemoDelivery.address_hash == lookup_hash(address))
        .order_by(DemoDelivery.id.desc())
    )
    return [
        Delivered(
            id=row.id,
            carries=row.carries,
            token=token,
            provider_ref=row.provider_ref,
            subject=row.subject,
            body=row.body,
            at=row.at,
            alert_id=alert.id,
            reference=alert.reference,
            code=alert.code,
            side=alert.side,
            level=alert.level,
            owed=alert.state == AlertState.OWED,
            case_reference=alert.case.reference,
            area=alert.case.area,
        )
        for row, token, alert in db.session.execute(query)
    ]


def holds_anything() -> bool:
    """Whether anybody has filed or been invited here. A database without tables holds nothing."""
    if not inspect(db.session.connection()).has_table(Item.__tablename__):
        return False
    return any(db.session.scalars(select(row.id).limit(1)).first() is not None for row in (Item, Organisation))


def stamp_of(name: str) -> str | None:
    """A fact about this database, None when nothing says so, or nothing can yet."""
    if not inspect(db.session.connection()).has_table(Stamp.__tablename__):
        return None
    return db.session.scalar(select(Stamp.value).where(Stamp.name == name))


def write_stamp(session: Session, name: str, value: str) -> None:
    session.add(Stamp(name=name, value=value))


def forget_heartbeats(session: Session) -> None:
    """What beat before this start says nothing about the processes of this one."""
    session.execute(delete(Heartbeat))


def _contacts() -> Sequence[Contact]:
    people = joinedload(Contact.person).joinedload(Person.organisation)
    return db.session.scalars(select(Contact).options(people).order_by(Contact.id)).all()


def _of_contact(contact: Contact, news: dict[str, tuple[int, int]]) -> Inbox:
    person = contact.person
    newest, count = news.get(contact.lookup, (None, 0))
    return Inbox(
        key=_key(contact.lookup),
        carries=contact.carries,
        address=contact.address,
        person=person.name,
        function=person.function,
        side=person.organisation.side,
        organisation=person.organisation.name,
        count=count,
        latest_at=db.session.get_one(DemoDelivery, newest).at if newest is not None else None,
    )


def _of_team(hashed: str, newest: int, count: int) -> Inbox:
    """A number that stands in a notice and in no directory: its organisation answers for it."""
    latest = db.session.get_one(DemoDelivery, newest)
    wrote = select(Message.alert_id).where(Message.address_hash == hashed)
    mine = select(Alert).where(Alert.team_contact_hash != "", Alert.id.in_(wrote))
    answerable = db.session.scalars(mine.order_by(Alert.id)).first()
    organisation = answerable.person.organisation if answerable is not None else None
    return Inbox(
        key=_key(hashed),
        carries="email" if latest.carries == "email" else "sms",
        address=latest.address,
        person=None,
        function="team",
        side="humanitarian",
        organisation=organisation.name if organisation is not None else "",
        count=count,
        latest_at=latest.at,
    )


def _key(hashed: str) -> str:
    return hashed[:KEY_LENGTH]
