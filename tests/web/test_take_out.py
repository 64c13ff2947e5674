"""One's own items as files: the columns that files come in with, nothing that runs, nothing that tells of the other side."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import xml.etree.ElementTree as ET
from datetime import timedelta

import icalendar
import openpyxl
import pytest
from make_rows import copies
from pages import NOW, event, file, notice, patrol
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.filing import split_sealed
from deconflict.domain.retention import reduced
from deconflict.files.csv_out import unguarded
from deconflict.schemas.forms import typed
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.items import Item, ItemVersion
from deconflict.store.queries import filing_of, version_of
from deconflict.web import notices, plans
from deconflict.web.take_out import KINDS
from deconflict.web.upload_columns import columns_of

NEW = "/notices/new"
SAID = re.compile(r"\b[0-9A-Z]{5}\b(?=\. S)")  # the code of a file


def taken(browser, what="movement", form="csv", door="/take-out", **more):
    answer = browser.post(door, data={"what": what, "form": form, **more})
    assert answer.status_code == 200, answer.text
    return answer.data


def table(data, delimiter=","):
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


@pytest.fixture
def officer(app, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW
    return sign_in(app.test_client(), make_account(roles.CMCOORD, organisation="OCHA", language="en"))


def test_a_table_has_the_columns_of_the_form_and_one_line_for_each_stop(app, ngo):
    reference = file(ngo, NEW, notice())
    header, tags, *lines = table(taken(ngo))
    with app.test_request_context():
        cols = columns_of(notices.PAGES, "movement")
        with db.session() as session:
            item = session.scalars(select(Item)).one()
            values = typed(filing_of(version_of(session, item)), app.extensions["mission"].zone)
    assert tags[: len(cols)] == [col.tag for col in cols]
    assert len(header) == len(cols) + 1
    assert [line[0] for line in lines] == [reference] * 3
    for n, line in enumerate(lines):
        for col, cell in zip(cols[1:], line[1:], strict=False):
            code = values.get(f"stops-{n}-{col.field}" if col.of_stop else col.field, "")
            assert (cell == "") is (code == ""), (col.field, cell, code)
            assert cell == code or col.choices, (col.field, cell, code)


@pytest.mark.parametrize(
    ("what", "url", "typed_in"),
    [("movement", NEW, notice), ("patrol", "/plans/new/patrol", patrol), ("event", "/plans/new/event", event)],
)
def test_a_workbook_says_the_same_as_the_table(ngo, g9, what, url, typed_in):
    browser = ngo if what == "movement" else g9
    file(browser, url, typed_in())
    book = openpyxl.load_workbook(io.BytesIO(taken(browser, what, "xlsx")))
    cells = [[cell_text(cell.value) for cell in row] for row in book.worksheets[0].iter_rows()]
    rows = table(taken(browser, what))
    assert [[SAID.sub("", text) for text in row] for row in cells] == [
        [SAID.sub("", text) for text in row] for row in rows
    ]
    assert len(rows) > 2
    assert rows[2][0] in book.worksheets[0].cell(3, 1).value


def cell_text(value):
    if hasattr(value, "hour") and hasattr(value, "year"):
        return f"{value:%Y-%m-%d}"
    return f"{value:%H:%M}" if hasattr(value, "hour") else "" if value is None else str(value)


def test_nothing_that_somebody_typed_runs_in_any_of_them(app, g9):
    evil = '=HYPERLINK(1) <script>&]]> "; @x'
    file(g9, "/plans/new/event", event(title=evil))
    (line,) = table(taken(g9, "event"))[2:]
    (cell,) = [text for text in line if "HYPERLINK" in text]
    assert cell.startswith("'=")
    assert "HYPERLINK" in unguarded(cell)
    (found,) = [
        c
        for row in openpyxl.load_workbook(io.BytesIO(taken(g9, "event", "xlsx"))).worksheets[0].iter_rows()
        for c in row
        if "HYPERLINK" in str(c.value)
    ]
    assert (found.data_type, found.number_format) == ("s", "@")
    root = ET.fromstring(taken(g9, "event", "kml"))
    assert not root.findall(".//{*}script")
    assert any("HYPERLINK" in str(value.text) and "<" not in str(value.text) for value in root.findall(".//{*}value"))
    assert all(
        "HYPERLINK" not in str(one.text) for tag in ("name", "description") for one in root.findall(".//{*}" + tag)
    )
    said = json.loads(taken(g9, "event", "geojson"))
    assert said["features"][0]["properties"]["title"] == evil


def test_a_map_has_longitude_first_and_a_feature_for_each_stop_and_the_way(ngo):
    file(ngo, NEW, notice())
    found = json.loads(taken(ngo, form="geojson"))
    assert found["type"] == "FeatureCollection"
    shapes = [feature["geometry"]["type"] for feature in found["features"]]
    assert shapes == ["Point", "Point", "Point", "LineString"]
    lon, lat = found["features"][0]["geometry"]["coordinates"]
    assert (round(lat, 1), round(lon, 1)) == (14.5, -4.2)
    assert found["features"][1]["properties"]["arrive_from"] == "2026-12-10T09:00:00Z"


def test_a_calendar_has_hours_and_a_code_and_moves_its_entry_when_the_item_is_amended(app, ngo):
    reference = file(ngo, NEW, notice())
    before = list(icalendar.Calendar.from_ical(taken(ngo, form="ics")).walk("VEVENT"))
    with app.app_context(), transaction() as session:
        item = session.scalars(select(Item)).one()
        row = version_of(session, item)
        session.add(
            ItemVersion(item_id=item.id, version=2, filing=row.filing, filed_by_id=row.filed_by_id, filed_at=NOW)
        )
        item.version = 2
    after = list(icalendar.Calendar.from_ical(taken(ngo, form="ics")).walk("VEVENT"))
    assert [str(one["summary"]) for one in before] == [f"Carnet {reference} {n}/3" for n in (1, 2, 3)]
    assert [one["uid"] for one in before] == [one["uid"] for one in after]
    assert [one["sequence"] for one in after] == [2, 2, 2]


KML = "{http://www.opengis.net/kml/2.2}"
ZONE = {
    **{"kind": "AVOID_AREA", "shape": "polygon", "level": "match_only", "_stops": "1", "_key": "3" * 32},
    **{"points": "14.0123, -3.6045\n14.2078, -3.6193\n14.1934, -3.4027"},
    **{"begins_date": "2026-12-10", "begins_time": "06:00", "ends_date": "2026-12-10", "ends_time": "18:00"},
}


@pytest.mark.parametrize(
    ("what", "url", "form"),
    [
        ("movement", NEW, notice()),
        ("patrol", "/plans/new/patrol", patrol()),
        ("event", "/plans/new/event", event()),
        ("zone", "/plans/new/zone", ZONE),
    ],
)
def test_whoever_reads_a_map_or_a_calendar_finds_what_stands_in_the_item(app, ngo, g9, what, url, form):
    """By readers that are not ours: every position, every instant."""
    browser = ngo if what == "movement" else g9
    reference = file(browser, url, form)
    with app.app_context():
        filing = filing_of(version_of(db.session(), db.session.scalars(select(Item)).one()))
        db.session.rollback()
    stops, area = filing.stops, what == "zone"
    points = [tuple(round(x, 5) for x in stop.location.point) for stop in stops]
    features = json.loads(taken(browser, what, "geojson"))["features"]
    drawn = [f for f in features if f["geometry"]["type"] == ("Polygon" if area else "Point")]
    found = [
        xy for f in drawn for xy in (f["geometry"]["coordinates"][0][:-1] if area else [f["geometry"]["coordinates"]])
    ]
    assert sorted((round(lat, 5), round(lon, 5)) for lon, lat, *_ in found) == sorted(points)
    assert all(reference in json.dumps(f["properties"]) for f in features)
    if not area:
        for feature, stop in zip(drawn, stops, strict=True):
            for name in ("arrive", "depart"):
                window = getattr(stop, name)
                said = feature["properties"].get(f"{name}_from"), feature["properties"].get(f"{name}_until")
                ends = (window.earliest, window.latest) if window else ()
                assert said == (tuple(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in ends) or (None, None))
    marks = ET.fromstring(taken(browser, what, "kml")).iter(f"{KML}coordinates")
    pairs = {tuple(map(float, pair.split(",")[:2])) for each in marks for pair in each.text.split()}
    assert {(round(lat, 5), round(lon, 5)) for lon, lat in pairs} == set(points)
    entries = list(icalendar.Calendar.from_ical(taken(browser, what, "ics")).walk("VEVENT"))
    hours = {at for one in entries for at in (one.decoded("dtstart"), one.decoded("dtend"))}
    instants = {at for stop in stops for window in stop.windows for at in (window.earliest, window.latest)}
    assert min(hours) == min(instants)
    assert max(hours) == max(instants)
    assert hours <= instants
    assert "Bankass" not in str(taken(browser, what, "ics"))


def test_who_took_what_is_written_down_with_the_code_that_stands_in_the_file(app, ngo):
    reference = file(ngo, NEW, notice())
    text = taken(ngo, form="geojson").decode()
    with app.app_context():
        (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "take_out"))
        assert entry.detail["references"] == [reference]
        assert entry.detail["form"] == "geojson"
        assert entry.detail["code"] in text
        assert entry.noun == "humanitarian"
        assert entry.actor_id is not None


def test_an_empty_list_is_an_empty_file_and_is_written_down_too(app, ngo):
    assert len(table(taken(ngo))) == 2
    assert json.loads(taken(ngo, form="geojson"))["features"] == []
    assert b"BEGIN:VEVENT" not in taken(ngo, form="ics")
    assert ET.fromstring(taken(ngo, form="kml")) is not None
    with app.app_context():
        assert len(list(db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "take_out")))) == 4


def test_another_s_items_and_the_other_side_s_forms_are_not_there(app, ngo, other_ngo, g9):
    reference = file(ngo, NEW, notice())
    for form in KINDS:
        assert reference.encode() not in taken(other_ngo, form=form)
    assert g9.post("/take-out", data={"what": "movement", "form": "csv"}).status_code == 404
    assert ngo.post("/take-out", data={"what": "patrol", "form": "csv"}).status_code == 404
    assert ngo.post("/take-out", data={"what": "parade", "form": "csv"}).status_code == 404
    assert ngo.post("/take-out", data={"what": "movement", "form": "exe"}).status_code == 404
    assert ngo.post("/desk/take-out", data={"what": "movement", "form": "csv"}).status_code == 404
    assert ngo.get("/take-out").status_code in (404, 405)


def test_an_officer_s_file_says_whose_it_is_and_that_it_is_severe(ngo, officer):
    reference = file(ngo, NEW, notice())
    header, tags, line, *_more = table(taken(officer, door="/desk/take-out"))
    assert tags[1] == "#org"
    assert line[:2] == [reference, "ONG Alpha"]
    assert "Sensitivity: severe." in line[-1]
    assert header[-1] == "Taken out"


def test_an_officer_gives_the_password_again_when_he_gave_it_long_ago(ngo, officer):
    with officer.session_transaction() as session:
        session["fs_paa"] = time.time() - 3600
    answer = officer.post("/desk/take-out", data={"what": "movement", "form": "csv"})
    assert answer.status_code == 303
    assert "/verify" in answer.headers["Location"]


def over(app, reference, days):
    """As the jobs leave it once its hours are past."""
    app.extensions["clock"] = lambda: NOW + timedelta(days=days)
    with app.app_context(), transaction() as session:
        session.scalars(select(Item).where(Item.reference == reference)).one().state = "ended"


def test_what_is_over_is_in_the_file_that_asks_for_it_and_what_was_cancelled_in_none(app, ngo):
    reference, gone = file(ngo, NEW, notice()), file(ngo, NEW, notice(_key="b" * 32, persons="8"))
    with app.app_context(), transaction() as session:
        session.scalars(select(Item).where(Item.reference == gone)).one().state = "cancelled"
    over(app, reference, 12)
    assert reference.encode() not in taken(ngo)
    assert reference.encode() in taken(ngo, past="yes")
    assert gone.encode() not in taken(ngo, past="yes")
    over(app, reference, 60)
    assert reference.encode() not in taken(ngo, past="yes")


@pytest.mark.parametrize("days", [25, 40, 42, 45])
def test_a_file_does_not_tell_whether_a_row_is_still_exact(app, ngo, days):
    """A case or a hold keeps it so, of which its owner may not have been told (RUL-6)."""
    reference, mission = file(ngo, NEW, notice()), app.extensions["mission"]
    over(app, reference, days)
    exact = {form: SAID.sub("", taken(ngo, form=form, past="yes").decode()) for form in KINDS if form != "xlsx"}
    with app.app_context(), transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == reference)).one()
        row = version_of(session, item)
        less = reduced(filing_of(row), mission.gazetteer, mission.zone)
        row.filing, item.reduced_at = split_sealed(less)[0], NOW + timedelta(days=24)
        windows = [window for stop in less.stops for window in stop.windows]
        item.departs_at, item.ends_at = min(w.earliest for w in windows), max(w.latest for w in windows)
    assert {form: SAID.sub("", taken(ngo, form=form, past="yes").decode()) for form in exact} == exact
    assert all("09:00" not in text for text in exact.values())
    assert (reference in exact["csv"]) is (days < 44)


def test_one_that_cannot_be_read_is_named_and_hides_no_other(app, ngo, officer):
    good, bad = file(ngo, NEW, notice(_key="a" * 32)), file(ngo, NEW, notice(_key="b" * 32, persons="7"))
    with app.app_context(), transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == bad)).one()
        session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one().filing = {"filed": "notice"}
    for browser, door in ((ngo, "/take-out"), (officer, "/desk/take-out")):
        lines = table(taken(browser, door=door))[2:]
        assert [line[0] for line in lines].count(good) == 3
        (told,) = [line for line in lines if line[0] == bad]
        assert bad in told[-1]
        assert bad.encode() in taken(browser, form="geojson", door=door)


def test_two_thousand_items_are_taken_out_in_seconds(app, ngo):
    reference = file(ngo, NEW, notice())
    copies(app, reference, 2_000)
    for form in KINDS:
        began = time.monotonic()
        data = taken(ngo, form=form)
        assert time.monotonic() - began < 30, form
        assert len(data) < 12_000_000
    assert len(table(taken(ngo))) == 2 + 3 * 2_001


def test_more_than_a_file_holds_is_refused_in_words(app, ngo, monkeypatch):
    monkeypatch.setattr("deconflict.web.take_out.MOST", 1)
    file(ngo, NEW, notice(_key="a" * 32)), file(ngo, NEW, notice(_key="b" * 32, persons="7"))
    answer = ngo.post("/take-out", data={"what": "movement", "form": "csv"})
    assert answer.status_code == 422
    with app.app_context():
        assert not list(db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "take_out")))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_block_on_the_list_is_a_plain_form_in_both_languages(app, make_account, sign_in, language):
    app.extensions["clock"] = lambda: NOW
    browser = sign_in(app.test_client(), make_account(roles.CIMIC, organisation="Mission", language=language))
    file(browser, "/plans/new/patrol", patrol())
    page = browser.get("/plans").text
    form = page[page.index('action="/take-out"') :].partition("</form>")[0]
    assert set(re.findall(r'<option value="(\w+)"', form)) == set(plans.PAGES.sheets)
    assert set(re.findall(r'name="form" value="([\w-]+)"', form)) == set(KINDS)
    assert ("Also what ended" in form) is (language == "en")
    header = table(taken(browser, "patrol"))[0]
    assert ("Place" in header) is (language == "en")
