"""File, amend, cancel: one transaction each for the row, its version, its boxes, its audit entry and its due mark.

What the owner hears is the reference and the fixed words of RUL-11, whatever the other side has filed: nothing here looks
at the other side.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.activity import Activity, Side
from deconflict.domain.audience import Audience
from deconflict.domain.check_ins import same_stops
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import owns
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.filing import Filing, MissionPlan, MovementNotice, StaticSite, split_sealed
from deconflict.domain.free_text import check_words
from deconflict.domain.hazard_notice import KIND as HAZARD
from deconflict.domain.msgid import N_
from deconflict.domain.ocha_areas import may_enter
from deconflict.domain.qips import MATCHED_AS
from deconflict.domain.sites import needs_verifying
from deconflict.domain.states import ItemState, SiteState, table_of
from deconflict.matching.boxes import replace_boxes, understand
from deconflict.services.drafts import needs_second, sent
from deconflict.services.following import end_convoy, joined, part, to_follow
from deconflict.services.news import expect_word
from deconflict.services.ocha_areas import take_as_read
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.check_ins import carry_over, has_left
from deconflict.store.codes import CODES
from deconflict.store.directory import is_colleague
from deconflict.store.items import DueMark, Item, ItemVersion
from deconflict.store.moves import LOST, move_item
from deconflict.store.outbox import fresh_reference
from deconflict.store.queries import filing_of, version_of
from deconflict.store.sites import hear

log = structlog.get_logger()
Also = Callable[[Session, Item], None]  # what is written beside an item, in the transaction of what was done
OfProject = Callable[[Session, Item, MissionPlan, Audience, Mission, datetime], None]

# What follows when a visible event is filed as one of a project's: services.qips links them.
WITH_PROJECT: list[OfProject] = []


@dataclass(frozen=True, slots=True)
class Filed:
    """What the owner gets back."""

    reference: str
    version: int
    late: bool


def file_item(
    filing: Filing,
    by: Audience,
    key: str,
    mission: Mission,
    now: datetime,
    *,
    series: str | None = None,
    convoy: str = "",
    also: Also | None = None,
) -> Filed:
    """Files a notice or a plan for the person's own organisation. The same `key` again answers with the first filing: a
    retry after a lost answer makes no twin. `series`: of those that are made with it for other days; `convoy`: the word of
    the joint convoy that it joins. Raises Refused where the person may not file for this side."""
    _check_side(filing, by)
    check_scope(filing, by, mission)
    check_second(filing, by)
    try:
        return _file(filing, by, key, mission, now, series, convoy, also)
    except IntegrityError:
        # The twin was being written in the same moment: now it is there.
        return _file(filing, by, key, mission, now, series, convoy, also)


def filed_before(key: str, by: Audience) -> Filed | None:
    """What bears this key already, of the person's own organisation; None for another's as for none."""
    twin = _with_key(db.session(), key)
    return _filed(twin) if twin is not None and twin.owner_id == by.organisation_id else None


def _with_key(session: Session, key: str) -> Item | None:
    return session.scalars(select(Item).where(Item.key == key)).first()


def _filed(item: Item) -> Filed:
    return Filed(item.reference, item.version, item.late)


def _file(
    filing: Filing,
    by: Audience,
    key: str,
    mission: Mission,
    now: datetime,
    series: str | None,
    convoy: str,
    also: Also | None,
) -> Filed:
    with transaction() as session:
        writer = sent(session, key, by)
        twin = _with_key(session, key)
        if twin is not None:
            if twin.owner_id != by.organisation_id:
                raise Refused("This form was used already. Open a new one and start again.")
            return _filed(twin)
        check_colleague(session, filing, by, writer)
        item = new_item(session, filing, by, key, mission, now, series=series, convoy=convoy, writer=writer)
        if isinstance(filing, MissionPlan) and filing.qip:
            for link in WITH_PROJECT:
                link(session, item, filing, by, mission, now)
        if also is not None:
            also(session, item)
        return _filed(item)


def new_item(
    session: Session,
    filing: Filing,
    by: Audience,
    key: str,
    mission: Mission,
    now: datetime,
    *,
    series: str | None = None,
    convoy: str = "",
    writer: int | None = None,
) -> Item:
    """The item's row with its first version, inside the caller's transaction; what may be filed by whom is the caller's to ask."""
    is_site = isinstance(filing, StaticSite)
    item = Item(
        side=filing.side,
        owner_id=by.organisation_id,
        reference=fresh_reference(),
        key=key,
        code=f"{secrets.randbelow(CODES):04d}" if isinstance(filing, MovementNotice) else None,
        state=SiteState.SUBMITTED if is_site else ItemState.SUBMITTED,
        version=1,
        filed_by_id=by.person_id,
        filed_at=now,
        kind="",
        level="",
        area="",
        sector="",
        departs_at=now,
        ends_at=now,
        series=series,
        convoy_id=joined(session, convoy, filing, by, mission.catalogue) if convoy else None,
    )
    _describe(item, filing, mission)
    session.add(item)
    session.flush()
    _write_version(session, item, filing, by, mission, now, reason="")
    expect_word(session, item, filing, mission)
    version_of(session, item).no_notice = has_begun(filing, item.departs_at, now)
    item.late = not item.of_ocha and item.departs_at - now < lead_time(filing, mission)
    take_as_read(session, item)
    detail = {"version": 1} | _written_by(writer, by)
    record(session, by.person_id, "file", item.side, item.id, detail, at=now, organisation_id=item.owner_id)
    return item


