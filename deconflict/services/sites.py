"""What people do with a static site beside filing and amending it: its owner confirms, suspends, closes or takes it up again; an
officer takes, verifies, gives back and settles. Each locks the item, so that of two acts at once one is told that it lost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.msgid import N_
from deconflict.domain.states import LIVE_SITES, SITE_STATES
from deconflict.matching.boxes import replace_boxes, understand
from deconflict.services.filing import current_own_item, mark_due, own_item
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.items import Item
from deconflict.store.moves import LOST, move_item
from deconflict.store.queries import filing_of, version_of
from deconflict.store.sites import Site, SitePair, entered_by, hear, mark_disputed, pairs_with, touched_by

METHODS = ("gps", "imagery", "second_source", "visit", "call")
OCCUPIED = "occupied"
SUSPENSIONS = ("function", "relocated", OCCUPIED)
SAME_SITE, TWO_SITES, FIRST_WRONG, SECOND_WRONG = "same_site", "two_sites", "first_wrong", "second_wrong"
OUTCOMES = (SAME_SITE, TWO_SITES, FIRST_WRONG, SECOND_WRONG)
OWN_WORK = N_("You entered or confirmed this site yourself: another officer verifies it.")
UNSETTLED = N_("Settle first whether this is the same site as the one beside it.")
METHOD = N_("Choose how it is verified.")
ARMED = N_("By the last word armed people are in it. It is verified once they have left.")


# ---- its owner ---------------------------------------------------------------------------------------------------


def confirm_site(reference: str, version: int, by: Audience, now: datetime) -> None:
    """Nothing has changed: word that it is there, which asks the desk to verify it again. Raises LostRace, NotFound, WrongState."""
    with transaction() as session:
        item = _own(session, reference, version, by)
        move_item(session, item, "confirm", "owner")
        hear(session, item, by.person_id, now)
        _note(session, item, "confirm", by, now)


def second_site(reference: str, version: int, by: Audience, now: datetime) -> None:
    """A colleague of whoever filed it has looked at the position too (D5). Raises Refused for whoever entered it."""
    with transaction() as session:
        item = _own(session, reference, version, by)
        if item.state not in LIVE_SITES or item.site is None:
            raise WrongState(N_("It is no longer in use."))
        if by.person_id in entered_by(session, item):
            raise Refused(N_("You entered it yourself: a colleague looks at the position."))
        item.site.seconded_by_id = by.person_id
        _note(session, item, "second", by, now)


def suspend_own_site(reference: str, version: int, code: str, by: Audience, now: datetime) -> None:
    """Its work has stopped or moved, or others are in it. It stays matched: people may be there. That armed people are in it may be
    said of one that is suspended already, and the desk is alerted at once."""
    _check_reason(code)
    with transaction() as session:
        item = _own(session, reference, version, by)
        _suspend(session, item, hear(session, item, by.person_id, now), code, "owner", now)
        _note(session, item, "suspend", by, now, code=code)


def resume_own_site(reference: str, version: int, by: Audience, now: datetime) -> None:
    """It works as before: it is verified anew."""
    with transaction() as session:
        item = _own(session, reference, version, by)
        move_item(session, item, "resume", "owner")
        hear(session, item, by.person_id, now)
        _note(session, item, "resume", by, now)


def left_own_site(reference: str, version: int, by: Audience, now: datetime) -> None:
    """The armed people have left it. Pressed twice it is said once."""
    with transaction() as session:
        item = _own(session, reference, version, by)
        if _left(session, item, "owner", by, now):
            hear(session, item, by.person_id, now)


def close_site(reference: str, version: int, by: Audience, now: datetime) -> None:
    """It is used no longer: out of matching, and whoever was told of a case is told that it is over."""
    with transaction() as session:
        item = _own(session, reference, version, by)
        move_item(session, item, "close", "owner")
        take_out(session, item, "close", now)
        _note(session, item, "close", by, now)


def reopen_site(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """An archived site is still there: matched from now on, verified anew. Raises Refused once its position is deleted."""
    with transaction() as session:
        item = _own(session, reference, version, by)
        if item.reduced_at is not None:
            raise Refused(N_("Its exact position is deleted by now. Notify the site anew."))
        move_item(session, item, "reopen", "owner")
        row = hear(session, item, by.person_id, now)
        row.ended_at, row.compared_version = None, 0
        replace_boxes(session, item.id, understand(item, filing_of(version_of(session, item)), mission))
        mark_due(session, item, "reopen", now)
        _note(session, item, "reopen", by, now)


# ---- the desk ----------------------------------------------------------------------------------------------------


def take_site(item_id: int, version: int, method: str, by: Audience, now: datetime) -> None:
    """An officer sees to it from now on, by this method. What is verified counts as such meanwhile. Raises Refused for whoever may
    not verify it: he would take it from those who may."""
    _check_method(method)
    with transaction() as session:
        item, row = _for_officer(session, item_id, version, by)
        _check_not_own_work(session, item, by)
        first = item.state not in ("verified", "verify_due", "stale")
        move_item(session, item, "take" if first else "take_again", "officer")
        row.taken_by_id, row.method = by.person_id, method
        _note(session, item, "take", by, now, method=method)


def verify_site(item_id: int, version: int, method: str, by: Audience, now: datetime) -> None:
    """An officer has seen to it that this version is where and what it says. Nobody verifies what he entered or confirmed himself
    (D7.2). Raises Refused, LostRace, WrongState."""
    _check_method(method)
    with transaction() as session:
        item, row = _for_officer(session, item_id, version, by)
        _check_not_own_work(session, item, by)
        if row.disputed:
            raise Refused(UNSETTLED)
        if row.occupied_at is not None:
            raise Refused(ARMED)
        move_item(session, item, "verify", "officer")
        row.verified_at, row.verified_version, row.verified_by_id = now, item.version, by.person_id
        row.method, row.heard_at, row.taken_by_id = method, now, None
        item.late = False  # somebody has seen that it is no bait
        mark_due(session, item, "verify", now)
        _note(session, item, "verify", by, now, method=method)


def return_site(item_id: int, version: int, code: str, by: Audience, now: datetime) -> None:
    """Back to its owner to mend; it stays matched meanwhile (RUL-22)."""
    with transaction() as session:
        item, row = _for_officer(session, item_id, version, by)
        _give_back(session, item, row, code, by, now)


def suspend_site(item_id: int, version: int, code: str, by: Audience, now: datetime) -> None:
    _check_reason(code)
    with transaction() as session:
        item, row = _for_officer(session, item_id, version, by)
        _suspend(session, item, row, code, "officer", now)
        _note(session, item, "suspend", by, now, code=code)


def resume_site(item_id: int, version: int, by: Audience, now: datetime) -> None:
    with transaction() as session:
        item, _row = _for_officer(session, item_id, version, by)
        move_item(session, item, "resume", "officer")
        _note(session, item, "resume", by, now)


def left_site(item_id: int, version: int, by: Audience, now: datetime) -> None:
    """As `left_own_site`, as an officer has heard."""
    with transaction() as session:
        item, _row = _for_officer(session, item_id, version, by)
        _left(session, item, "officer", by, now)


def settle_pair(pair_id: int, versions: Collection[int], outcome: str, by: Audience, now: datetime) -> None:
    """What two sites near each other are: one, two, or one of them is wrong and goes back to its owner. `versions` are those the
    officer was looking at, the first site's first. Raises Refused, LostRace, NotFound, WrongState."""
    if not by.roles & roles.OFFICERS:
        raise NotFound
    if outcome not in OUTCOMES:
        raise Refused(N_("Choose what the two are."), field="outcome")
    with transaction() as session:
        pair = session.get(SitePair, pair_id)
        if pair is None:
            raise NotFound
        ids = (pair.first_id, pair.second_id)  # in the order everybody locks items in
        first, second = (session.get_one(Item, item_id, with_for_update={"of": Item}) for item_id in ids)
        session.refresh(pair)
        if (
            pair.settled_at is not None
            or pair.gone_at is not None
            or (first.version, second.version) != tuple(versions)
        ):
            raise LostRace(LOST)
        pair.settled_at, pair.settled_by_id, pair.outcome = now, by.person_id, outcome
        pair.first_version, pair.second_version = first.version, second.version
        wrong = {FIRST_WRONG: first, SECOND_WRONG: second}.get(outcome)
        if wrong is not None and wrong.site is not None:
            _give_back(session, wrong, wrong.site, "coordinates", by, now)
        mark_disputed(session, ids)
        for item in (first, second):
            _note(session, item, "settle", by, now, outcome=outcome)


