"""The same movement on several days: each day is an item of its own, filed, amended and cancelled like any other; together they are a
series, of which the rest can be changed at once. And filings that are kept under a name to be made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import owns
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import FURTHEST_AHEAD, Filing
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.repeats import MOST, each_on, first_day, on_day
from deconflict.domain.states import table_of
from deconflict.services.drafts import needs_second
from deconflict.services.filing import Filed, amend_item, cancel_item, file_item, own_item
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.kept import is_kept_long_enough
from deconflict.store.own import later_of
from deconflict.store.patterns import Pattern, count_patterns, pattern_of, sealed_filing
from deconflict.store.queries import filing_of, version_of

MOST_PATTERNS = 40


def file_series(
    filing: Filing, days: Sequence[date], by: Audience, key: str, mission: Mission, now: datetime, *, source: str = ""
) -> list[Filed]:
    """One item per day, each in its own transaction; the same `key` again goes on where it stopped and makes no twins. `source`: the
    reference of the item that is made again, which is of the series too. Raises Refused before anything is written."""
    if not days:
        raise Refused(N_("Choose at least one day."), field="days")
    if len(set(days)) > MOST:
        raise Refused(N_("Choose 31 days at a time at most."), field="days")
    if needs_second(filing, by):
        raise Refused(N_("In your organisation a focal point sends what others write. Ask one to repeat it."))
    filings = each_on(filing, sorted(set(days)), mission.zone)
    instants = [at for one in filings for stop in one.stops for w in stop.windows for at in (w.earliest, w.latest)]
    if min(instants) <= now:
        raise Refused(N_("The first day is past. Choose later ones."), field="days")
    if max(instants) > now + FURTHEST_AHEAD:
        raise Refused(N_("This is more than 18 months ahead. Choose earlier days."), field="days")
    with transaction() as session:
        series = _join(session, source, key, by) if source else key if len(filings) > 1 else None
    return [
        file_item(one, by, f"{key}-{first_day(one, mission.zone):%Y%m%d}", mission, now, series=series)
        for one in filings
    ]


def amend_rest(
    reference: str, before: Filing, after: Filing, by: Audience, mission: Mission, now: datetime, reason: str = ""
) -> tuple[int, list[str]]:
    """The same change for the later items of its series, as many as still were as this one was. Returns how many were changed, and the
    references of those that were left: somebody had changed them by themselves."""
    shift = first_day(after, mission.zone) - first_day(before, mission.zone)
    changed, left = 0, []
    for later in _later(reference, by, now):
        day = first_day(later.filing, mission.zone) if later.filing else None
        if day is None or on_day(before, day, mission.zone) != later.filing:
            left.append(later.reference)
            continue
        wanted = on_day(after, day + shift, mission.zone)
        try:
            amend_item(later.reference, wanted, later.version, by, mission, now, reason)
            changed += 1
        except NotFound:
            raise
        except Refused:
            left.append(later.reference)
    return changed, left


def cancel_with_rest(reference: str, by: Audience, reason: str, now: datetime) -> list[str]:
    """It and the later items of its series, whatever they have become; what leaves first, first. Returns the references of those that
    were left: somebody moved them meanwhile."""
    later = _later(reference, by, now)
    cancel_item(reference, by, reason, now)
    left = []
    for one in later:
        try:
            cancel_item(one.reference, by, reason, now)
        except Refused:
            left.append(one.reference)
    return left


def keep_pattern(reference: str, name: str, by: Audience, mission: Mission, now: datetime) -> None:
    """One's own item, as it stands, under a name. Raises Refused, NotFound."""
    name = " ".join(name.split())
    if not name or len(name) > 60 or not name.isprintable():
        raise Refused(N_("Give it a short name of up to 60 characters."), field="name")
    check_words(name, by, "name")
    with transaction() as session:
        item = own_item(session, reference, by)
        if item.side != Side.HUMANITARIAN or table_of(item.state) != "item":
            raise NotFound
        # By the clock, whatever the row still holds: that would tell of a hold, or of a case (RUL-6).
        if is_kept_long_enough(session, item, mission, now):
            raise Refused(N_("Its places and hours are not kept any more. Make a new one."), field="name")
        if count_patterns(session, by) >= MOST_PATTERNS:
            raise Refused(N_("Your organisation keeps forty of them already. Delete one first."), field="name")
        kept = Pattern(
            organisation_id=item.owner_id,
            name=name,
            filing=sealed_filing(filing_of(version_of(session, item))),
            made_by_id=by.person_id,
            used_at=now,
        )
        session.add(kept)
        session.flush()
        record(session, by.person_id, "keep", "pattern", kept.id, at=now, organisation_id=item.owner_id)


def use_pattern(pattern_id: int, by: Audience, now: datetime) -> None:
    """It is being made again: it stays. Raises NotFound."""
    with transaction() as session:
        _pattern(session, pattern_id, by).used_at = now


def drop_pattern(pattern_id: int, by: Audience, now: datetime) -> None:
    with transaction() as session:
        session.delete(_pattern(session, pattern_id, by))
        record(session, by.person_id, "drop", "pattern", pattern_id, at=now, organisation_id=by.organisation_id)


def _pattern(session: Session, pattern_id: int, by: Audience) -> Pattern:
    found = pattern_of(session, pattern_id, by)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class _Later:
    """`filing` None: it cannot be read."""

    reference: str
    version: int
    filing: Filing | None


def _later(reference: str, by: Audience, now: datetime) -> list[_Later]:
    """The live items of its series that leave after it, and after now. Raises NotFound."""
    session = db.session()
    item = session.scalars(select(Item).where(Item.reference == reference)).first()
    if item is None or not owns(by, item.side, item.owner_id, item.sector):
        raise NotFound
    others = [o for o in later_of(session, reference, Side(item.side), now) if owns(by, o.side, o.owner_id, o.sector)]
    found = [_Later(other.reference, other.version, _readable(session, other)) for other in others]
    session.rollback()
    return found


def _readable(session: Session, item: Item) -> Filing | None:
    try:
        return filing_of(version_of(session, item))
    except (ValueError, KeyError, TypeError):
        return None


def _join(session: Session, reference: str, key: str, by: Audience) -> str:
    """The series of an item that is made again, which begins one if it stands alone."""
    item = own_item(session, reference, by)
    item.series = item.series or key
    return item.series