def amend_item(
    reference: str,
    filing: Filing,
    base_version: int,
    by: Audience,
    mission: Mission,
    now: datetime,
    reason: str = "",
    also: Also | None = None,
    *,
    key: str = "",
) -> Filed:
    """A new version of one's own item; the old one is kept. `base_version` is the one the person was looking at: if it is no
    longer current nothing is written. `key`: of the draft that it was written as, if any. An owner who amends gets no computed
    answer (RUL-6)."""
    _check_side(filing, by)
    check_scope(filing, by, mission)
    check_second(filing, by)
    check_words(reason, by)
    with transaction() as session:
        writer = sent(session, key, by)
        check_colleague(session, filing, by, writer)
        item = current_own_item(session, reference, base_version, by)
        if item.side != filing.side or table_of(item.state) != ("site" if isinstance(filing, StaticSite) else "item"):
            raise NotFound
        event = _change(session, item, filing)
        done = replace_filing(session, item, event, filing, by, mission, now, reason, writer)
        if also is not None:
            also(session, item)
        return done


def replace_filing(
    session: Session,
    item: Item,
    event: str,
    filing: Filing,
    by: Audience,
    mission: Mission,
    now: datetime,
    reason: str,
    writer: int | None = None,
) -> Filed:
    """The item's next version, inside the caller's transaction. `event`: what its owner did, of `states.ITEM`; `writer`: who wrote
    it, where that was another."""
    before = filing_of(version_of(session, item)) if _readable(session, item) else None
    no_notice = version_of(session, item).no_notice
    move_item(session, item, event, "system" if event == "follow" else "owner")
    item.version += 1
    _describe(item, filing, mission)
    if event != "follow":
        part(session, item, filing)
    _write_version(session, item, filing, by, mission, now, reason=reason)
    version_of(session, item).no_notice = no_notice
    if before is not None:
        carry_over(session, item.id, item.version, same_stops(before, filing))
    moved = before is None or _course(before) != _course(filing)
    if isinstance(before, StaticSite) and isinstance(filing, StaticSite):
        moved = needs_verifying(before, filing)
    if isinstance(filing, StaticSite) and item.site is not None and moved:
        item.site.seconded_by_id = None  # nobody else has looked at this position yet
    # Filed weeks ahead and moved hours before is as late as filed then (RUL-2); once late it stays so.
    # Whoever follows was moved by another: that is no lateness of his.
    late = event != "follow" and moved and item.departs_at - now < lead_time(filing, mission)
    item.late = item.late or (late and not item.of_ocha)
    take_as_read(session, item)
    version_of(session, item).followed = event == "follow"
    detail = {"version": item.version} | _written_by(writer, by)
    record(session, by.person_id, event, item.side, item.id, detail, at=now, organisation_id=item.owner_id)
    expect_word(session, item, filing, mission)
    for follower, changed in to_follow(session, item, filing, by, mission.catalogue, now):
        replace_filing(session, follower, "follow", changed, by, mission, now, "")
    return _filed(item)