def take_out(session: Session, item: Item, reason: str, now: datetime) -> None:
    """Out of matching from now on: no boxes, its cases end, and nothing is disputed with it any more."""
    replace_boxes(session, item.id, None)
    mark_due(session, item, reason, now)
    if item.site is not None:
        item.site.ended_at, item.site.occupied_at = now, None
    mark_disputed(session, [one for pair in pairs_with(session, item.id) for one in (pair.first_id, pair.second_id)])


# ---- pieces ------------------------------------------------------------------------------------------------------


def _own(session: Session, reference: str, version: int, by: Audience) -> Item:
    if not by.roles & roles.FILERS_HUMANITARIAN:
        raise NotFound
    if own_item(session, reference, by).state not in SITE_STATES:
        raise NotFound
    return current_own_item(session, reference, version, by)


def _for_officer(session: Session, item_id: int, version: int, by: Audience) -> tuple[Item, Site]:
    if not by.roles & roles.OFFICERS:
        raise NotFound
    item = session.get(Item, item_id, with_for_update={"of": Item}, populate_existing=True)
    if item is None or item.side != Side.HUMANITARIAN or item.state not in SITE_STATES or item.site is None:
        raise NotFound
    if item.version != version:
        raise LostRace(LOST)
    return item, item.site


def _suspend(session: Session, item: Item, row: Site, code: str, who: str, now: datetime) -> None:
    armed = code == OCCUPIED
    move_item(session, item, "occupy" if armed else "suspend", who)
    if armed:  # that its work has stopped takes nobody away
        row.occupied_at = now
        mark_due(session, item, "occupy", now)


def _left(session: Session, item: Item, who: str, by: Audience, now: datetime) -> bool:
    """Whether anybody had been in it, by the last word."""
    move_item(session, item, "leave", who)
    if item.site is None or item.site.occupied_at is None:
        return False
    item.site.occupied_at = None
    mark_due(session, item, "leave", now)
    _note(session, item, "leave", by, now)
    return True


def _give_back(session: Session, item: Item, row: Site, code: str, by: Audience, now: datetime) -> None:
    move_item(session, item, "return", "officer")
    row.taken_by_id = None
    _note(session, item, "return", by, now, code=code)


def _check_not_own_work(session: Session, item: Item, by: Audience) -> None:
    if by.person_id in touched_by(session, item):
        raise Refused(OWN_WORK)


def _check_method(method: str) -> None:
    if method not in METHODS:
        raise Refused(METHOD, field="method")


def _check_reason(code: str) -> None:
    if code not in SUSPENSIONS:
        raise Refused(N_("Choose why."), field="code")


def _note(session: Session, item: Item, verb: str, by: Audience, now: datetime, **more: str) -> None:
    detail = {"version": item.version, **more}
    record(session, by.person_id, verb, item.side, item.id, detail, at=now, organisation_id=item.owner_id)
