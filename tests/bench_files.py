"""A month of an organisation in one file: as many movements as the north-east of Nigeria notifies, read, previewed, sent and matched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.store.base import db
from deconflict.store.items import DueMark
from tests.demo_house import Client, Demo
from tests.figures import Figure, figure

MOVEMENTS = 700
GOAL_S = 30.0
TURNS = 400  # of a page that has more to do
FIELDS = [
    "_key",
    "kind",
    "mode",
    "vehicles",
    "persons",
    "escort",
    "level",
    "place",
    "arrive_date",
    "arrive_from",
    "arrive_to",
    "activity",
    "depart_date",
    "depart_from",
    "depart_to",
]
TOWNS = ("Bankass", "Koro", "Bandiagara", "Djenné", "Douentza")


def month(now: datetime) -> bytes:
    """Three lines each: from Mopti to a town and back, 25 a day."""
    lines = [";".join(FIELDS)]
    for n in range(MOVEMENTS):
        day = (now + timedelta(days=4 + n // 25)).date().isoformat()
        whole = f"M-{n};TRANSIT_STAFF;road;{1 + n % 3};{2 + n % 9};none;match_only"
        lines += [
            f"{whole};Mopti;;;;;{day};06:00;07:00",
            f"M-{n};;;;;;;{TOWNS[n % len(TOWNS)]};{day};10:00;11:00;DIST_FOOD;{day};14:00;15:00",
            f"M-{n};;;;;;;Mopti;{day};18:00;20:00;;;;",
        ]
    return "\n".join(lines).encode()


def files(demo: Demo, client: Client) -> Iterator[Figure]:
    """Seconds until the preview is there, until all is sent, and until the matcher has nothing more to look at."""
    raw, began = month(datetime.now(UTC)), time.monotonic()
    token = client.get("/files").token
    taken = client.sends("/files", {"csrf_token": token, "what": "movement"}, raw)
    address = taken.location
    assert address.startswith("/files/"), taken.status
    _through(client, address, token)
    read = time.monotonic() - began
    answers = {"csrf_token": token, "confirmed_by": "nobody", "disclaimer": DISCLAIMER_VERSION}
    client.post(f"{address}/send", answers)
    _through(client, address, token)
    sent = time.monotonic() - began
    with demo.app.app_context():
        while db.session.scalar(select(func.count()).select_from(DueMark)) and time.monotonic() - began < 4 * GOAL_S:
            db.session.rollback()
            time.sleep(0.2)
        db.session.remove()
    yield figure(f"{MOVEMENTS} movements in a file, previewed", read, "s", goal=GOAL_S)
    yield figure(f"{MOVEMENTS} movements in a file, sent too", sent, "s", read)
    yield figure(f"{MOVEMENTS} movements in a file, matched too", time.monotonic() - began, "s", read, goal=GOAL_S)


def _through(client: Client, address: str, token: str) -> None:
    for _turn in range(TURNS):
        if "/go-on" not in client.get(address).body.decode():
            return
        client.post(f"{address}/go-on", {"csrf_token": token})
    raise RuntimeError("the list comes to no end")
