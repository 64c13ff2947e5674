"""Places while one types, and the choices that a page without scripts offers instead."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from accounts import create_account, settings_of
from pages import NOW, errors, fields, file, notice, send, stored, words

from deconflict import create_app
from deconflict.domain import roles
from deconflict.domain.places import Gazetteer, label
from deconflict.store.base import Base, db
from deconflict.web.pace import Pace
from deconflict.web.places import PER_MINUTE

NEW, SEARCH = "/notices/new", "/places/search"


def offered(client, typed: str) -> list[dict[str, object]]:
    answer = client.post(SEARCH, data={"q": typed})
    assert answer.status_code == 200
    assert len(answer.data) < 2_000
    return json.loads(answer.data)["places"]


@pytest.mark.parametrize("typed", ["bankass", "BANKASS", "Bankas", "bank", "PP050300000"])
def test_a_name_begun_wrong_or_bare_brings_the_place_with_commune_cercle_and_region(ngo, typed):
    first = offered(ngo, typed)[0]
    assert (first["name"], first["where"]) == ("Bankass", "commune Bankass, cercle Bankass, région Mopti")
    assert first["at"] == pytest.approx([14.07, -3.52], abs=0.02)


@pytest.mark.parametrize("typed", ["koro", "sare", "commune ouro"])
def test_what_the_field_takes_is_read_as_that_place_alone(app, ngo, typed):
    for n, place in enumerate(offered(ngo, typed)[:3]):
        form = notice(**{"stops-1-place": str(place["value"]), "mode": "air"}, _key=f"{n:032x}")
        at = stored(app, file(ngo, NEW, form))[1].filing["stops"][1]["location"]["point"]
        assert at == pytest.approx(place["at"], abs=1e-4)


def test_nobody_can_meet_in_a_cercle_so_none_is_offered(ngo):
    assert {place["name"] for place in offered(ngo, "mopti")} >= {"Mopti", "commune Mopti"}
    assert not [place for place in offered(ngo, "mopti") if "ML" in str(place["where"])]


@pytest.mark.parametrize("typed", ["", " ", "☃", "zzzzzzzz", "x" * 5_000])
def test_nothing_is_offered_for_what_is_no_name(ngo, typed):
    assert offered(ngo, typed) == []
    assert "Aucun lieu" in ngo.post(SEARCH, data={"q": typed}).text


def test_what_is_typed_stands_in_no_address(ngo, client):
    assert ngo.get(f"{SEARCH}?q=Bankass").status_code in (404, 405)
    assert client.post(SEARCH, data={"q": "Bankass"}).status_code in (302, 303)  # nobody is signed in


def test_who_asks_without_end_is_told_to_wait_and_asks_again_later(app, ngo):
    asked = [ngo.post(SEARCH, data={"q": "Ban"}).status_code for _ in range(PER_MINUTE + 1)]
    assert asked == [200] * PER_MINUTE + [429]
    app.extensions["clock"] = lambda: NOW + timedelta(minutes=1)
    assert ngo.post(SEARCH, data={"q": "Ban"}).status_code == 200


def test_each_has_a_pace_of_their_own_and_a_clock_put_back_shuts_nobody_out():
    pace = Pace(1, timedelta(minutes=1))
    assert [pace.allows(who, NOW) for who in ("a", "a", "b")] == [True, False, True]
    assert pace.allows("a", NOW - timedelta(hours=1))


def test_a_search_without_the_forms_token_is_refused(app, ngo):
    app.config["WTF_CSRF_ENABLED"] = True
    assert ngo.post(SEARCH, data={"q": "Bankass"}).status_code == 400


def test_the_form_loads_one_small_script_of_our_own_and_names_where_it_asks(ngo):
    page = ngo.get(NEW)
    assert re.findall(r"<script[^>]*src=\"/static/(\w+)", page.text) == ["phone"]
    helps = r'data-search="/places/search" data-helps="/static/places\.js\?v=\w{10} /static/draft\.js\?v=\w{10}"'
    assert re.search(helps, page.text)
    assert (Path(__file__).parents[2] / "deconflict/static/places.js").stat().st_size < 6_000
    assert "connect-src 'self'" in page.headers["Content-Security-Policy"]


# -- without a script


def picks(page) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'<label for="pick-1-[1-9]\d*">(.*?)</label>', page.text)]


def test_places_of_one_name_are_choices_with_their_region_the_nearest_to_the_stop_before_first(ngo):
    page = send(ngo, NEW, notice(**{"stops-1-place": "Bamba"}))
    assert (page.status_code, errors(page)) == (422, ["f-stops-1-place"])
    said = picks(page)
    assert {re.search(r"cercle (\w+)", one)[1] for one in said} == {"Koro", "Bourem"}
    assert all("région" in one for one in said)
    away = [int(re.search(r"à (\d+) km de l'étape 1", one)[1]) for one in said]
    assert away == sorted(away)


def test_the_first_stop_has_nothing_to_be_measured_from(ngo):
    page = send(ngo, NEW, notice(**{"stops-0-place": "Bamba"}))
    assert not [one for one in re.findall(r'<label for="pick-0-[1-9]\d*">(.*?)</label>', page.text) if "à vol d" in one]


@pytest.fixture
def twins(database, mission):
    """The mission's list with a second village of the same name in the same commune."""
    bankass = next(p for p in mission.gazetteer.named("Bankass") if p.level == "town")
    twin = replace(bankass, pcode="PPTWIN", point=(14.2, -3.4), seat=None)
    more = replace(mission, gazetteer=Gazetteer(mission.gazetteer.edition, (*mission.gazetteer.places, twin)))
    app = create_app(settings_of(database), mission=more)
    app.testing = True
    app.config.update(WTF_CSRF_ENABLED=False, SECOND_FACTOR_REQUIRED=False)
    app.extensions["clock"] = lambda: NOW
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_of_two_villages_that_are_called_alike_in_one_commune_the_chosen_one_is_filed(twins, sign_in):
    ngo = sign_in(twins.test_client(), create_account(twins, roles.FOCAL_POINT, roles.SUBMITTER))
    page = send(ngo, NEW, notice())
    assert errors(page) == ["f-stops-1-place"]
    assert len(picks(page)) == 2
    again = send(ngo, NEW, fields(page) | {"_pick-1": "pcode|PPTWIN"})
    assert again.status_code == 200
    assert "[PPTWIN]" in fields(again)["stops-1-place"]
    reference = file(ngo, NEW, fields(page) | {"_pick-1": "pcode|PPTWIN"})
    assert stored(twins, reference)[1].filing["stops"][1]["location"]["pcode"] == "PPTWIN"
    assert "[PPTWIN]" in fields(ngo.get(f"/notices/{reference}/amend"))["stops-1-place"]
    assert label(twins.extensions["mission"].gazetteer.get("PPTWIN")) in words(ngo.get(f"/notices/{reference}"))
