"""What an owner changes in one step: all hours of an item at once, or how much of it may be told. Each is a new version with a due
mark, as an amendment is, and no more is answered to it (RUL-6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.domain.activity import OPEN_END
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import Refused
from deconflict.domain.filing import FURTHEST_AHEAD, Filing, Level, at_level, postponed
from deconflict.domain.free_text import check_words
from deconflict.services.filing import Filed, check_second, current_own_item, replace_filing
from deconflict.store.base import transaction
from deconflict.store.items import Item
from deconflict.store.queries import filing_of, version_of

MOST_DAYS, MOST_HOURS = 60, 23


def postpone_item(
    reference: str,
    base_version: int,
    days: int | None,
    hours: int | None,
    reason: str,
    by: Audience,
    mission: Mission,
    now: datetime,
) -> Filed:
    """Every window of one's own item so much later, in one step. None: what was typed is no number. Raises Refused, LostRace,
    NotFound."""
    if days is None or not 0 <= days <= MOST_DAYS:
        raise Refused("Give whole days, from 0 to 60.", field="days")
    if hours is None or not 0 <= hours <= MOST_HOURS:
        raise Refused("Give whole hours, from 0 to 23.", field="hours")
    if days == hours == 0:
        raise Refused("Say by how many days or hours it is postponed.", field="days")
    if not reason.strip():
        raise Refused("Say in a few words why it is postponed, without names.", field="reason")
    check_words(reason, by)
    with transaction() as session:
        item = current_own_item(session, reference, base_version, by)
        filing = postponed(_filed(session, item), days, hours, mission.zone)
        check_second(filing, by)
        instants = [at for stop in filing.stops for window in stop.windows for at in (window.earliest, window.latest)]
        if min(instants) <= now:
            raise Refused("It would still begin in the past. Give more days or hours.", field="days")
        if max([at for at in instants if at < OPEN_END], default=now) > now + FURTHEST_AHEAD:
            raise Refused("This is more than 18 months ahead. Give fewer days.", field="days")
        return replace_filing(session, item, "postpone", filing, by, mission, now, reason)


def lower_level(
    reference: str, base_version: int, level: str, reason: str, by: Audience, mission: Mission, now: datetime
) -> Filed:
    """From now on less of one's own item may be told (RUL-7). The matcher takes back what rests on more than that, for the mark of
    this version. Raises Refused, LostRace, NotFound."""
    check_words(reason, by)
    with transaction() as session:
        item = current_own_item(session, reference, base_version, by)
        filing = _filed(session, item)
        lower = {str(one): one for one in filing.level.below}
        if level not in lower:
            raise Refused("Choose one of the levels below.", field="level")
        return replace_filing(session, item, "lower", at_level(filing, Level(lower[level])), by, mission, now, reason)


def _filed(session: Session, item: Item) -> Filing:
    try:
        return filing_of(version_of(session, item))
    except (ValueError, KeyError, TypeError):
        raise Refused("This item cannot be read any more. Cancel it and make a new one.") from None
