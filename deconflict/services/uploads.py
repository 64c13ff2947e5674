"""Lists in files: taken in, looked at line by line, sent. Each line that is sent goes through `services.filing` like any form; what is
kept beside it here is which line became which item."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain import uploads as states
from deconflict.domain.audience import Audience
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.uploads import MOST, UploadFacts, is_open_to
from deconflict.services.filing import Also
from deconflict.services.letters import tell_focal_points
from deconflict.store.audit import record
from deconflict.store.base import lookup_hash, transaction
from deconflict.store.items import Item
from deconflict.store.moves import LOST
from deconflict.store.people import Organisation, Person
from deconflict.store.uploads import (
    ColumnsRow,
    EntryRow,
    ListedRow,
    ListRow,
    UploadRow,
    facts_of,
    sealed,
    sent_meanwhile,
)

REFUSED = "refused"  # in what is kept of a line: why it did not leave, though it was right


@dataclass(frozen=True, slots=True)
class NewEntry:
    """`mark` as mark_of; `typed` what would be typed."""

    mark: str
    typed: Mapping[str, Any]


def mark_of(by: Audience, sheet: str, key: str) -> str:
    """What is kept of the number that an organisation gave a line. Desks of the mission read their own sector alone, and each numbers from
    1: a line of one is never taken for another's."""
    return lookup_hash(f"line:{by.organisation_id}:{by.sector or ''}:{sheet}:{key}")


def digest_of(raw: bytes) -> str:
    """Of the very file: only whether two are the same can be told from it."""
    return lookup_hash(f"file:{raw.hex()}")


def take_in(sheet: str, digest: str, said: Mapping[str, Any], by: Audience, now: datetime) -> UploadFacts:
    """A file whose columns are still to be understood. Raises Refused for one too many."""
    with transaction() as session:
        mine = select(func.count()).select_from(UploadRow).where(UploadRow.person_id == by.person_id)
        if (session.scalar(mine) or 0) >= MOST:
            raise Refused(N_("You have ten lists open already. Send or delete one first."))
        row = UploadRow(
            key=secrets.token_hex(16),
            person_id=by.person_id,
            organisation_id=by.organisation_id,
            side=by.side,
            sheet=sheet,
            state=states.COLUMNS,
            digest=digest,
            said=sealed(said),
            kept_at=now,
        )
        session.add(row)
        session.flush()
        detail = {"sheet": sheet}
        record(session, by.person_id, "take_in", "upload", row.id, detail, at=now, organisation_id=by.organisation_id)
        return facts_of(row)


def read(
    upload: UploadFacts, entries: Sequence[NewEntry], said: Mapping[str, Any], by: Audience, now: datetime
) -> UploadFacts:
    """Its lines as they are understood, in place of what was read before."""
    with transaction() as session:
        row = _row(session, upload, by)
        if row.state == states.SENDING:
            raise LostRace(LOST)
        session.execute(delete(EntryRow).where(EntryRow.upload_id == row.id))
        session.add_all(
            EntryRow(upload_id=row.id, n=n, mark=one.mark, state=states.WAITS, typed=sealed(one.typed))
            for n, one in enumerate(entries)
        )
        row.said, row.state, row.kept_at, row.list_id = sealed(said), states.CHECKING, now, None
        return facts_of(row)


def follow(upload: UploadFacts, list_id: int | None, by: Audience, now: datetime) -> None:
    """It is another edition of this list, or of none; its lines are looked at again."""
    with transaction() as session:
        row = _row(session, upload, by)
        if row.state in (states.COLUMNS, states.SENDING):
            raise LostRace(LOST)
        if list_id is not None:
            known = session.get(ListRow, list_id)
            if known is None or (known.organisation_id, known.side) != (by.organisation_id, by.side):
                raise NotFound
        row.list_id, row.state, row.kept_at = list_id, states.CHECKING, now
        for entry in session.scalars(select(EntryRow).where(EntryRow.upload_id == row.id)):
            if entry.state not in (states.FILED, states.LEFT):
                entry.state, entry.reference = states.WAITS, ""


def looked_at(upload: UploadFacts, found: Mapping[int, tuple[str, str]], by: Audience, now: datetime) -> None:
    """What came of a line, by its number: where it stands and the item that it is. A line that moved meanwhile stays where it is."""
    with transaction() as session:
        row = _row(session, upload, by)
        for entry in session.scalars(
            select(EntryRow).where(EntryRow.upload_id == row.id, EntryRow.n.in_(found), EntryRow.state == states.WAITS)
        ):
            entry.state, entry.reference = found[entry.n]
        session.flush()
        waiting = select(EntryRow.id).where(EntryRow.upload_id == row.id, EntryRow.state == states.WAITS)
        if row.state == states.CHECKING and session.scalars(waiting.limit(1)).first() is None:
            row.state = states.CHECKED
        row.kept_at = now


def change(
    upload: UploadFacts, n: int, state: str, by: Audience, now: datetime, typed: Mapping[str, Any] | None = None
) -> None:
    """A line is left out, taken up again or understood otherwise; what was sent stays sent."""
    with transaction() as session:
        row = _row(session, upload, by)
        entry = session.scalars(select(EntryRow).where(EntryRow.upload_id == row.id, EntryRow.n == n)).first()
        if entry is None:
            raise NotFound
        if entry.state == states.FILED or row.state == states.SENDING:
            raise LostRace(LOST)
        entry.state = state
        if typed is None and REFUSED in entry.said:
            typed = {name: said for name, said in entry.said.items() if name != REFUSED}
        if typed is not None:
            entry.typed = sealed(typed)
        if state == states.WAITS:
            row.state = states.CHECKING
        row.kept_at = now


