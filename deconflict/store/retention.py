"""Rows whose time is over: which they are, and taking out of them what must go. Nothing here decides when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    String,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.filing import SEALED
from deconflict.domain.retention import Due
from deconflict.domain.states import OPEN_CASES, ItemState, SiteState
from deconflict.store.after_action import AfterAction
from deconflict.store.alerts import Acknowledgement, Alert, Message, Receipt, Try
from deconflict.store.audit import AuditEntry
from deconflict.store.cancelled import cancels
from deconflict.store.cases import Case, CaseEvent, ReleaseAsk, Request
from deconflict.store.check_ins import CheckInRow
from deconflict.store.close_outs import CloseOut
from deconflict.store.codes import Bundle
from deconflict.store.contacted import Contacted
from deconflict.store.holds import Held
from deconflict.store.item_notes import ItemNote
from deconflict.store.items import Item, ItemVersion, PartBox
from deconflict.store.notes import Note
from deconflict.store.on_behalf import OnBehalf
from deconflict.store.other_procedures import OtherProcedureTick
from deconflict.store.risk import RiskAcceptance
from deconflict.store.sites import Site, SitePair
from deconflict.store.trials import Trial
from deconflict.store.work import DemoDelivery

GONE = "gone-"  # in place of the hash of a number, with the row's id: hashes are unique within an alert


def items_due(session: Session, limits: Due, held: Collection[int], limit: int) -> list[int]:
    """Items that have been over for long enough by side, still exact, without a case that is open or of whose end a party may
    not have heard. A cancelled one was over when it was cancelled, if that came before its end; a site when it was closed or
    archived."""
    still_told = select(Case.id).where(
        or_(Case.humanitarian_id == Item.id, Case.mission_id == Item.id),
        or_(Case.state.in_(OPEN_CASES), Case.ended_at > limits.told),
    )

    def over(side: Side, since: datetime) -> Any:
        cancelled = select(AuditEntry.id).where(cancels(side, Item.id), AuditEntry.at <= since)
        ended = and_(Item.state.in_((ItemState.ENDED, ItemState.CANCELLED)), Item.ends_at <= since)
        return and_(Item.side == side, or_(ended, and_(Item.state == ItemState.CANCELLED, cancelled.exists())))

    gone = select(Site.item_id).where(Site.item_id == Item.id, Site.ended_at <= limits.exact[Side.HUMANITARIAN])
    site_over = and_(Item.state.in_((SiteState.CLOSED, SiteState.ARCHIVED)), gone.exists())
    query = select(Item.id).where(
        Item.reduced_at.is_(None),
        or_(site_over, *(over(side, since) for side, since in limits.exact.items())),
        not_(still_told.exists()),
        Item.id.not_in(held),
    )
    return list(session.scalars(query.order_by(Item.id).limit(limit)))


def cases_with_texts(session: Session, since: datetime, held: Collection[int], limit: int) -> list[int]:
    """Ended cases that still hold numbers and typed words. One that opened and ended again is due again."""
    whole = or_(Case.texts_at.is_(None), Case.texts_at < Case.ended_at)
    return _cases(session, whole, since, held, limit)


def cases_with_people(session: Session, since: datetime, held: Collection[int], limit: int) -> list[int]:
    """Ended cases that still say who was told what."""
    whole = or_(Case.figures_at.is_(None), Case.figures_at < Case.ended_at)
    return _cases(session, whole, since, held, limit)


def versions_of(session: Session, item_id: int) -> list[tuple[int, dict[str, Any]]]:
    """Ids and filings without opening anything sealed: a lost key must not keep what is to go."""
    rows = session.execute(select(ItemVersion.id, ItemVersion.filing).where(ItemVersion.item_id == item_id))
    return [(row.id, row.filing) for row in rows]


def write_reduced(session: Session, item_id: int, filings: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """Each version's filing in its reduced form; everything sealed and typed beside it goes."""
    for version_id, filing in filings:
        session.execute(
            update(ItemVersion)
            .where(ItemVersion.id == version_id)
            .values(filing=filing, reason="", **dict.fromkeys(SEALED))
        )
    session.execute(delete(PartBox).where(PartBox.item_id == item_id))
    session.execute(update(CloseOut).where(CloseOut.item_id == item_id).values(reason=""))
    session.execute(delete(ItemNote).where(ItemNote.item_id == item_id))
    session.execute(delete(CheckInRow).where(CheckInRow.item_id == item_id))  # when its team was where
    session.execute(delete(OtherProcedureTick).where(OtherProcedureTick.item_id == item_id))  # which way it took
    # That it lay beside another one tells where it was.
    session.execute(delete(SitePair).where(or_(SitePair.first_id == item_id, SitePair.second_id == item_id)))
    session.execute(update(OnBehalf).where(OnBehalf.item_id == item_id).values(number=None))  # where was called back


def forget_reasons(session: Session, side: str, item_id: int) -> None:
    """What an owner typed beside an act stands in the audit too: the entry stays, the words go."""
    mine = select(AuditEntry).where(AuditEntry.noun == side, AuditEntry.noun_id == item_id)
    for entry in session.scalars(mine):
        if "reason" in entry.detail:
            entry.detail = {key: value for key, value in entry.detail.items() if key != "reason"}


def is_told_of(case: Case, told: datetime) -> bool:
    """As `items_due` asks it: open, or ended after the instant before which every end has been told."""
    return case.state in OPEN_CASES or (case.ended_at is not None and case.ended_at > told)


def cases_of(session: Session, item_id: int) -> list[Case]:
    """Locked, in the order everybody locks them."""
    mine = or_(Case.humanitarian_id == item_id, Case.mission_id == item_id)
    return list(session.scalars(select(Case).where(mine).order_by(Case.id).with_for_update(of=Case)))


