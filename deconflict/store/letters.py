"""E-mails about somebody's access, to the address on file: rows before they leave, like messages. They belong to no case."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.domain.states import MessageState
from deconflict.store.base import Base, Code, Ref, Sealed, UTCDateTime
from deconflict.store.people import Person

WAITING = (MessageState.QUEUED, MessageState.SENDING)


class Letter(Base):
    """`kind` names its text. `person` is told about `about`, who may be the same; `by` is who acted; `reference` of the item that
    it is about, if it is about one. Until
    `send_after` nobody else takes it, whether it failed or is being sent: a crash sends it twice rather than never."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_due", "state", "send_after"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    about_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(Sealed)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(Code)
    tries: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    send_after: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reference: Mapped[str] = mapped_column(Ref, default="")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    about: Mapped[Person] = relationship(foreign_keys=[about_id])
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])


def queue_letter(
    session: Session,
    kind: str,
    to: Person,
    about: Person,
    by_id: int | None,
    now: datetime,
    mailbox: str = "",
    reference: str = "",
) -> None:
    """To this mailbox of `to`, else to the address he signs in with, as it stands now; whoever has neither is told nothing here."""
    address = mailbox or (to.account.email if to.account is not None else "")
    if address:
        session.add(
            Letter(
                kind=kind,
                reference=reference,
                person_id=to.id,
                about_id=about.id,
                by_id=by_id,
                address=address,
                token=secrets.token_hex(16),
                state=MessageState.QUEUED,
                queued_at=now,
                send_after=now,
            )
        )


def due_letters(now: datetime, most: int) -> Select[int]:
    """Ids of what should leave by now, oldest first."""
    return select(Letter.id).where(Letter.state.in_(WAITING), Letter.send_after <= now).order_by(Letter.id).limit(most)
