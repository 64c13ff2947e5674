"""A report of aid outside QIPs that holds becomes an item of OCHA's own, so that organisations with activities at the same place in the
days after are advised (R15); shown to be wrong it goes. The mission is told neither."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from deconflict.domain.aid_reports import OFFICER
from deconflict.domain.aid_sources import Source, enough, source_from
from deconflict.domain.aid_words import CATEGORY_OF
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Level, Location, MissionPlan, Stop, Window
from deconflict.domain.msgid import N_
from deconflict.domain.ocha_areas import AID_INCIDENT
from deconflict.domain.procedures import Noun
from deconflict.domain.states import ITEM
from deconflict.services.aid_clocks import due_in
from deconflict.services.aid_reports import reported_as
from deconflict.services.filing import cancel_item, file_item
from deconflict.services.procedures import move, taken
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.procedures import Procedure, procedure, procedure_facts

UNCERTAIN_M = 1000.0  # as of any settlement that is named and not measured
TOO_FEW = N_(
    "Two sources that do not depend on each other are needed, or the mission's own word. Write down another one first: two of one"
    " organisation are one source, and your own report is none of yours."
)


def verify(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """Raises Refused where the sources are too few. Once organisations can be advised no more, nothing is entered for it."""
    row = procedure(db.session(), Noun.AID_REPORT, reference)
    if row is None or not by.may(*OFFICER):
        raise NotFound
    filing = _incident(row, mission)
    if filing is None or advised_until(procedure_facts(row).facts["day"], mission) <= now:
        with transaction() as session:
            _verify(session, reference, version, None, by, mission, now)
        return

    def also(session: Session, item: Item) -> None:
        _verify(session, reference, version, item, by, mission, now)

    file_item(filing, by, f"aid-{reference}-{version}", mission, now, also=also)


def shown_wrong(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """What was verified turns out not to be so: what was entered for it is taken back, and cases that rest on it end."""
    row = procedure(db.session(), Noun.AID_REPORT, reference)
    if row is None or not by.may(*OFFICER):
        raise NotFound
    item = db.session.get(Item, row.item_id) if row.item_id is not None else None
    if item is None or item.state not in ITEM["cancel"].sources:
        with transaction() as session:
            _wrong(session, reference, version, by, mission, now)
        return

    def also(session: Session, _item: Item) -> None:
        _wrong(session, reference, version, by, mission, now)

    cancel_item(item.reference, by, "shown_wrong", now, also=also)


def sources_of(row: Procedure, by: Audience) -> list[Source]:
    """What counts for this officer: what was written down, and the report itself unless he made it, or the mission took it back."""
    secret = row.sealed()
    known = [source_from(one) for one in secret.get("sources", ())]
    own = secret.get("person_id") == by.person_id
    return known if own or row.facts.get("taken_back") else [reported_as(row), *known]


def advised_until(day: str, mission: Mission) -> datetime:
    """The instant after which organisations with activities there are advised no more."""
    last = date.fromisoformat(day) + timedelta(days=mission.pack.procedures.advisory_days + 1)
    return datetime.combine(last, time(0), mission.zone)


def _verify(
    session: Session, reference: str, version: int, item: Item | None, by: Audience, mission: Mission, now: datetime
) -> None:
    row = taken(session, Noun.AID_REPORT, reference, version, by)
    if not enough(sources_of(row, by)):
        raise Refused(TOO_FEW)
    move(session, row, "verify", by, mission, now, change={"verified": True}, due=due_in("verified", mission, now))
    if item is not None:
        row.item_id = item.id
        # For as long as it advises: it is ended and made coarse like any plan, and must not be so before.
        item.ends_at = advised_until(row.facts["day"], mission)


def _wrong(session: Session, reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    row = taken(session, Noun.AID_REPORT, reference, version, by)
    move(session, row, "shown_wrong", by, mission, now)


def _incident(row: Procedure, mission: Mission) -> MissionPlan | None:
    """The day and the settlement, as the matcher takes them; None where the place is not known, or the profile has no such kind."""
    place = mission.gazetteer.meant(row.pcode, row.cod_version)
    if place is None or place.level != "town" or AID_INCIDENT not in mission.catalogue.kinds:
        return None
    begins = datetime.combine(date.fromisoformat(row.facts["day"]), time(0), mission.zone)
    ends = begins + timedelta(days=1) - timedelta(minutes=1)
    spot = Location(
        *(place.point, place.name, "gazetteer", UNCERTAIN_M, place.pcode, place.name),
        cod_version=mission.gazetteer.edition,
    )
    stop = Stop(spot, Window(begins, begins), Window(ends, ends), halt=True)
    category = CATEGORY_OF.get(row.facts["kind"], "")
    return MissionPlan(AID_INCIDENT, Level.MATCH_ONLY, (stop,), category=category)