def withdraw_item(session: Session, item: Item, by: Audience, reason: str, now: datetime) -> None:
    """Cancels an item inside the caller's transaction: it is matched no more, and stays readable."""
    take_off(session, item, now)
    detail = {"version": item.version, "reason": reason.strip()[:500]}
    record(session, by.person_id, "cancel", item.side, item.id, detail, at=now, organisation_id=item.owner_id)


def cancel_item(reference: str, by: Audience, reason: str, now: datetime, also: Also | None = None) -> None:
    """Cancels one's own item. Nothing is deleted: a movement that vanished could not be explained after an incident."""
    if not reason.strip():
        raise Refused("Say in a few words why it is cancelled.", field="reason")
    check_words(reason, by)
    with transaction() as session:
        item = own_item(session, reference, by)
        withdraw_item(session, item, by, reason, now)
        end_convoy(session, item, by, now)
        if also is not None:
            also(session, item)


def take_off(session: Session, item: Item, now: datetime) -> None:
    """It is cancelled: it meets nothing from here on. Inside the caller's transaction, which writes down who did it and why."""
    move_item(session, item, "cancel", "owner")
    replace_boxes(session, item.id, None)
    mark_due(session, item, "cancel", now)
    item.word_due_at = None


def read_item(item_id: int, version: int, by: Audience, now: datetime) -> None:
    """The officer has looked at this version: "Lue" (RUL-11)."""
    with transaction() as session:
        item = _current(session, item_id, version)
        move_item(session, item, "read", "officer")
        if has_left(session, item.id, version):
            move_item(session, item, "set_out", "officer")
        record(
            session,
            by.person_id,
            "read",
            item.side,
            item.id,
            {"version": version},
            at=now,
            organisation_id=item.owner_id,
        )


def return_item(item_id: int, version: int, code: str, by: Audience, now: datetime) -> None:
    """Back to the owner to mend, with a reason code; it stays matched meanwhile (RUL-22)."""
    with transaction() as session:
        item = _current(session, item_id, version)
        move_item(session, item, "return", "officer")
        detail = {"version": version, "code": code}
        record(session, by.person_id, "return", item.side, item.id, detail, at=now, organisation_id=item.owner_id)


def mark_due(session: Session, item: Item, reason: str, now: datetime) -> None:
    """Says to the matcher that an answer about this item may have changed. Insert-only."""
    session.add(DueMark(item_id=item.id, reason=reason, made_at=now))


def own_item(session: Session, reference: str, by: Audience) -> Item:
    """The item under this reference if it is the person's to act on; NotFound otherwise, foreign and missing alike. A hazard that is
    shown changes by its notice alone."""
    item = session.scalars(select(Item).where(Item.reference == reference).with_for_update(of=Item)).first()
    if item is None or item.kind == HAZARD or not owns(by, item.side, item.owner_id, item.sector):
        raise NotFound
    if item.kind in MATCHED_AS:
        raise Refused(N_("This is a QIP: it is changed on its own page, and what is matched follows."))
    return item


def current_own_item(session: Session, reference: str, version: int, by: Audience) -> Item:
    """As own_item. Raises LostRace where this version, which the person was looking at, is not the current one any more."""
    item = own_item(session, reference, by)
    if item.version != version:
        raise LostRace(LOST)
    return item


def lead_time(filing: Filing, mission: Mission) -> timedelta:
    """The notice the SOP asks for: less makes the item late, never refused (D4.4). What is urgent says why, and may come later
    than the rest; an emergency comes when it must, and is flagged like any other."""
    if isinstance(filing, StaticSite):
        # No notice is enough: who files a place to hear of a patrol near it gets no minimal alert for it (RUL-2), until an officer
        # has verified that it is there.
        return timedelta.max
    if isinstance(filing, MovementNotice):
        large = filing.vehicles >= mission.pack.convoy_large_min_trucks
        usual = "convoy_large" if large else "movement_standard"
        name = "movement_urgent" if filing.urgency == "urgent" else usual
    else:
        name = "visible_qip_event" if mission.catalogue[filing.kind].event else "patrol_change"
    return timedelta(seconds=mission.pack.lead_times_s[name])