def begin_sending(
    upload: UploadFacts, answers: Mapping[str, str], said: Mapping[str, Any], by: Audience, now: datetime
) -> bool:
    """From now on its lines leave one by one, with what was answered once for all of them. False where somebody sent lines of the same
    numbers since these were looked at: whoever sends them has to say first whether they are those."""
    with transaction() as session:
        session.get_one(Organisation, by.organisation_id, with_for_update={"of": Organisation})  # one after the other
        row = _row(session, upload, by)
        if row.state != states.CHECKED:
            raise LostRace(LOST)
        if row.list_id is None and sent_meanwhile(session, row):
            row.kept_at = now
            return False
        row.state, row.said, row.kept_at = states.SENDING, sealed({**said, "answers": dict(answers)}), now
        if row.list_id is None:
            begun = ListRow(organisation_id=by.organisation_id, side=row.side, sheet=row.sheet, sent_at=now)
            session.add(begun)
            session.flush()
            row.list_id = begun.id
        else:
            session.get_one(ListRow, row.list_id).sent_at = now
        record(session, by.person_id, "send", "upload", row.id, at=now, organisation_id=by.organisation_id)
        return True


def settle(upload: UploadFacts, n: int) -> Also:
    """Written beside the item that a line becomes, in the same transaction."""

    def also(session: Session, item: Item) -> None:
        row = session.get_one(UploadRow, upload.id)
        entry = session.scalars(select(EntryRow).where(EntryRow.upload_id == row.id, EntryRow.n == n)).one()
        entry.state, entry.reference = states.FILED, item.reference
        assert row.list_id is not None
        line = select(ListedRow).where(ListedRow.list_id == row.list_id, ListedRow.mark == entry.mark)
        known = session.scalars(line).first()
        if known is None:
            session.add(ListedRow(list_id=row.list_id, mark=entry.mark, item_id=item.id))
        else:
            known.item_id = item.id

    return also


def filed(upload: UploadFacts, n: int, reference: str, by: Audience, now: datetime) -> None:
    """A line that turned out to be filed already, by a colleague or in the moment before. Does nothing where that is noted."""
    with transaction() as session:
        _row(session, upload, by)
        entry = select(EntryRow.state).where(EntryRow.upload_id == upload.id, EntryRow.n == n)
        if session.scalar(entry) == states.FILED:
            return
        item = session.scalars(select(Item).where(Item.reference == reference)).one()
        settle(upload, n)(session, item)
        record(session, by.person_id, "know_again", item.side, item.id, at=now, organisation_id=item.owner_id)


def stopped(
    upload: UploadFacts,
    found: Mapping[int, str],
    by: Audience,
    now: datetime,
    *,
    over: bool,
    refused: Mapping[int, Refused],
) -> None:
    """What could not leave, by its line, and of what was `refused` why; `over`: nothing is left to be sent."""
    with transaction() as session:
        row = _row(session, upload, by)
        for entry in session.scalars(select(EntryRow).where(EntryRow.upload_id == row.id, EntryRow.n.in_(found))):
            if entry.state != states.FILED:
                entry.state = found[entry.n]
                if (why := refused.get(entry.n)) is not None:
                    facts = {name: str(fact) for name, fact in why.facts.items()}
                    entry.typed = sealed({**entry.said, REFUSED: [why.sentence, facts]})
        session.flush()
        if over:  # what somebody changed in between is looked at again
            waiting = select(EntryRow.id).where(EntryRow.upload_id == row.id, EntryRow.state == states.WAITS)
            row.state = states.CHECKED if session.scalars(waiting.limit(1)).first() is None else states.CHECKING
        row.kept_at = now


def ask(upload: UploadFacts, by: Audience, now: datetime) -> None:
    """The focal points are to go on with it."""
    with transaction() as session:
        row = _row(session, upload, by)
        row.asked_at, row.kept_at = now, now
        tell_focal_points(session, Kind.DRAFT_WAITS, session.get_one(Person, by.person_id), now)
        record(session, by.person_id, "ask_to_send", "upload", row.id, at=now, organisation_id=by.organisation_id)


def drop(upload: UploadFacts, by: Audience, now: datetime) -> None:
    """What became items stays."""
    with transaction() as session:
        row = _row(session, upload, by)
        session.execute(delete(EntryRow).where(EntryRow.upload_id == row.id))
        session.delete(row)
        record(session, by.person_id, "drop", "upload", row.id, at=now, organisation_id=by.organisation_id)


def keep_columns(sheet: str, headers: str, columns: Mapping[str, Any], by: Audience, now: datetime) -> None:
    """The organisation's next file of this make is read the same way."""
    with transaction() as session:
        row = session.scalars(
            select(ColumnsRow).where(
                ColumnsRow.organisation_id == by.organisation_id,
                ColumnsRow.sheet == sheet,
                ColumnsRow.headers == headers,
            )
        ).first()
        if row is None:
            row = ColumnsRow(organisation_id=by.organisation_id, sheet=sheet, headers=headers)
            session.add(row)
        row.columns, row.used_at = sealed(columns), now
        record(session, by.person_id, "keep_columns", "organisation", by.organisation_id, {"sheet": sheet}, at=now)


def headers_mark(headers: Iterable[str]) -> str:
    return lookup_hash("headers:" + "\n".join(headers))


def _row(session: Session, upload: UploadFacts, by: Audience) -> UploadRow:
    row = session.scalars(select(UploadRow).where(UploadRow.id == upload.id).with_for_update()).first()
    if row is None or not is_open_to(facts_of(row), by):
        raise NotFound
    return row
