"""The fake phones and mailboxes of the demo: what arrived, and nothing outside a demo."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import select

from deconflict.channels.demo import Sink
from deconflict.channels.port import Outgoing
from deconflict.domain.errors import Refused
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.items import Item
from deconflict.store.work import DemoDelivery, Stamp

DEMO = "demo"


def stamp_demo(now: datetime) -> None:
    """Marks an empty database as a demo's, for ever. Raises Refused for one that holds anything: real plans may never end in
    fake phones."""
    with transaction() as session:
        if session.get(Stamp, DEMO) is not None:
            return
        if session.scalars(select(Item.id).limit(1)).first() is not None:
            raise Refused("This database holds real filings and cannot become a demo. Give DATABASE_URL another name.")
        session.add(Stamp(name=DEMO, value=now.isoformat()))


def is_demo_database() -> bool:
    """Whether the database carries the stamp."""
    return db.session.get(Stamp, DEMO) is not None


def sink_of(app: Flask) -> Sink:
    """Keeps every message as a row. Called from the sending threads, hence with an application context of its own."""

    def keep(*, carries: str, outgoing: Outgoing, reference: str, at: datetime) -> None:
        with app.app_context(), transaction() as session:
            session.add(
                DemoDelivery(
                    carries=carries,
                    address=outgoing.to,
                    address_hash=lookup_hash(outgoing.to),
                    subject=outgoing.subject,
                    body=outgoing.text,
                    at=at,
                    provider_ref=reference,
                )
            )

    return keep