def forget_texts(session: Session, case_id: int) -> None:
    """Numbers and addresses that were written to, and all that people typed; codes, levels and instants stay."""
    alerts = select(Alert.id).where(Alert.case_id == case_id)
    quietly = {"synchronize_session": False}
    for statement in (
        update(Message)
        .where(Message.alert_id.in_(alerts))
        .values(address="", address_hash=literal(GONE) + cast(Message.id, String)),
        update(Alert)
        .where(Alert.case_id == case_id, Alert.team_contact.is_not(None))
        .values(team_contact=None, team_second=None, team_contact_hash=literal(GONE) + cast(Alert.id, String)),
        update(Acknowledgement).where(Acknowledgement.alert_id.in_(alerts)).values(how=""),
        update(Request).where(Request.case_id == case_id).values(answer="", offer={}),
        update(CaseEvent).where(CaseEvent.case_id == case_id).values(reason=""),
        update(ReleaseAsk).where(ReleaseAsk.case_id == case_id).values(how=""),
        update(RiskAcceptance).where(RiskAcceptance.case_id == case_id).values(name="", reason=""),
        update(AfterAction).where(AfterAction.case_id == case_id).values(words=""),
    ):
        session.execute(statement, execution_options=quietly)


def forget_people(session: Session, case_id: int) -> None:
    """Everything that was said to anybody about a case, and its history."""
    alerts = select(Alert.id).where(Alert.case_id == case_id).scalar_subquery()
    messages = select(Message.id).where(Message.alert_id.in_(alerts)).scalar_subquery()
    quietly = {"synchronize_session": False}
    for statement in (
        delete(Receipt).where(Receipt.message_id.in_(messages)),
        delete(Try).where(Try.message_id.in_(messages)),
        delete(Bundle).where(~exists().where(Try.bundle_id == Bundle.id)),
        delete(Message).where(Message.alert_id.in_(alerts)),
        delete(Acknowledgement).where(Acknowledgement.alert_id.in_(alerts)),
        delete(Alert).where(Alert.case_id == case_id),
        delete(RiskAcceptance).where(RiskAcceptance.case_id == case_id),
        update(AfterAction).where(AfterAction.case_id == case_id).values(by_id=None),
        delete(Contacted).where(Contacted.case_id == case_id),
        delete(Request).where(Request.case_id == case_id),
        delete(ReleaseAsk).where(ReleaseAsk.case_id == case_id),
        delete(CaseEvent).where(CaseEvent.case_id == case_id),
    ):
        session.execute(statement, execution_options=quietly)


def forget_bodies(session: Session, since: datetime, limit: int) -> int:
    """The demo's phones and mailboxes; texts to real ones are made as they leave and kept nowhere here."""
    return _forget(session, DemoDelivery, DemoDelivery.at <= since, limit)


def forget_notes(session: Session, since: datetime, limit: int) -> int:
    """Hand-over notes, read or not."""
    return _forget(session, Note, Note.at <= since, limit)


def forget_trials(session: Session, since: datetime, limit: int) -> int:
    """Test texts: their number, their code."""
    return _forget(session, Trial, Trial.queued_at <= since, limit)


def forget_audit(session: Session, since: datetime, held: Held, limit: int) -> int:
    """Entries older than the audit is kept, but those about what is held."""
    kept = or_(
        and_(AuditEntry.noun == "case", AuditEntry.noun_id.in_(held.cases)),
        and_(AuditEntry.noun.in_(tuple(Side)), AuditEntry.noun_id.in_(held.items)),
    )
    about = func.coalesce(AuditEntry.noun_id, 0)  # NULL would make `not kept` neither true nor false
    return _forget(session, AuditEntry, and_(AuditEntry.at <= since, or_(about == 0, not_(kept))), limit)


def scrub(engine: Engine) -> bool:
    """SQLite only: the write-ahead log still holds old pages until it is cut. False when somebody was reading; the next turn
    tries again rather than wait. What is freed in the file itself `secure_delete` has overwritten."""
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()  # outside any transaction: a checkpoint inside one is refused
    try:
        cursor = connection.cursor()
        waits = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout=50")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={waits}")
        return not busy
    finally:
        connection.close()


def _cases(session: Session, whole: Any, since: datetime, held: Collection[int], limit: int) -> list[int]:
    over = and_(Case.state.not_in(OPEN_CASES), Case.ended_at <= since, Case.ends_at <= since)
    query = select(Case.id).where(over, whole, Case.id.not_in(held))
    return list(session.scalars(query.order_by(Case.id).limit(limit)))


def _forget(
    session: Session,
    row: type[DemoDelivery] | type[AuditEntry] | type[Note] | type[Trial],
    old: ColumnElement[bool],
    limit: int,
) -> int:
    ids = list(session.scalars(select(row.id).where(old).order_by(row.id).limit(limit)))
    session.execute(delete(row).where(row.id.in_(ids)), execution_options={"synchronize_session": False})
    return len(ids)


def forget_declared(session: Session, since: datetime, held: Collection[int], limit: int) -> int:
    """Where and when aid was given of which no plan spoke, but of items that are held."""
    old = select(CloseOut.id).where(
        CloseOut.at <= since, or_(CloseOut.pcode.is_not(None), CloseOut.given_on.is_not(None))
    )
    ids = list(session.scalars(old.where(CloseOut.item_id.not_in(held)).limit(limit)))
    if ids:
        session.execute(update(CloseOut).where(CloseOut.id.in_(ids)).values(pcode=None, given_on=None))
    return len(ids)