def has_begun(filing: Filing, departs_at: datetime, now: datetime) -> bool:
    """Whether a plan is filed without any notice (D3.4). An area that holds already is told as soon as it is known."""
    return isinstance(filing, MissionPlan) and filing.zone is None and departs_at <= now


def check_scope(filing: Filing, by: Audience, mission: Mission) -> None:
    """Raises Refused for a plan in a sector that the account does not work for: nobody who filed it could read it again."""
    if filing.side is Side.MISSION and by.sector not in (None, mission.desks_of(filing)[1]):
        raise Refused("This is in another sector. Ask that sector's desk or force headquarters to enter it.")


def check_colleague(session: Session, filing: Filing, by: Audience, writer: int | None = None) -> None:
    """Raises Refused where who is said to have checked the positions is not somebody of the organisation other than who wrote
    them."""
    checked = filing.confirmed_by if isinstance(filing, MovementNotice) else None
    if checked is None:
        return
    author = by.person_id if writer is None else writer
    if checked == author or not (checked == by.person_id or is_colleague(session, checked, by)):
        raise Refused(
            N_("Who checks is somebody else of your organisation. Choose one of the list."), field="confirmed_by"
        )


def check_second(filing: Filing, by: Audience) -> None:
    """Raises Refused for what a focal point has to send."""
    if needs_second(filing, by):
        raise Refused(N_("In your organisation a focal point sends what others write. Ask one to read it and send it."))


def _written_by(writer: int | None, by: Audience) -> dict[str, int]:
    return {} if writer in (None, by.person_id) else {"written_by": writer}


def _readable(session: Session, item: Item) -> bool:
    """Whether the stored version can be read at all; a damaged one must not stop its owner from mending it."""
    try:
        filing_of(version_of(session, item))
    except (ValueError, KeyError, TypeError):
        return False
    return True


def _change(session: Session, item: Item, filing: Filing) -> str:
    """The event that an amendment is: of a site whose place and function stay as they were, nothing is to be verified anew."""
    before = filing_of(version_of(session, item)) if _readable(session, item) else None
    as_it_was = (
        isinstance(before, StaticSite) and isinstance(filing, StaticSite) and not needs_verifying(before, filing)
    )
    return "correct" if as_it_was else "amend"


def _check_side(filing: Filing, by: Audience) -> None:
    if may_enter(filing, by):
        return
    humanitarian = roles.FILERS_HUMANITARIAN | {roles.SCRIBE}
    allowed = humanitarian if filing.side is Side.HUMANITARIAN else roles.FILERS_MISSION
    if by.side != filing.side or not by.roles & allowed:
        raise NotFound


def _course(filing: Filing) -> tuple[object, ...]:
    """Where it goes, when and as what."""
    zone = filing.zone if isinstance(filing, MissionPlan) else None
    return filing.stops, filing.kind, filing.mode, zone


def _describe(item: Item, filing: Filing, mission: Mission) -> None:
    """What lists and duty rosters need without reading the filing."""
    item.kind, item.level = filing.kind, filing.level
    item.area, item.sector = mission.desks_of(filing)


def _write_version(
    session: Session, item: Item, filing: Filing, by: Audience, mission: Mission, now: datetime, *, reason: str
) -> None:
    if isinstance(filing, StaticSite):
        hear(session, item, by.person_id, now)
    content, sealed = split_sealed(filing)
    session.add(
        ItemVersion(
            item_id=item.id,
            version=item.version,
            filing=content,
            **sealed,
            filed_by_id=by.person_id,
            filed_at=now,
            reason=reason.strip()[:500],
        )
    )
    activity: Activity | None = None
    try:
        activity = understand(item, filing, mission)
    except Exception:
        # What was filed must not be lost because it cannot be computed: the matcher opens a case for a person to look at.
        log.exception("item could not be understood", item=item.id)
    windows = [window for stop in filing.stops for window in stop.windows]
    item.departs_at = activity.departs_at if activity else min(w.earliest for w in windows)
    item.ends_at = max(w.latest for w in windows)
    replace_boxes(session, item.id, activity)
    mark_due(session, item, "amend" if item.version > 1 else "file", now)


def _current(session: Session, item_id: int, version: int) -> Item:
    item = session.get(Item, item_id, with_for_update={"of": Item})
    if item is None:
        raise NotFound
    if item.version != version:
        raise LostRace(LOST)
    return item
