"""A case that went on for weeks: its page stays light and short, and nothing of it is lost but on its log."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import make
import pytest
from deskhouse import DeskHouse
from pages import words
from weights import sent

from deconflict.domain.filing import Level, MissionPlan, MovementNotice, Stop
from deconflict.store.alerts import Acknowledgement, Alert, Message
from deconflict.store.base import transaction
from deconflict.store.cases import Case, CaseEvent, Request
from deconflict.web.desk_case import ALERTS_SHOWN
from deconflict.web.desk_log import PAGE

LIMIT = 22_500  # a page with its styles and scripts, as it leaves; these are kept from the second page on
STATIC = Path(__file__).parents[2] / "deconflict/static"
ALERTS, EVENTS, ASKS = 40, 60, 10
LONG = "Appelé trois fois le matin, personne ; rappelé à midi. " * 18  # as much as a reason may hold


@pytest.fixture(params=["fr", "en"])
def house(app, mission, make_account, sign_in, request):
    house = DeskHouse(app, mission, make_account, sign_in)
    house.desk.post("/language", data={"language": request.param, "next": "/"})
    return house


def weight(page):
    """With what it asks for, compressed."""
    assert page.status_code == 200
    files = [(STATIC / name).read_bytes() for name in re.findall(r"/static/([\w.]+)\?v=", page.text)]
    return sum(sent(each) for each in (page.data, *files))


def tour(step):
    """Twelve stops around Bankass, one an hour from five in the morning."""
    for n in range(12):
        arrives = make.span("10 Dec 05:05-06:00")[0] + timedelta(hours=n)
        place = make.fix((14.05 + n * step, -3.52 + n * step))
        yield Stop(place, make.exactly(arrives), make.exactly(arrives + timedelta(minutes=45)), halt=True)


def long_case(house):
    """Two filings of twelve stops, dozens of alerts, requests and events, each with as much text as it may hold."""
    facts = {"vehicles": 2, "persons": 6, "marking": "flag", "cargo": "food", "disclaimer": "1"}
    house.files(house.ngo, MovementNotice(kind="CONVOY_CARGO", level=Level.FULL, stops=tuple(tour(0.004)), **facts))
    house.files(house.g9, MissionPlan(kind="PAT_LONG", level=Level.REDACTED, stops=tuple(tour(0.005))))
    house.acts("ask", side="mission", ask="avoid_place")
    case, people = house.case, (house.g9, house.ngo, house.officer)
    with house.app.app_context(), transaction() as session:
        (asked,) = session.get_one(Case, case.id).requests
        for n in range(ASKS):
            session.add(
                Request(
                    case_id=case.id,
                    round=1,
                    side=("mission", "humanitarian")[n % 2],
                    ask="change_time",
                    words=asked.words,
                    state="declined",
                    made_by_id=house.officer.person_id,
                    made_at=house.now + timedelta(minutes=n),
                    answered_by_id=house.g9.person_id,
                    answered_at=house.now,
                    answer=LONG[:500],
                )
            )
        for n in range(ALERTS):
            who = people[n % 3]
            side = who.audience.side
            alert = Alert(
                case_id=case.id,
                round=1,
                purpose=f"request:{900 + n}",
                step="first",
                person_id=who.person_id,
                side=side,
                text="focal_request",
                level="desk",
                reference=case.reference_for(side),
                counter=100 + n,
                code="4821",
                link=f"link-{n}",
                state=("owed", "acknowledged", "superseded")[n // 2 % 3],
                owed_at=house.now + timedelta(minutes=n),
                ack_due_at=house.now + timedelta(hours=2),
                useful_until=house.now + timedelta(days=4),
            )
            alert.messages = [
                Message(
                    channel=channel,
                    address=f"{channel}-{attempt}",
                    address_hash=f"{channel}-{attempt}",
                    attempt=attempt,
                    tries=3,
                    token=f"{n}-{channel}-{attempt}",
                    state="failed",
                    due_at=house.now,
                    send_after=house.now,
                    timed_at=house.now,
                    queued_at=house.now,
                    error="unreachable",
                )
                for channel in ("sms", "email")
                for attempt in (1, 2)
            ]
            if alert.state == "acknowledged":
                alert.acknowledgements = [
                    Acknowledgement(
                        at=house.now,
                        level="desk",
                        method="relay",
                        how=f"phone: {LONG[:180]}",
                        recorded_by_id=house.officer.person_id,
                    )
                ]
            session.add(alert)
        for n in range(EVENTS):
            session.add(
                CaseEvent(
                    case_id=case.id,
                    at=house.now + timedelta(minutes=n),
                    actor_id=house.officer.person_id,
                    event="release_asked",
                    state="asked",
                    round=1,
                    severity="critical",
                    code="mission",
                    reason=f"{n:03d} {LONG}"[:1000],
                    sop_version="2019-12-ML-draft1",
                    humanitarian_version=1,
                    mission_version=1,
                )
            )


def test_a_case_of_weeks_stays_light_on_every_page_and_short_on_its_own(house):
    long_case(house)
    page = house.desk.get(house.url())
    assert weight(page) < LIMIT
    assert len(re.findall(r'<span class="mono">[0-9A-Z]{5}-\d+</span>', page.text)) == ALERTS_SHOWN
    assert weight(house.desk.get(house.url("map"))) < LIMIT
    assert "<svg" in house.desk.get(house.url("map")).text


def test_everything_is_on_the_log_once_newest_first(house):
    long_case(house)
    found, page = "", 0
    while (answer := house.desk.get(f"{house.url('log')}?page={page}")).status_code == 200:
        assert weight(answer) < LIMIT
        assert answer.text.count("<li") - answer.text.partition("<main")[0].count("<li") <= PAGE
        found, page = found + words(answer), page + 1
    assert answer.status_code == 404
    assert page * PAGE > ALERTS + EVENTS + ASKS
    counters = [int(c) for c in re.findall(r"\b[0-9A-Z]{5}-(1\d\d)\b", found)]
    assert counters == [100 + n for n in reversed(range(ALERTS))]
    reasons = [int(r) for r in re.findall(r"\((\d{3}) Appelé", found)]
    assert reasons == list(reversed(range(EVENTS)))


def test_a_party_that_is_silent_stands_first(house):
    long_case(house)
    line = r'<li( class="waits")?>\s*<p>[^<]*<strong>[^<]*</strong>, <span class="mono">(\w{5})-'
    shown = re.findall(line, house.desk.get(house.url()).text)
    assert [bool(waits) for waits, _ in shown] == [True] * ALERTS_SHOWN
    assert house.case.reference not in {reference for _, reference in shown}
