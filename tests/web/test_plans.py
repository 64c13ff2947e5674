"""The mission files patrols and QIP events in its own notation, and nothing that must never be stored."""

from __future__ import annotations

import pytest
from pages import DAY, NOW, errors, event, fields, file, patrol, send, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.store.base import db
from deconflict.store.items import Item, ItemVersion

PATROL, EVENT = "/plans/new/patrol", "/plans/new/event"


@pytest.fixture
def g9(app, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW
    return sign_in(app.test_client(), make_account(roles.CIMIC, organisation="Mission", language="en"))


def at_sector(app, make_account, sign_in, code):
    return sign_in(app.test_client(), make_account(roles.OPS, organisation="Mission", scope=code, language="en"))


def stored(app, reference):
    with app.app_context():
        item = db.session.scalars(select(Item).where(Item.reference == reference)).one()
        row = db.session.scalars(
            select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.version == item.version)
        ).one()
        return item, row.filing


def test_one_chooses_first_what_it_is(g9):
    page = g9.get("/plans/new")
    assert page.status_code == 200
    assert PATROL in page.text
    assert EVENT in page.text
    assert g9.get("/plans/new/tank").status_code == 404


def test_date_time_groups_and_grid_squares_stand_beside_local_days_and_places(g9):
    typed = patrol("30PVA4366156512")
    said = words(send(g9, PATROL, typed))
    assert "101300ZDEC26 - 101330ZDEC26" in said
    assert "Thursday 10 December 2026" in said
    assert "30PVA4366156512" in said
    assert "Bankass" in said


def test_a_settlement_by_name_shows_a_square_no_finer_than_what_is_known(g9):
    said = words(send(g9, PATROL, patrol()))
    assert "Bankass (commune Bankass, cercle Bankass)" in said
    assert "30PVA4455" in said


def test_a_patrol_is_filed_and_read_again(app, g9):
    reference = file(g9, PATROL, patrol())
    item, filing = stored(app, reference)
    assert (item.side, item.kind, item.sector) == ("mission", "PAT_LONG", "C")
    assert filing["stops"][0]["halt"] is True
    assert "101300ZDEC26" in words(g9.get(f"/plans/{reference}"))
    assert reference in g9.get("/plans").text


def test_an_event_is_filed_with_what_belongs_to_events(app, g9):
    reference = file(g9, EVENT, event())
    filing = stored(app, reference)[1]
    assert (filing["title"], filing["media"], filing["joint_with"]) == ("Forage", True, "unpol")
    page = g9.get(f"/plans/{reference}/amend")
    assert fields(page)["title"] == "Forage"
    assert fields(page)["media"] == "yes"
    assert 'name="mode"' not in page.text


def test_an_event_has_its_own_page_and_a_patrol_its_own(g9):
    assert errors(send(g9, PATROL, patrol(kind="QIP_CEREMONY"))) == ["f-kind"]
    assert errors(send(g9, EVENT, event(kind="PAT_LONG", title="", media=""))) == ["f-kind"]


def test_whether_it_stops_whether_aid_is_given_and_with_whom_must_be_said(g9):
    page = send(g9, PATROL, patrol(aid_component="", joint_with="", **{"stops-0-halt": ""}))
    assert {"f-stops-0-halt", "f-aid_component", "f-joint_with"} == set(errors(page))
    assert "aid_component" not in fields(g9.get(PATROL))


@pytest.mark.parametrize("name", ["strength", "call_sign", "Fréquence", "effectif", "unité", "weapons", "stops-0-unit"])
def test_what_is_never_stored_is_refused_by_its_name(app, g9, name):
    page = send(g9, PATROL, patrol(**{name: "planted-7731"}), "file")
    assert page.status_code == 422
    (said,) = errors(page)
    assert name.removeprefix("stops-0-") in said
    assert "planted-7731" not in page.text
    with app.app_context():
        assert db.session.scalars(select(Item)).all() == []


def test_the_full_level_is_not_the_missions(g9):
    page = send(g9, PATROL, patrol(level="full"))
    assert errors(page) == ["f-level"]
    assert "full" not in {fields(g9.get(PATROL)).get("level")}


@pytest.mark.parametrize("level", ["match_only", "redacted"])
def test_the_release_level_is_kept_as_chosen(app, g9, level):
    assert stored(app, file(g9, PATROL, patrol(level=level)))[0].level == level


def test_a_bad_date_time_group_comes_back_as_typed(g9):
    page = send(g9, PATROL, patrol(**{"stops-0-arrive_from": "321300ZDEC26"}))
    assert errors(page) == ["f-stops-0-arrive_from"]
    assert fields(page)["stops-0-arrive_from"] == "321300ZDEC26"


def test_local_times_do_as_well_as_groups(app, g9):
    times = {
        "stops-0-arrive_date": DAY,
        "stops-0-arrive_from": "13:00",
        "stops-0-arrive_to": "13:30",
        "stops-0-depart_date": DAY,
        "stops-0-depart_from": "15:00",
        "stops-0-depart_to": "16:00",
    }
    local, groups = file(g9, PATROL, patrol(_key="a" * 32, **times)), file(g9, PATROL, patrol(_key="b" * 32))
    assert stored(app, local)[1]["stops"] == stored(app, groups)[1]["stops"]


def test_a_sector_sees_its_own_plans_and_the_force_sees_all(app, make_account, sign_in, g9):
    centre, west = (at_sector(app, make_account, sign_in, code) for code in ("C", "W"))
    reference = file(centre, PATROL, patrol())
    assert centre.get(f"/plans/{reference}").status_code == 200
    assert g9.get(f"/plans/{reference}").status_code == 200
    for page in ("", "/filed", "/amend", "/cancel"):
        assert west.get(f"/plans/{reference}{page}").status_code == 404
    assert reference not in west.get("/plans").text


def test_a_sector_cannot_file_where_it_could_not_read_it_again(app, make_account, sign_in):
    west = at_sector(app, make_account, sign_in, "W")
    for do in ("review", "file"):
        page = send(west, PATROL, patrol(), do)
        assert page.status_code == 422
        assert fields(page)["stops-0-place"] == "Bankass"
    with app.app_context():
        assert db.session.scalars(select(Item)).all() == []


def test_a_patrol_that_passes_through_needs_no_window_there(app, g9):
    typed = patrol(
        **{
            "stops-1-place": "Koro",
            "stops-1-halt": "no",
            "stops-2-place": "Bankass",
            "stops-2-halt": "yes",
            "stops-2-arrive_from": "102000ZDEC26",
            "stops-2-arrive_to": "102200ZDEC26",
            "_stops": "3",
        }
    )
    reference = file(g9, PATROL, typed)
    assert stored(app, reference)[1]["stops"][1]["arrive"] is None
    again = fields(g9.get(f"/plans/{reference}/amend"))
    assert (again["stops-1-halt"], again["stops-1-arrive_from"]) == ("no", "")


def test_amending_a_plan_shows_the_groups_before_and_after(g9):
    reference = file(g9, PATROL, patrol())
    form = fields(g9.get(f"/plans/{reference}/amend")) | {"stops-0-place": "Koro"}
    file(g9, f"/plans/{reference}/amend", form)
    said = words(g9.get(f"/plans/{reference}/filed"))
    assert "Bankass (commune Bankass, cercle Bankass) Koro (commune Koro, cercle Koro)" in said


def test_a_long_form_stays_light(g9):
    page = send(g9, PATROL, patrol(_stops="11"), "add")
    assert fields(page)["_stops"] == "12"
    assert len(page.data) < 60_000
