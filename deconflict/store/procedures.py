"""Procedures and their history: one row per QIP, report, request, hazard or meeting, and one line per step. What each is about is in
`facts`, by the names of its own module in domain/."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, UniqueConstraint, and_, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from deconflict.domain.audience import Audience
from deconflict.domain.every_procedure import WITHOUT_WORDS, sees_procedure
from deconflict.domain.procedures import Due, Noun, Past, ProcedureFacts, must_act
from deconflict.store.base import Base, Code, Ref, Sealed, UTCDateTime, lookup_hash
from deconflict.store.people import Person, signing_in

MOST = 200  # rows of one list


class Procedure(Base):
    """`version` rises with every step, so that of two who act at once one is told. `key`: of the form, a retry makes no twin. `secret`:
    what only a few may read, as JSON, sealed. `own_key`: a keyed hash of who began it where `made_by_id` does not say. `due_*`: who
    must act, by when (None: as soon as somebody can); `told_at`: when they were told of it, `late_told_at` that it is late. `item_id`:
    as what it is matched. `pcode` by `cod_version`."""

    __tablename__ = "procedure"
    __table_args__ = (
        Index("ix_procedure_noun_state", "noun", "state"),
        Index("ix_procedure_due", "due_at"),
        Index("ix_procedure_pcode", "noun", "pcode"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    noun: Mapped[str] = mapped_column(Code)
    reference: Mapped[str] = mapped_column(Ref, unique=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(Code)
    version: Mapped[int] = mapped_column(default=1)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secret: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    own_key: Mapped[str] = mapped_column(String(64), default="", index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    area: Mapped[str] = mapped_column(Code, default="")
    sector: Mapped[str] = mapped_column(Code, default="")
    pcode: Mapped[str | None] = mapped_column(Code)
    cod_version: Mapped[str] = mapped_column(String(60), default="")
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_event: Mapped[str] = mapped_column(Code, default="")
    due_who: Mapped[str] = mapped_column(String(200), default="")
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    late_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reduced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    steps: Mapped[list[ProcedureStep]] = relationship(back_populates="procedure", order_by="ProcedureStep.id")

    @property
    def due(self) -> Due | None:
        return Due(self.due_event, frozenset(self.due_who.split()), self.due_at) if self.due_event else None

    def wait_for(self, due: Due | None) -> None:
        """Sets who must act next. Whoever is new to it is told anew."""
        if due == self.due:
            return
        self.due_event = due.event if due else ""
        self.due_who = " ".join(sorted(due.who)) if due else ""
        self.due_at = due.at if due else None
        self.told_at = self.late_told_at = None

    def sealed(self) -> dict[str, Any]:
        """What only a few may read, opened. Raises Unreadable without its key."""
        return json.loads(self.secret) if self.secret else {}

    def seal(self, what: Mapping[str, Any]) -> None:
        self.secret = json.dumps(dict(what), ensure_ascii=False) if what else None


class ProcedureStep(Base):
    """One line of history. `actor_id` None: the clock, or somebody who is protected."""

    __tablename__ = "procedure_step"
    __table_args__ = (UniqueConstraint("procedure_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), index=True)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    event: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code)
    code: Mapped[str] = mapped_column(Code, default="")
    words: Mapped[str] = mapped_column(String(500), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sop_version: Mapped[str] = mapped_column(String(80), default="")
    procedure: Mapped[Procedure] = relationship(back_populates="steps")
    actor: Mapped[Person | None] = relationship(lazy="joined")


def own_key_of(person_id: int, organisation_id: int) -> tuple[str, str]:
    """Keyed hashes of a person and of his organisation, to find their own rows by where nothing else may say whose they are."""
    return lookup_hash(f"procedure:person:{person_id}"), lookup_hash(f"procedure:organisation:{organisation_id}")


def procedure_facts(row: Procedure, *, past: bool = False) -> ProcedureFacts:
    """Without what is sealed; with its history only where `past`."""
    return ProcedureFacts(
        id=row.id,
        noun=Noun(row.noun),
        reference=row.reference,
        state=row.state,
        version=row.version,
        facts=row.facts,
        owner_id=row.owner_id,
        made_by_id=row.made_by_id,
        own_key=row.own_key,
        area=row.area,
        sector=row.sector,
        made_at=row.made_at,
        moved_at=row.moved_at,
        due=row.due,
        item_id=row.item_id,
        reduced_at=row.reduced_at,
        past=tuple(_past(row)) if past else (),
    )


def procedure(session: Session, noun: Noun, reference: str, *, lock: bool = False) -> Procedure | None:
    """The row under this reference, of this noun."""
    query = select(Procedure).where(Procedure.reference == reference, Procedure.noun == noun)
    return session.scalars(query.with_for_update(of=Procedure) if lock else query).first()


def procedures(
    session: Session, noun: Noun, audience: Audience, states: Collection[str] = (), *, most: int = MOST
) -> list[ProcedureFacts]:
    """Those of a noun that exist for this audience, the newest first; of these states, or of any."""
    query = select(Procedure).where(Procedure.noun == noun)
    if states:
        query = query.where(Procedure.state.in_(states))
    return _seen(session, query.order_by(Procedure.id.desc()), audience, most)


def waiting(session: Session, audience: Audience, *, most: int = MOST) -> list[ProcedureFacts]:
    """Everything that waits for somebody and exists for this audience, by when it must be done; what has no hour first."""
    query = select(Procedure).where(Procedure.due_event != "")
    return _seen(session, query.order_by(Procedure.due_at.is_not(None), Procedure.due_at, Procedure.id), audience, most)


def _seen(session: Session, query: Select[Procedure], audience: Audience, most: int) -> list[ProcedureFacts]:
    """The first `most` that exist for this audience: what others may read takes no place of theirs."""
    rows: Iterable[Procedure] = session.scalars(query.execution_options(yield_per=MOST))
    seen = (facts for facts in map(procedure_facts, rows) if sees_procedure(facts, audience))
    return list(islice(seen, most))


def waiting_for(session: Session, audience: Audience) -> list[ProcedureFacts]:
    """Of those, what the audience itself must do."""
    return [facts for facts in waiting(session, audience) if must_act(facts, audience)]


def to_tell(session: Session, now: datetime) -> list[Procedure]:
    """What waits for people who have not been told, or not that it is late."""
    new = Procedure.told_at.is_(None)
    late = (Procedure.due_at <= now) & Procedure.late_told_at.is_(None)
    query = select(Procedure).where(Procedure.due_event != "", Procedure.due_who != "system", or_(new, late))
    return list(session.scalars(query.order_by(Procedure.id).limit(MOST)))


def clock_due(session: Session, now: datetime) -> list[tuple[int, str]]:
    """(id, noun) of those for which the clock itself acts by now."""
    query = select(Procedure.id, Procedure.noun).where(Procedure.due_who.contains("system"), Procedure.due_at <= now)
    return [(row.id, row.noun) for row in session.execute(query.order_by(Procedure.due_at, Procedure.id).limit(MOST))]


def with_past(session: Session, noun: Noun, reference: str) -> Procedure | None:
    """The row with its history read."""
    query = select(Procedure).where(Procedure.reference == reference, Procedure.noun == noun)
    return session.scalars(query.options(selectinload(Procedure.steps))).first()


def reference_of_item(session: Session, noun: Noun, item_id: int) -> str:
    """Of what this item is matched for; empty for none."""
    query = select(Procedure.reference).where(Procedure.noun == noun, Procedure.item_id == item_id)
    return session.scalars(query).first() or ""


def holders(session: Session, who: Iterable[str], row: Procedure) -> list[Person]:
    """Whoever holds one of these roles where the row lies: of the whole country, of its area or of its sector."""
    return list(session.scalars(signing_in(who, scopes=[row.area, row.sector])))


def _past(row: Procedure) -> Iterator[Past]:
    for line in row.steps:
        by = line.actor.name if line.actor is not None else None
        yield Past(line.at, by, line.event, line.state, line.code, line.words, line.facts)


def forget_who(session: Session, since: datetime, limit: int) -> int:
    """Of those that were over by then: what is sealed, by whose it would be found, and what was typed at each step."""
    known = or_(Procedure.secret.is_not(None), Procedure.own_key != "")
    ids = list(session.scalars(select(Procedure.id).where(Procedure.ended_at <= since, known).limit(limit)))
    session.execute(update(Procedure).where(Procedure.id.in_(ids)).values(secret=None, own_key=""))
    lines = select(ProcedureStep.id).join(Procedure).where(Procedure.ended_at <= since, ProcedureStep.words != "")
    typed = list(session.scalars(lines.limit(limit)))
    session.execute(update(ProcedureStep).where(ProcedureStep.id.in_(typed)).values(words=""))
    return len(ids) + len(typed)


def forget_typed(session: Session, since: datetime, now: datetime, limit: int) -> int:
    """Of those that were over by then and hold words among their facts: these."""
    old = select(Procedure).where(Procedure.ended_at <= since, Procedure.reduced_at.is_(None))
    rows = list(session.scalars(old.where(Procedure.noun.in_(WITHOUT_WORDS)).limit(limit)))
    for row in rows:
        row.facts, row.reduced_at = WITHOUT_WORDS[row.noun](row.facts), now
    return len(rows)


def forget_procedures(session: Session, since: Mapping[str, datetime], limit: int) -> int:
    """Those that were over so long ago, by noun, with their history."""
    old = or_(*(and_(Procedure.noun == noun, Procedure.ended_at <= at) for noun, at in since.items()))
    ids = list(session.scalars(select(Procedure.id).where(old).limit(limit)))
    session.execute(delete(ProcedureStep).where(ProcedureStep.procedure_id.in_(ids)))
    session.execute(delete(Procedure).where(Procedure.id.in_(ids)))
    return len(ids)
