"""What a browser would send from the filing pages, and how to read what came back."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from pages_seen import as_it_is
from planted import plain
from sqlalchemy import select
from sqlalchemy.event import listen, remove
from werkzeug.test import TestResponse

from deconflict.store.base import db
from deconflict.store.items import Item, ItemVersion

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)  # a Tuesday; what is filed below is nine days ahead
DAY = "2026-12-10"
KEY = "0123456789abcdef" * 2


def notice(**more: str) -> dict[str, str]:
    """A team that leaves Mopti, distributes food in Bankass and goes home."""
    return {
        "kind": "TRANSIT_STAFF",
        "mode": "road",
        "vehicles": "2",
        "persons": "6",
        "marking": "logo",
        "cargo": "food",
        "escort": "none",
        "urgency": "standard",
        "level": "redacted",
        "disclaimer": "2026-11",
        "confirmed_by": "nobody",
        "stops-0-place": "Mopti",
        **window("stops-0-depart", "06:00", "07:00"),
        "stops-1-place": "Bankass",
        **window("stops-1-arrive", "09:00", "10:00"),
        "stops-1-activity": "DIST_FOOD",
        **window("stops-1-depart", "15:00", "16:00"),
        "stops-2-place": "Mopti",
        **window("stops-2-arrive", "18:00", "20:00"),
        "_stops": "3",
        "_key": KEY,
        **more,
    }


def patrol(place: str = "Bankass", **more: str) -> dict[str, str]:
    """A patrol that stands in one place in the afternoon, as an officer of a G3 would paste it."""
    return {
        "kind": "PAT_LONG",
        "mode": "road",
        "aid_component": "none",
        "joint_with": "none",
        "level": "redacted",
        "stops-0-place": place,
        "stops-0-arrive_from": "101300ZDEC26",
        "stops-0-arrive_to": "101330ZDEC26",
        "stops-0-depart_from": "101500ZDEC26",
        "stops-0-depart_to": "101600ZDEC26",
        "stops-0-halt": "yes",
        "_stops": "1",
        "_key": "fedcba9876543210" * 2,
        **more,
    }


def event(place: str = "Bankass", **more: str) -> dict[str, str]:
    """A handover with cameras."""
    return {
        "kind": "QIP_CEREMONY",
        "title": "Forage",
        "media": "yes",
        "aid_component": "none",
        "joint_with": "unpol",
        "level": "match_only",
        "stops-0-place": place,
        **window("stops-0-arrive", "10:00", "10:30"),
        **window("stops-0-depart", "12:00", "13:00"),
        "stops-0-halt": "yes",
        "_stops": "1",
        "_key": "02468ace13579bdf" * 2,
        **more,
    }


def site(**more: str) -> dict[str, str]:
    """A school in Bankass as somebody types it on a phone."""
    return {
        "name": "École A de Bankass",
        "aliases": "Ancien marché",
        "kind": "SITE_SCHOOL",
        "works": "yes",
        "stops-0-place": "Bankass",
        "stops-0-position": "14.0712, -3.5163",
        "fix_method": "gps",
        "fixed_on": "2026-11-20",
        "radius_m": "120",
        "valid_from": "2019-01-01",
        "operator": "Académie",
        "communications": "+22370000001",
        "opening": "usual",
        "marking": "flag",
        "occupancy": "many",
        "level": "redacted",
        "disclaimer": "2026-11",
        "_stops": "1",
        "_key": "13579bdf02468ace" * 2,
        **more,
    }


def window(name: str, earliest: str, latest: str, day: str = DAY) -> dict[str, str]:
    return {f"{name}_date": day, f"{name}_from": earliest, f"{name}_to": latest}


def send(client: FlaskClient, url: str, form: dict[str, str], do: str = "review") -> TestResponse:
    """Presses one of the buttons."""
    return client.post(url, data=form | {"_do": do})


def file(client: FlaskClient, url: str, form: dict[str, str]) -> str:
    """Files through review, as a person does; returns the reference."""
    review = send(client, url, form)
    assert review.status_code == 200, errors(review)
    answer = send(client, url, fields(review), "file")
    assert answer.status_code == 303, errors(answer)
    return str(answer.location).split("/")[2]


def fields(page: TestResponse) -> dict[str, str]:
    """What the main form of a page would send if somebody pressed its button now."""
    found: dict[str, str] = {}
    body = page.text.partition("<main")[2]
    for tag in re.findall(r"<input[^>]*>", body):
        given = attributes(tag)
        if given.get("type") in ("radio", "checkbox") and "checked" not in given:
            continue
        found[given["name"]] = given.get("value", "")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


def attributes(tag: str) -> dict[str, str]:
    named = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
    return named | ({"checked": ""} if re.search(r"\schecked\b", tag) else {})


def stored(app: Flask, reference: str) -> tuple[Item, ItemVersion]:
    """The rows of an item: itself and its current version."""
    with app.app_context():
        item = db.session.scalars(select(Item).where(Item.reference == reference)).one()
        row = db.session.scalars(
            select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.version == item.version)
        ).one()
        return item, row


def statements(app: Flask, browser: FlaskClient, address: str, data: dict[str, str] | None = None) -> int:
    """How many the database is asked for a page, or for the answer to a form."""
    said: list[str] = []
    with app.app_context():
        engine = db.engine
    listen(engine, "before_cursor_execute", note := lambda *args: said.append(args[2]))
    try:
        with as_it_is():
            answer = browser.get(address) if data is None else browser.post(address, data=data)
            assert answer.status_code == 200
    finally:
        remove(engine, "before_cursor_execute", note)
    return len(said)


def errors(page: TestResponse) -> list[str]:
    """Ids of the fields that the error summary links to; an error of no field is its text."""
    box = re.search(r'<div class="errors".*?</div>', page.text, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", box[0], re.DOTALL) if box else []
    links = [re.search(r'href="#([^"]+)"', item) for item in items]
    return [link[1] if link else html.unescape(item) for link, item in zip(links, items, strict=True)]


def words(page: TestResponse) -> str:
    """What a person reads in the middle of a page."""
    body = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def same(page: TestResponse, *gone: str) -> str:
    """A page but for what differs with every request: the reference and the form's token."""
    text = plain(page)
    for word in gone:
        text = text.replace(word, "REFER")
    return text
