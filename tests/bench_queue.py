"""The queue of a country in trouble: two thousand open cases with their alerts and requests, and what a page of it costs the server.
Alone: BENCH_CASES=500 .venv/bin/python -m tests.bench_queue"""

from __future__ import annotations

import os
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # what the tests share names itself without `tests.`

import make
from accounts import create_account, enter, settings_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from deconflict import create_app
from deconflict.domain import roles
from deconflict.jobs.cycle import Cycle
from deconflict.mission import Mission, load_mission
from deconflict.services import cases, filing
from deconflict.settings import ROOT
from deconflict.store.alerts import Alert
from deconflict.store.base import Base, db, transaction
from deconflict.store.cases import Case, CaseEvent, Request
from deconflict.store.items import Item, ItemVersion
from tests.figures import Figure, figure, show

CASES = int(os.environ.get("BENCH_CASES", "2000"))
PLANS = 300  # so that most cases are in talks
UNREAD = 60  # notices and plans that wait to be read, besides
NOW = datetime(2019, 12, 7, 6, tzinfo=UTC)
REPEATS = 9
GOAL_MS = 300.0
SEED = 11


def queue(folder: Path) -> list[Figure]:
    app = create_app(settings_of(f"sqlite:///{folder}/queue.db"))
    app.config |= {"SECOND_FACTOR_REQUIRED": False, "WTF_CSRF_ENABLED": False}
    app.extensions["clock"] = lambda: NOW
    with app.app_context():
        Base.metadata.create_all(db.engine)
    mission = load_mission(ROOT / "config/missions/mali-minusma")
    officer = create_account(app, roles.CMCOORD, name="Oumou")
    head = create_account(app, roles.SUBOFFICE_HEAD, name="Fatou", function="head")
    _fill(app, mission, officer.person_id)
    desk, head_desk = (enter(app.test_client(), who) for who in (officer, head))
    ways = (
        ("the queue", desk, "/desk"),
        ("the queue, each case by itself", desk, "/desk?apart=1"),
        ("the queue of one area and severity", desk, "/desk?area=MOPTI&severity=critical"),
        ("the blind queue", desk, "/desk?blind=1"),
        ("the queue of a sub-office head", head_desk, "/desk"),
        ("whether the queue has changed", desk, "/desk/pulse"),
    )
    return [
        figure(f"{name}, {CASES} open cases", _processor_ms(_asks(browser, address)), "ms", goal=GOAL_MS)
        for name, browser, address in ways
    ]


def _processor_ms(work: Callable[[], object]) -> float:
    """Of this process, database included, which is a file of its own: others on the machine do not count."""
    spent = []
    for _ in range(REPEATS):
        before = time.process_time()
        work()
        spent.append((time.process_time() - before) * 1e3)
    return statistics.median(spent)


def _asks(browser: FlaskClient, address: str) -> Callable[[], object]:
    def ask() -> None:
        assert browser.get(address).status_code == 200

    ask()  # templates are compiled by the first who comes
    return ask


def _fill(app: Flask, mission: Mission, officer_id: int) -> None:
    """One case as the matcher makes it, and so many like it, of different hours, severities, owners and states."""
    chance = random.Random(SEED)
    ngo = create_account(app, roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha", phone="+22370000001")
    g9 = create_account(app, roles.CIMIC, name="Lars", organisation="Mission", phone="+22370000002")
    with app.app_context():
        filing.file_item(make.distribution("Bankass", "10 Dec 09:00-15:00"), ngo.audience, "n", mission, NOW)
        filing.file_item(make.patrol("Bankass", "10 Dec 13:00-16:00"), g9.audience, "p", mission, NOW)
        Cycle(mission=mission, channels={}, base_url="http://127.0.0.1", worker="bench").run(NOW)
        reference = db.session.scalars(select(Case.reference)).one()
        officer = create_account(app, roles.CMCOORD, name="Demba").audience
        cases.take(reference, 1, officer, mission.catalogue, NOW)
        with transaction() as session:
            first = session.scalars(select(Case)).one()
            assert first.humanitarian is not None
            assert first.mission is not None
            notices = _copies(session, first.humanitarian, CASES + UNREAD)
            plans = _copies(session, first.mission, PLANS)
            for item in [*notices[UNREAD:], *plans]:
                item.state = "read"
            for n in range(CASES - 1):
                _case(session, first, notices[UNREAD + n], chance.choice(plans), chance, (None, officer_id), n)


def _copies(session: Any, item: Item, count: int) -> list[Item]:
    version = session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one()
    whole, filed = _facts(item, "reference", "key"), _facts(version, "item_id")
    made = [Item(**whole, reference=f"{item.side[0]}{n:05d}", key=secrets.token_hex(16)) for n in range(count)]
    session.add_all(made)
    session.flush()
    session.add_all(ItemVersion(**filed, item_id=each.id) for each in made)
    return made


def _case(
    session: Any, like: Case, notice: Item, plan: Item, chance: random.Random, owners: tuple[int | None, ...], n: int
) -> None:
    whole = _facts(like, "pair", "reference", "humanitarian_reference", "mission_reference")
    opened_at = NOW - timedelta(minutes=chance.randrange(3000))
    state = chance.choice(("detected", "taken", "asked"))
    whole |= {
        "humanitarian_id": notice.id,
        "mission_id": plan.id,
        "severity": chance.choice(("critical", "high", "medium", "low")),
        "state": state,
        "owner_id": None if state == "detected" else chance.choice(owners),
        "opened_at": opened_at,
        "round_at": opened_at,
        "starts_at": like.starts_at + timedelta(minutes=chance.randrange(3000)),
    }
    case = Case(**whole, pair=f"{notice.id}:{plan.id}", **_references(n))
    session.add(case)
    session.flush()
    for event in ("open", "take", "ask")[: chance.randrange(1, 4)]:
        session.add(_event(case, event, opened_at))
    for side in ("ocha", "humanitarian"):
        session.add(_alert(case, side, notice.filed_by_id, opened_at))
    if state == "asked":
        asked = {"side": "humanitarian", "ask": "call_desk", "state": "open", "round": 1}
        session.add(Request(case_id=case.id, made_by_id=notice.filed_by_id, made_at=opened_at, words={}, **asked))


def _references(n: int) -> dict[str, str]:
    return {
        name: f"{mark}{n:05d}"
        for name, mark in (("reference", "C"), ("humanitarian_reference", "H"), ("mission_reference", "M"))
    }


def _event(case: Case, event: str, at: datetime) -> CaseEvent:
    what = {"event": event, "state": case.state, "round": 1, "severity": case.severity, "sop_version": "draft"}
    return CaseEvent(case_id=case.id, at=at, humanitarian_version=1, mission_version=1, **what)


def _alert(case: Case, side: str, person_id: int, at: datetime) -> Alert:
    what = {"round": 1, "purpose": "desk" if side == "ocha" else "request:1", "step": "first", "state": "owed"}
    return Alert(
        case_id=case.id,
        person_id=person_id,
        side=side,
        text="officer_high",
        level="desk",
        reference=case.reference_for(side),
        code="4821",
        link=secrets.token_urlsafe(24),
        owed_at=at,
        ack_due_at=at + timedelta(hours=2),
        useful_until=case.ends_at,
        **what,
    )


def _facts(row: Any, *others: str) -> dict[str, Any]:
    return {
        column.key: getattr(row, column.key)
        for column in inspect(type(row)).column_attrs
        if column.key not in ("id", *others)
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        show(queue(Path(name)))
