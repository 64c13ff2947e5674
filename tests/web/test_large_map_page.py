"""The page with the large map: what it carries, what it draws from, and that nobody else is asked."""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pages import fields, file, notice, send, words

from deconflict.domain import roles
from deconflict.domain.roads import Roads
from deconflict.web.large_map import MOST_TOWNS

NEW, BASE = "/notices/new", "/map/base"
LEAFLET = Path(__file__).parents[2] / "deconflict/static/vendor/leaflet"


def facts(page) -> dict:
    return json.loads(html.unescape(re.search(r'data-map="([^"]*)"', page.text)[1]))


def on_the_form(page) -> dict[str, str]:
    """What the page would send; what a template holds is not on it."""
    return {name: text for name, text in fields(page).items() if "NUMBER" not in name}


def test_the_page_shows_the_places_and_carries_all_else(ngo):
    typed = notice(communications="76 00 00 00", overnight='chez <les soeurs> & "co"', _reason="crue")
    page = send(ngo, NEW, typed, "large")
    assert page.status_code == 200
    sent = on_the_form(page)
    assert {name: sent.get(name) for name in typed} == typed
    back = send(ngo, NEW, sent, "change")
    assert {name: fields(back).get(name) for name in typed if not name.startswith("_")} == {
        name: text for name, text in typed.items() if not name.startswith("_")
    }
    points = re.findall(r'id="stop-(\d)" data-lat="([\d.]+)" data-lon="(-[\d.]+)"', page.text)
    assert [number for number, *_ in points] == ["1", "2", "3"]


def test_a_stop_more_is_on_the_page_and_a_thirteenth_is_not(ngo):
    page = send(ngo, NEW, notice(), "large-add")
    assert on_the_form(page)["_stops"] == "4"
    full = send(ngo, NEW, notice(_stops="12"), "large-add")
    assert on_the_form(full)["_stops"] == "12"
    assert "large-add" not in full.text


def test_what_is_drawn_under_the_stops_comes_from_the_profile(ngo, mission):
    drawn = json.loads(ngo.get(BASE).data)
    by_layer = {feature["properties"]["layer"]: feature for feature in drawn["features"]}
    assert set(by_layer) == {"borders", "rivers", "towns"}  # the shipped profile has no roads
    towns = by_layer["towns"]
    assert len(towns["properties"]["names"]) == len(towns["geometry"]["coordinates"]) <= MOST_TOWNS
    assert {"Bamako", "Mopti", "Gao"} <= set(towns["properties"]["names"][:60])
    west, south, east, north = (mission.bounds[n] for n in (1, 0, 3, 2))
    assert all(west <= lon <= east and south <= lat <= north for lon, lat in towns["geometry"]["coordinates"])


def test_roads_are_drawn_where_the_profile_has_some(app, ngo, mission, tmp_path):
    road = {"type": "LineString", "coordinates": [[-4.19, 14.49], [-3.52, 14.07]]}
    several = {"type": "MultiLineString", "coordinates": [road["coordinates"]] * 2}
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in (road, several)]
    (tmp_path / "roads.geojson").write_text(json.dumps({"features": features}), encoding="utf-8")
    app.extensions["mission"] = replace(mission, basemap=tmp_path, roads=Roads(()))
    (roads, _towns) = json.loads(ngo.get(BASE).data)["features"]
    assert (roads["properties"]["layer"], len(roads["geometry"]["coordinates"])) == ("roads", 3)


@pytest.mark.parametrize("role", sorted(roles.ALL))
def test_whoever_writes_places_may_draw_them_and_nobody_else(app, make_account, sign_in, role):
    client = sign_in(app.test_client(), make_account(role))
    writes = role in roles.FILERS_HUMANITARIAN | roles.FILERS_MISSION | roles.OFFICERS | {roles.RADIO_OPERATOR}
    assert client.get(BASE).status_code == (200 if writes else 404)
    assert client.post("/places/search", data={"q": "Mopti"}).status_code == (200 if writes else 404)


def test_no_place_stands_in_an_address_or_a_title_and_nothing_comes_from_elsewhere(ngo):
    page = send(ngo, NEW, notice(), "large")
    title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]
    addresses = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', page.text)
    for text in (title, *addresses, facts(page)["base"]):
        assert not re.search(r"Bankass|Mopti|14[.,]\d|-3[.,]\d|://", text)
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", page.text)


def test_anothers_item_has_no_large_map(ngo, other_ngo):
    url = f"/notices/{file(ngo, NEW, notice())}/amend"
    page = send(ngo, url, fields(ngo.get(url)), "large")
    assert "Grande carte" in words(page)
    assert on_the_form(page)["_base"] == "1"
    for path in (url, "/notices/ZZZZZ/amend"):
        form = on_the_form(page)
        form.pop("csrf_token")  # a form that another account opened is refused before
        assert send(other_ngo, path, form, "large").status_code == 404


def test_leaflet_is_what_its_note_says_with_its_licence_and_asks_for_nothing():
    code, note = (LEAFLET / "leaflet.js").read_bytes(), (LEAFLET / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(code).hexdigest() in note
    version = re.search(rb"Leaflet (\d+\.\d+\.\d+)", code)[1].decode()
    assert f"Leaflet {version} " in note
    assert "Redistribution and use in source and binary forms" in (LEAFLET / "LICENSE").read_text(encoding="utf-8")


def test_every_text_of_the_script_is_given_to_it(ngo):
    script = (LEAFLET.parents[1] / "large_map.js").read_text(encoding="utf-8")
    given = facts(send(ngo, NEW, notice(), "large"))
    assert set(re.findall(r"texts\.(\w+)", script)) == set(given["texts"])
    assert len(script.encode()) < 9_000
    wanted = {name: set(re.findall(r"\{(\w+)\}", text)) for name, text in given["texts"].items()}
    assert wanted["renamed"] == {"number", "name", "km"}
    assert all(not re.search(r"%\(", text) for text in given["texts"].values())
