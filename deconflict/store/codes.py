"""What a code answers for: one alert, or exactly the alerts that one text listed (RUL-18)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Text, or_, select, type_coerce
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.store.alerts import ACCEPTED, NO_TRACE, UNKNOWN, Alert, Message, Try
from deconflict.store.base import Base, Sealed, Unreadable, UTCDateTime, cipher

CODES = 10_000
# Of a Try: a text that surely was not taken told nobody its code.
MAY_HAVE_ARRIVED = or_(Try.outcome.is_(None), Try.outcome.in_((ACCEPTED, NO_TRACE, UNKNOWN)))


class Bundle(Base):
    """Several alerts to one person that left as one text, with a code of its own: those of the tries that bear its id."""

    __tablename__ = "bundle"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Sealed, deferred=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


def codes_under(session: Session, reference: str) -> dict[str, frozenset[int]]:
    """Every code that goes with this reference, and the alerts it answers for. One that no key opens is nobody's code any
    more."""
    own = select(type_coerce(Alert.code, Text), Alert.id).where(Alert.reference == reference)
    listing = (
        select(Try.bundle_id)
        .join(Message, Message.id == Try.message_id)
        .join(Alert, Alert.id == Message.alert_id)
        .where(Alert.reference == reference, Try.bundle_id.is_not(None), MAY_HAVE_ARRIVED)
    )
    shared = (
        select(type_coerce(Bundle.code, Text), Message.alert_id)
        .join(Try, Try.bundle_id == Bundle.id)
        .join(Message, Message.id == Try.message_id)
        .where(Bundle.id.in_(listing))
    )
    found: dict[str, set[int]] = {}
    for query in (own, shared):
        for sealed, alert_id in session.execute(query):
            found.setdefault(sealed, set()).add(alert_id)
    opened: dict[str, frozenset[int]] = {}
    for sealed, alerts in found.items():
        with suppress(Unreadable):
            code = cipher.open(sealed)
            opened[code] = opened.get(code, frozenset()) | alerts
    return opened


def code_of(session: Session, bundle_id: int) -> str:
    """Raises Unreadable."""
    return cipher.open(session.scalars(select(type_coerce(Bundle.code, Text)).where(Bundle.id == bundle_id)).one())


def fresh_code(session: Session, references: Iterable[str]) -> str:
    """Four digits that answer for nothing else under any of these references."""
    taken = {code for reference in references for code in codes_under(session, reference)}
    while True:
        code = f"{secrets.randbelow(CODES):04d}"
        if code not in taken:
            return code
