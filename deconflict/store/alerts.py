"""What was promised to be told: alert before message, message before receipt, and what people said."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, and_, cast, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deconflict.domain.states import MAY_HAVE_LEFT, MessageState
from deconflict.store.base import Base, Code, Ref, Sealed, UTCDateTime
from deconflict.store.cases import Case
from deconflict.store.people import Person

# What became of a hand-over, beside the codes of channels.port.
ACCEPTED = "accepted"
UNKNOWN = "unknown_outcome"  # nobody has said yet what became of it
NO_TRACE = "no_trace"  # nobody could say what became of it, and it was sent again


class Alert(Base):
    """We owe this person word of this case at this round. `text` names the template; `reference` and `counter` are what the
    text carries (`4F7K2-3`: the highest counts); `code` is the four digits to acknowledge with, encrypted. `team_contact` is
    the number of a field team that is no directory person; its person is then the focal point who answers for it. `team_second`
    is that team's other number, written to where the first fails if it takes texts (`second_texts`), and else rung by a person.
    `confirm_due_at`: by when the unit or the team behind a party's desk should have confirmed; None where nobody stands behind it.
    `unreached_at`: since when no address is left to try; `passed_on_at`: when that was told to the desk and the next person.
    Sealed columns are opened when they are asked for: one that no key opens must not stop what needs no secret."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("case_id", "round", "purpose", "step", "person_id", "team_contact_hash"),
        Index("ix_alert_due", "state", "ack_due_at"),
        Index("ix_alert_reference", "reference"),
        Index("ix_alert_unreached", "unreached_at"),
        Index("ix_alert_owed", "owed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("overlap_case.id"), index=True)
    round: Mapped[int]
    purpose: Mapped[str] = mapped_column(Code)
    step: Mapped[str] = mapped_column(Code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    team_contact: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    team_contact_hash: Mapped[str] = mapped_column(String(64), default="")
    team_second: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    second_texts: Mapped[bool] = mapped_column(default=False)
    side: Mapped[str] = mapped_column(Code)
    text: Mapped[str] = mapped_column(Code)
    level: Mapped[str] = mapped_column(Code)
    reference: Mapped[str] = mapped_column(Ref)
    counter: Mapped[int] = mapped_column(Integer, default=1)
    code: Mapped[str] = mapped_column(Sealed, deferred=True)
    link: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(Code)
    owed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ack_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirm_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    useful_until: Mapped[datetime] = mapped_column(UTCDateTime)
    unreached_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    passed_on_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    case: Mapped[Case] = relationship()
    person: Mapped[Person] = relationship(lazy="joined")
    messages: Mapped[list[Message]] = relationship(back_populates="alert", order_by="Message.id")
    acknowledgements: Mapped[list[Acknowledgement]] = relationship(
        back_populates="alert", order_by="Acknowledgement.id"
    )

    @property
    def label(self) -> str:
        """What its reader sees of it."""
        return f"{self.reference}-{self.counter}"

    @property
    def about(self) -> str:
        """Its purpose without what tells it from others of its kind: `request` of `request:7`."""
        return self.purpose.partition(":")[0]


class Message(Base):
    """One channel, one address. `channel` is sms, email or voice; `provider` is who was tried last. `token` comes back in the
    status callback. `attempt` counts messages of this alert to this address, `tries` the hand-overs of this one: a row of
    `try` each. `due_at` is when it should have left, `send_after` when it is tried (UNSURE: asked about) next, which was
    decided at `timed_at`; `poll_after` when the provider is asked for a receipt that does not come."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("alert_id", "channel", "address_hash", "attempt"),
        Index("ix_message_due", "state", "send_after"),
        Index("ix_message_poll", "poll_after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    channel: Mapped[str] = mapped_column(Code)
    provider: Mapped[str | None] = mapped_column(Code)
    address: Mapped[str] = mapped_column(Sealed, deferred=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    attempt: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(Code)
    urgency: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    send_after: Mapped[datetime] = mapped_column(UTCDateTime)
    timed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    poll_after: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    worker: Mapped[str | None] = mapped_column(String(64))
    provider_ref: Mapped[str | None] = mapped_column(String(120), index=True)
    error: Mapped[str | None] = mapped_column(String(120))
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    alert: Mapped[Alert] = relationship(back_populates="messages")
    receipts: Mapped[list[Receipt]] = relationship(back_populates="message", order_by="Receipt.id")
    ledger: Mapped[list[Try]] = relationship(back_populates="message", order_by="Try.number")

    def on_its_way(self, now: datetime) -> bool:
        """Whether it may have left, or is about to. A later try of an address that failed once is a hope and not a way."""
        soon = self.attempt == 1 or self.send_after <= now
        return self.state in MAY_HAVE_LEFT or (self.state == MessageState.QUEUED and soon)


class Try(Base):
    """The ledger: one hand-over of a message to a provider, written before it begins. `outcome` is `accepted`, a code of
    `channels.port`, `no_trace` when nobody could say what became of it and it was sent again, and None while it lasts. Two of
    a message that are `accepted` or `no_trace`: somebody may have been told twice. Tries with the same `bundle_id` are one
    hand-over of one text."""

    __tablename__ = "try"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    provider: Mapped[str] = mapped_column(Code)
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(Code)
    provider_ref: Mapped[str | None] = mapped_column(String(120), index=True)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    message: Mapped[Message] = relationship(back_populates="ledger")


NEWEST = and_(Try.message_id == Message.id, Try.number == Message.tries)  # the try that a message's state is about
# What left as one text is one: to count by.
TEXT = func.coalesce("#" + cast(Try.bundle_id, String), cast(Try.message_id, String) + "/" + cast(Try.number, String))


class Receipt(Base):
    """What the provider says happened. The same words twice are one receipt."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("message_id", "provider_ref", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    provider_ref: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(Code)
    code: Mapped[str | None] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    message: Mapped[Message] = relationship(back_populates="receipts")


class Acknowledgement(Base):
    """What a person says. `level` desk, unit or team; `method` code_page, email_link, in_app, relay, sms, voice_key;
    for a relay, `recorded_by_id` is who wrote it down, `how` the way it was heard, and `read_back` whether the reference was read
    back. `new_number`: it came from a number or mailbox that was changed a short while before. `told_at`: when the desk was told
    of one that says "cannot comply"."""

    __tablename__ = "acknowledgement"
    __table_args__ = (Index("ix_acknowledgement_untold", "answer", "told_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    level: Mapped[str] = mapped_column(Code)
    method: Mapped[str] = mapped_column(Code)
    answer: Mapped[str] = mapped_column(Code, default="received")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    how: Mapped[str] = mapped_column(String(200), default="")
    read_back: Mapped[bool] = mapped_column(default=False)
    new_number: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    alert: Mapped[Alert] = relationship(back_populates="acknowledgements")


class CodeLock(Base):
    """Wrong codes per reference (RUL-18): after five, none is looked at until `locked_until`."""

    __tablename__ = "code_lock"

    reference: Mapped[str] = mapped_column(Ref, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
