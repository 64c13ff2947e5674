"""From pressing the button of the notice form to the alert in the fake provider's hands, through two real processes."""

from __future__ import annotations

import os
import random
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing, Level, Location, MissionPlan, MovementNotice, Stop, Window
from deconflict.domain.place import Place
from deconflict.jobs.scheduler import EVERY_S
from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.schemas.whereabouts import candidates
from deconflict.services import filing
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import DueMark, Item
from deconflict.store.outbox import fresh_reference
from deconflict.store.work import DemoDelivery
from tests.demo_house import Client, Demo
from tests.figures import Figure, figure, quantile

SEED = 7
FILINGS = 60
PER_DAY = 20  # so many of them meet a patrol of the same day, each in a village of its own
FIRST_DAY = 6  # days ahead: later than every lead time, so that nothing is flagged and nothing is told to the parties
PATIENCE_S = 10.0
P99_GOAL_S = 2.0
LIVE = int(os.environ.get("BENCH_LIVE", "5000"))
AT_ONCE = 50  # in one transaction, and a breath after each: the scheduler writes meanwhile


def patrols(demo: Demo) -> list[tuple[Place, datetime]]:
    """Files a patrol in a village for every filing to come: where and when each stands."""
    mission, now = demo.player.mission, datetime.now(UTC)
    chance = random.Random(SEED)
    gazetteer = mission.gazetteer
    villages = sorted(gazetteer.within(13.5, -5.5, 15.5, -2.0), key=lambda p: p.pcode)
    villages = [p for p in villages if len(candidates(gazetteer, p.name)) == 1 and mission.area_of(p.pcode) == "MOPTI"]
    chosen = chance.sample(villages, PER_DAY)
    first = now.replace(hour=13, minute=0, second=0, microsecond=0) + timedelta(days=FIRST_DAY)
    where = [(place, first + timedelta(days=n)) for n in range(FILINGS // PER_DAY) for place in chosen]
    desk = replace(demo.player.stage.cast["kofi"], scope=None)
    for number, (place, at) in enumerate(where):
        filing.file_item(_patrol(place, at), desk, f"bench-{number}", mission, now)
    return where


def _patrol(place: Place, at: datetime) -> MissionPlan:
    spot = Location(place.point, place.name, "decimal", 20.0, place.pcode, place.name)
    stop = Stop(spot, Window(at, at), Window(at + timedelta(hours=3), at + timedelta(hours=3)), None, True)
    return MissionPlan(kind="PAT_LONG", level=Level.REDACTED, stops=(stop,), aid_component="none", joint_with="none")


def live_items(demo: Demo, count: int = LIVE, *, crowded: bool = False) -> None:
    """So many more notices around the villages of these filings, and plans in the north, over a fortnight that begins when
    the filings' days are over: everybody's neighbours, and nobody's case. They count as judged when they were filed. `crowded`: the
    plans lie around the same villages."""
    mission, now = demo.player.mission, datetime.now(UTC)
    chance = random.Random(SEED + 1)
    cast = demo.player.stage.cast
    south = sorted(mission.gazetteer.within(13.5, -5.5, 15.5, -2.0), key=lambda p: p.pcode)
    north = sorted(mission.gazetteer.within(16.5, -1.0, 19.5, 3.0), key=lambda p: p.pcode)
    first = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=FIRST_DAY + FILINGS // PER_DAY + 2)
    for begun in range(0, count, AT_ONCE):
        with transaction() as session:
            for number in range(begun, min(count, begun + AT_ONCE)):
                at = first + timedelta(days=chance.randrange(14), hours=chance.randrange(8))
                if number % 2:
                    what, by = (
                        _patrol(chance.choice(south if crowded else north), at),
                        replace(cast["kofi"], scope=None),
                    )
                else:
                    what, by = _transit(chance.choice(south), at), cast["awa"]
                _write(session, what, by, f"live-{crowded}-{number}", mission, now)
            session.flush()
            session.execute(delete(DueMark).where(DueMark.made_at == now))
        time.sleep(0.02)


def _write(session: Session, what: Filing, by: Audience, key: str, mission: Mission, now: datetime) -> None:
    """As file_item does, many in one transaction."""
    known = {"side": what.side, "owner_id": by.organisation_id, "filed_by_id": by.person_id, "filed_at": now}
    seat = what.stops[0].location.pcode or ""
    placed = {"area": mission.area_of(seat), "sector": mission.sector_of(seat)}
    # Of five thousand drawn by chance two may be alike.
    free = (
        drawn
        for drawn in iter(fresh_reference, "")
        if not session.scalar(select(exists().where(Item.reference == drawn)))
    )
    item = Item(**known, **placed, reference=next(free), key=key, state="submitted", version=1)
    item.kind, item.level, item.departs_at, item.ends_at = what.kind, what.level, now, now
    session.add(item)
    session.flush()
    filing._write_version(session, item, what, by, mission, now, reason="")


def _transit(place: Place, at: datetime) -> MovementNotice:
    spot = Location(place.point, place.name, "decimal", 20.0, place.pcode, place.name)
    stop = Stop(spot, Window(at, at), Window(at + timedelta(hours=3), at + timedelta(hours=3)), "DIST_FOOD", True)
    return MovementNotice(
        kind="TRANSIT_STAFF", level=Level.REDACTED, stops=(stop,), vehicles=2, marking="logo", persons=6, disclaimer="1"
    )


def _distribution(place: Place, at: datetime, token: str) -> dict[str, str]:
    """What the notice form would send."""
    day = at.date().isoformat()
    return {
        "csrf_token": token,
        "_key": secrets.token_hex(16),
        "_stops": "1",
        "_do": "file",
        "kind": "TRANSIT_STAFF",
        "mode": "road",
        "stops-0-place": place.name,
        **{"stops-0-arrive_date": day, "stops-0-arrive_from": "09:00", "stops-0-arrive_to": "10:00"},
        "stops-0-activity": "DIST_FOOD",
        **{"stops-0-depart_date": day, "stops-0-depart_from": "14:00", "stops-0-depart_to": "15:00"},
        **{"vehicles": "2", "persons": "6", "marking": "logo", "cargo": "food", "escort": "none"},
        **{"urgency": "standard", "level": "redacted", "disclaimer": DISCLAIMER_VERSION, "confirmed_by": "nobody"},
    }


def filing_to_alert(demo: Demo, ngo: Client, patrols: list[tuple[Place, datetime]]) -> Iterator[Figure]:
    """From pressing the button to the alert in the fake provider's hands, through two processes."""
    chance = random.Random(SEED)
    pressed: dict[str, float] = {}
    answered: list[float] = []
    with _deliveries(demo) as seen_at:
        for place, at in patrols:
            form = _distribution(place, at, ngo.get("/notices/new").token)
            had, before = len(seen_at), time.time()
            answer = ngo.post("/notices/new", form)
            answered.append(time.time() - before)
            if answer.status != 303:
                raise RuntimeError(f"filing answered {answer.status}")
            pressed[answer.location.split("/")[2]] = before
            _wait_for_more(seen_at, had)
            time.sleep(chance.uniform(0.0, EVERY_S))  # the next one comes at any moment between two turns
    told = _told(demo, pressed, seen_at)
    if len(told) < len(pressed):
        raise RuntimeError(f"{len(pressed) - len(told)} of {len(pressed)} filings brought no alert")
    turn = float(EVERY_S)
    for share, goal in ((0.5, None), (0.95, None), (0.99, P99_GOAL_S)):
        yield figure(f"filing to OCHA's alert, {LIVE} live, p{share * 100:.0f}", quantile(told, share), "s", turn, goal)
    yield figure("filing itself, p95", quantile(answered, 0.95) * 1e3, "ms")


def _wait_for_more(seen_at: Mapping[int, float], had: int) -> None:
    """One filing at a time: what is asked is how long one takes, not how many fit."""
    deadline = time.monotonic() + PATIENCE_S
    while len(seen_at) == had and time.monotonic() < deadline:
        time.sleep(0.01)


@contextmanager
def _deliveries(demo: Demo) -> Iterator[dict[int, float]]:
    """When each delivery was there, looked for a hundred times a second."""
    seen: dict[int, float] = {}
    stop = threading.Event()

    def look() -> None:
        with demo.app.app_context():
            last = db.session.scalar(select(func.max(DemoDelivery.id))) or 0
            while not stop.wait(0.01):
                db.session.rollback()
                for number in db.session.scalars(select(DemoDelivery.id).where(DemoDelivery.id > last)):
                    seen[number], last = time.time(), max(last, number)
            db.session.remove()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


def _told(demo: Demo, pressed: Mapping[str, float], seen_at: Mapping[int, float]) -> list[float]:
    """Seconds from each filing to the first delivery to the desk about a case of it."""
    about = (
        select(DemoDelivery.id, Item.reference)
        .join(Message, Message.provider_ref == DemoDelivery.provider_ref)
        .join(Alert, Alert.id == Message.alert_id)
        .join(Case, Case.id == Alert.case_id)
        .join(Item, Item.id == Case.humanitarian_id)
        .where(Alert.side == "ocha", DemoDelivery.carries == "sms")
        .order_by(DemoDelivery.id.desc())
    )
    with demo.app.app_context():
        first = {reference: seen_at[number] for number, reference in db.session.execute(about) if number in seen_at}
        db.session.remove()
    return [first[reference] - at for reference, at in pressed.items() if reference in first]
