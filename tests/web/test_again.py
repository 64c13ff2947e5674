"""The same movement on another day or on several, and filings kept under a name."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from pages import KEY, NOW, errors, fields, file, notice, patrol, send, stored, words
from sqlalchemy import select, text

from deconflict.domain import roles
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.patterns import Pattern, forget_patterns
from deconflict.store.people import Organisation

NEW, LIST, TICK = "/notices/new", "/notices", "2026-11"
WEEKS = ["2026-12-17", "2026-12-24", "2026-12-31"]


def again(client, url, first="17/12/2026", every="once", last=""):
    return client.post(url, data={"first": first, "every": every, "last": last, "_do": "days"})


def series(client, url, days, **more):
    return client.post(
        url, data={"days": days, "offered": days, "disclaimer": TICK, "_do": "file", "_key": KEY, **more}
    )


def items(app):
    with app.app_context():
        return db.session.scalars(select(Item).order_by(Item.departs_at)).all()


@pytest.fixture
def reference(app, ngo):
    return file(ngo, NEW, notice(_key="1" * 32, overnight="Base de Sevare", communications="70 00 00 07"))


def test_a_single_day_opens_as_the_form_with_everything_but_what_was_of_that_day(ngo, reference):
    page = again(ngo, f"/notices/{reference}/again")
    assert page.status_code == 200
    shown = fields(page)
    assert shown["stops-1-arrive_date"] == "2026-12-17"
    assert shown["stops-1-arrive_from"] == "09:00"
    assert (shown["overnight"], shown["communications"]) == ("Base de Sevare", "+22370000007")
    assert shown["confirmed_by"] == "nobody"
    assert "disclaimer" not in shown
    assert shown["_base"] == "0"
    assert shown["_key"] != "1" * 32
    assert 'action="/notices/new"' in page.text
    assert file(ngo, NEW, shown | {"disclaimer": TICK}) != reference


def test_each_week_is_an_item_of_its_own_and_a_day_can_be_left_out(app, ngo, reference):
    url = f"/notices/{reference}/again"
    page = again(ngo, url, every="week", last="31/12/2026")
    assert re.findall(r'name="days" value="([\d-]+)" checked', page.text) == WEEKS
    assert "jeudi 24 décembre 2026" in words(page)
    with app.app_context():
        assert len(db.session.scalars(select(Item)).all()) == 1
    done = series(ngo, url, [WEEKS[0], WEEKS[2]])
    assert (done.status_code, done.location) == (303, LIST)
    assert "ne concluez rien" in words(ngo.get(LIST))
    found = items(app)
    assert [item.departs_at.date().isoformat() for item in found] == ["2026-12-10", WEEKS[0], WEEKS[2]]
    assert {item.series for item in found} == {found[0].series} != {None}
    assert len({item.reference for item in found}) == 3
    assert "jeudi 31 décembre 2026" in words(ngo.get(f"/notices/{reference}"))


def test_a_retry_makes_no_twin_and_goes_on_where_it_stopped(app, ngo, reference):
    url = f"/notices/{reference}/again"
    series(ngo, url, WEEKS[:2])
    series(ngo, url, WEEKS)
    assert len(items(app)) == 4


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first": ""}, "f-first"),
        ({"first": "32/12/2026"}, "f-first"),
        ({"every": "often"}, "f-every"),
        ({"every": "week"}, "f-last"),
        ({"every": "week", "last": "16/12/2026"}, "f-last"),
        ({"every": "day", "last": "17/01/2027"}, "f-last"),  # 32 days
    ],
)
def test_what_is_wrong_with_the_days_is_said_beside_what_was_typed(app, ngo, reference, typed, field):
    page = again(ngo, f"/notices/{reference}/again", **typed)
    assert page.status_code == 422
    assert errors(page) == [field]
    assert fields(page).get("first") == typed.get("first", "17/12/2026")
    assert len(items(app)) == 1


@pytest.mark.parametrize(
    ("days", "more", "field"),
    [
        ([], {}, "f-days"),
        (["2026-11-30"], {}, "f-days"),  # past
        (["2029-11-30"], {}, "f-days"),
        (WEEKS, {"disclaimer": "2019-01"}, "f-disclaimer"),
    ],
)
def test_nothing_is_filed_of_a_series_in_which_something_is_wrong(app, ngo, reference, days, more, field):
    page = series(ngo, f"/notices/{reference}/again", days, **more)
    assert page.status_code == 422
    assert errors(page) == [field]
    assert len(items(app)) == 1


def test_a_month_of_days_is_the_most(app, ngo, reference):
    first = date(2026, 12, 17)
    days = [(first + timedelta(days=n)).isoformat() for n in range(32)]
    url = f"/notices/{reference}/again"
    assert series(ngo, url, days).status_code == 422
    assert series(ngo, url, days[:31]).status_code == 303
    assert len(items(app)) == 32


def test_one_day_of_a_series_is_amended_by_itself_or_with_the_later_ones(app, ngo, reference):
    series(ngo, f"/notices/{reference}/again", WEEKS)
    _, first, second, third = (item.reference for item in items(app))
    alone = f"/notices/{second}/amend"
    send(ngo, alone, fields(ngo.get(alone)) | {"persons": "11"}, "file")
    assert [item.version for item in items(app)] == [1, 1, 2, 1]
    rest = f"/notices/{first}/amend"
    review = send(ngo, rest, fields(ngo.get(rest)) | {"stops-1-arrive_to": "11:00", "persons": "8"})
    assert 'name="_rest"' in review.text
    send(ngo, rest, fields(review) | {"_rest": "yes"}, "file")
    assert [item.version for item in items(app)] == [1, 2, 2, 2]
    said = words(ngo.get(f"/notices/{first}/filed"))
    assert second in said  # left as it is: somebody had changed it by itself
    _, row = stored(app, third)
    assert row.filing["persons"] == 8
    assert row.filing["stops"][1]["arrive"]["latest"] == "2026-12-31T11:00:00+00:00"
    assert stored(app, second)[1].filing["persons"] == 11


def test_the_later_days_of_a_series_are_cancelled_with_one_of_them(app, ngo, reference):
    series(ngo, f"/notices/{reference}/again", WEEKS)
    _, first, second, third = (item.reference for item in items(app))
    assert 'name="rest"' in ngo.get(f"/notices/{second}/cancel").text
    assert 'name="rest"' not in ngo.get(f"/notices/{third}/cancel").text
    ngo.post(f"/notices/{second}/cancel", data={"reason": "route fermée", "rest": "true"})
    assert [item.state for item in items(app)] == ["submitted", "submitted", "cancelled", "cancelled"]
    ngo.post(f"/notices/{first}/cancel", data={"reason": "route fermée"})
    assert [item.state for item in items(app)][:2] == ["submitted", "cancelled"]


def test_a_reason_that_says_too_much_changes_nothing_of_a_series(app, ngo, g9, reference):
    plan = file(g9, "/plans/new/patrol", patrol(_key="2" * 32))
    for client, url, said in ((ngo, f"/notices/{reference}", "350 ménages"), (g9, f"/plans/{plan}", "2e Cie")):
        series(client, f"{url}/again", WEEKS[:2], _key=said[:1] * 32)
        for _act, answer in (
            ("cancel", client.post(f"{url}/cancel", data={"reason": said, "rest": "true"})),
            (
                "amend",
                send(
                    client,
                    f"{url}/amend",
                    fields(client.get(f"{url}/amend")) | {"_reason": said, "_rest": "yes"},
                    "file",
                ),
            ),
        ):
            assert "f-reason" in errors(answer)
            assert f"« {said} »" in words(answer)
    assert [(item.version, item.state) for item in items(app)] == [(1, "submitted")] * 6


def test_it_is_kept_under_a_name_made_again_and_deleted(app, ngo, reference):
    assert errors(ngo.post(f"/notices/{reference}/keep", data={"name": "  "})) == ["f-name"]
    assert ngo.post(f"/notices/{reference}/keep", data={"name": "Vivres Bankass"}).location == "/notices/patterns"
    listed = ngo.get("/notices/patterns")
    url = re.search(r'href="(/notices/patterns/\d+)"', listed.text)[1]
    assert "Vivres Bankass" in words(listed)
    assert fields(again(ngo, url))["stops-1-arrive_date"] == "2026-12-17"
    assert series(ngo, url, WEEKS[:2]).status_code == 303
    assert len(items(app)) == 3
    with app.app_context():
        row = db.session.execute(text("SELECT * FROM pattern")).one()
    assert not any(word in str(row) for word in ("Vivres", "Bankass", "Sevare"))
    assert ngo.post(f"{url}/delete").status_code == 303
    assert ngo.get(url).status_code == 404
    assert len(items(app)) == 3


def test_nobody_of_another_house_makes_keeps_or_deletes_it(app, ngo, other_ngo, g9, reference):
    ngo.post(f"/notices/{reference}/keep", data={"name": "Vivres"})
    url = "/notices/patterns/1"
    for browser in (other_ngo, g9):
        assert browser.get(f"/notices/{reference}/again").status_code == 404
        assert series(browser, f"/notices/{reference}/again", WEEKS).status_code == 404
        assert browser.post(f"/notices/{reference}/keep", data={"name": "x"}).status_code == 404
        assert browser.get(url).status_code == 404
        assert browser.post(f"{url}/delete").status_code == 404
        assert "Vivres" not in browser.get("/notices/patterns").text
    assert len(items(app)) == 1


def test_what_nobody_makes_again_goes_after_three_months(app, ngo, reference):
    ngo.post(f"/notices/{reference}/keep", data={"name": "Vivres"})
    with app.app_context():
        with transaction() as session:
            assert forget_patterns(session, NOW - timedelta(seconds=1), 9) == 0
        app.extensions["clock"] = lambda: NOW + timedelta(days=2)
        again(ngo, "/notices/patterns/1")
        with transaction() as session:
            assert forget_patterns(session, NOW + timedelta(days=1), 9) == 0
            assert forget_patterns(session, NOW + timedelta(days=2), 9) == 1
        assert db.session.scalars(select(Pattern)).all() == []


def test_an_empty_form_offers_the_one_that_the_person_filed_last(ngo, other_ngo, reference):
    assert f'href="/notices/{reference}/again"' in ngo.get(NEW).text
    assert "/again" not in other_ngo.get(NEW).text


def test_in_an_organisation_with_two_steps_a_focal_point_repeats(app, ngo, reference, make_account, sign_in):
    with app.app_context(), transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "ONG Alpha")).one().two_step = True
    submitter = sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))
    assert series(submitter, f"/notices/{reference}/again", WEEKS).status_code == 422
    assert series(ngo, f"/notices/{reference}/again", WEEKS).status_code == 303


def test_a_plan_is_made_again_too(app, g9):
    app.extensions["clock"] = lambda: NOW
    reference = file(g9, "/plans/new/patrol", patrol())
    page = again(g9, f"/plans/{reference}/again")
    assert fields(page)["stops-0-arrive_date"] == "2026-12-17"
    assert series(g9, f"/plans/{reference}/again", WEEKS).status_code == 303
    assert len(items(app)) == 4


def test_hours_stay_those_of_the_clock_where_it_changes(app):
    from zoneinfo import ZoneInfo

    from make import distribution

    from deconflict.domain.repeats import on_day

    zone = ZoneInfo("Europe/Paris")
    before = distribution("Bankass", "10 Dec 09:00-15:00")
    after = on_day(before, date(2020, 7, 7), zone)
    local = [stop.arrive.earliest.astimezone(zone).time() for filed in (before, after) for stop in filed.stops]
    assert local[0] == local[1]
    assert after.stops[0].arrive.earliest.date() == date(2020, 7, 7)
    assert datetime(2020, 7, 7, tzinfo=UTC) < after.stops[0].arrive.earliest
