"""Who is asked about a QIP and what each replied: a fixed list, written when the consultation is opened. It is no part of the history of
the project, which the committees read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, and_, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.cells import commune_cell
from deconflict.domain.consultation import ANSWERED_BY, OCHA, OPEN, Reply
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.store.base import Base, Code, Sealed, Unreadable, UTCDateTime
from deconflict.store.items import Item, PartBox, PartClass
from deconflict.store.people import Organisation, Person, signing_in
from deconflict.store.procedures import Procedure, procedure_facts


class ConsultationReply(Base):
    """One consultee: an organisation in one capacity; OCHA has no `organisation_id`. `turn`: which consultation of this project, from 1:
    one that was returned and amended is consulted on anew. `answer` empty: no reply, which is never "no objection". `by_id` and
    `comment` go 30 days after the project is over."""

    __tablename__ = "consultation_reply"
    __table_args__ = (UniqueConstraint("procedure_id", "turn", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), index=True)
    turn: Mapped[int]
    key: Mapped[str] = mapped_column(Code)
    capacity: Mapped[str] = mapped_column(Code)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(Code, default="")
    comment: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    late: Mapped[bool] = mapped_column(default=False)
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    by: Mapped[Person | None] = relationship()


class ClusterSector(Base):
    """Which sector somebody coordinates. Who has none noted is asked about every sector: rather one question too many."""

    __tablename__ = "cluster_sector"
    __table_args__ = (UniqueConstraint("person_id", "sector"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    sector: Mapped[str] = mapped_column(Code)


def asked(session: Session, facts: ProcedureFacts) -> list[ConsultationReply]:
    """The consultees of the consultation that runs or ran last, in the order in which they were written."""
    mine = (
        ConsultationReply.procedure_id == facts.id,
        ConsultationReply.turn == facts.facts.get("consultation_turn", 0),
    )
    return list(session.scalars(select(ConsultationReply).where(*mine).order_by(ConsultationReply.id)))


def replies(session: Session, facts: ProcedureFacts, *, words: bool = False) -> list[Reply]:
    """With authors and comments only where `words`."""
    rows = asked(session, facts)
    left = (
        {row.id for row in rows if row.capacity != OCHA and not row.answer and not answering(session, row)}
        if words
        else set()
    )
    return [_reply(row, words=words, nobody_left=row.id in left) for row in rows]


def _reply(row: ConsultationReply, *, words: bool, nobody_left: bool) -> Reply:
    return Reply(
        id=row.id,
        capacity=row.capacity,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name if row.organisation is not None else "OCHA",
        answer=row.answer,
        at=row.at,
        late=row.late,
        comment=_comment(row) if words else None,
        by=row.by.name if words and row.by is not None else "",
        reminded_at=row.reminded_at,
        nobody_left=nobody_left,
    )


def _comment(row: ConsultationReply) -> str | None:
    """None: its key is missing."""
    try:
        return row.comment or ""
    except Unreadable:
        return None


def own_comment(session: Session, reply_id: int) -> str:
    """What an organisation wrote itself, for whoever answers for it; empty where it cannot be read."""
    return _comment(session.get_one(ConsultationReply, reply_id)) or ""


def answering(session: Session, row: ConsultationReply) -> list[Person]:
    """Whoever may answer for a consultee that is not OCHA."""
    return list(session.scalars(signing_in([ANSWERED_BY[row.capacity]], organisation_id=row.organisation_id)))


def coordinators(session: Session, area: str, sector: str) -> list[Person]:
    """Cluster coordinators of this sector, where a sector is noted of them, else of every one."""
    noted = sectors_noted(session)
    people = session.scalars(signing_in([roles.CLUSTER], scopes=[area]))
    return [person for person in people if not noted.get(person.id) or sector in noted[person.id]]


def sectors_noted(session: Session) -> dict[int, frozenset[str]]:
    """Of cluster coordinators, by their ids."""
    found: dict[int, set[str]] = {}
    for row in session.scalars(select(ClusterSector)):
        found.setdefault(row.person_id, set()).add(row.sector)
    return {person: frozenset(sectors) for person, sectors in found.items()}


def items_in_commune(session: Session, commune: str, now: datetime) -> list[Item]:
    """Of humanitarian organisations, with a part in this commune that is not over: perhaps too many, since communes share cells."""
    boxes = (
        select(PartBox.item_id)
        .join(PartClass, PartClass.id == PartBox.class_id)
        .where(PartClass.side == Side.HUMANITARIAN, PartBox.cell == commune_cell(commune))
        .where(PartBox.ends_s >= now.timestamp())
    )
    query = select(Item).where(Item.id.in_(boxes), Item.takes_part, Item.side == Side.HUMANITARIAN)
    return list(session.scalars(query.order_by(Item.id)))


def asked_of(session: Session, audience: Audience) -> list[tuple[ProcedureFacts, ConsultationReply]]:
    """What the audience's organisation is asked in a capacity in which he answers, the newest first; of consultations that run or were
    decided of."""
    held = [capacity for capacity, role in ANSWERED_BY.items() if audience.may(role)]
    if not held:
        return []
    query = (
        select(Procedure, ConsultationReply)
        .join(ConsultationReply, ConsultationReply.procedure_id == Procedure.id)
        .where(ConsultationReply.organisation_id == audience.organisation_id, ConsultationReply.capacity.in_(held))
        .order_by(Procedure.id.desc())
    )
    rows = [(procedure_facts(row), reply) for row, reply in session.execute(query)]
    return [(facts, reply) for facts, reply in rows if reply.turn == facts.facts.get("consultation_turn")]


def running(session: Session) -> list[Procedure]:
    """Projects on which replies are still taken."""
    query = select(Procedure).where(Procedure.noun == Noun.QIP, Procedure.state.in_(OPEN))
    return list(session.scalars(query.order_by(Procedure.id)))


def people_named(session: Session, organisations: Collection[int]) -> Iterator[str]:
    """Whom a summary may not name: humanitarian organisations, and the people of these."""
    yield from session.scalars(select(Organisation.name).where(Organisation.side == "humanitarian"))
    yield from session.scalars(select(Person.name).where(Person.organisation_id.in_(list(organisations))))


def forget_replies(session: Session, since: datetime, limit: int) -> int:
    """Of projects that were over by then: who replied, and what was written."""
    over = select(Procedure.id).where(Procedure.noun == Noun.QIP, Procedure.ended_at <= since)
    known = or_(ConsultationReply.comment.is_not(None), ConsultationReply.by_id.is_not(None))
    mine = select(ConsultationReply.id).where(ConsultationReply.procedure_id.in_(over), known)
    ids = list(session.scalars(mine.limit(limit)))
    session.execute(update(ConsultationReply).where(ConsultationReply.id.in_(ids)).values(comment=None, by_id=None))
    return len(ids)


def forget_consultees(session: Session, since: Mapping[str, datetime], limit: int) -> int:
    """Of projects that go altogether."""
    old = or_(*(and_(Procedure.noun == noun, Procedure.ended_at <= at) for noun, at in since.items()))
    mine = select(ConsultationReply.id).where(ConsultationReply.procedure_id.in_(select(Procedure.id).where(old)))
    ids = list(session.scalars(mine.limit(limit)))
    session.execute(delete(ConsultationReply).where(ConsultationReply.id.in_(ids)))
    return len(ids)
