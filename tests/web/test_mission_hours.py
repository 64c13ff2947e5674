"""Whoever is asked for hours is told on whose clock, and whoever sent what is none how to send it again."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest
from flask_babel import force_locale
from pages import words
from werkzeug.exceptions import BadRequest, MethodNotAllowed

from deconflict.web.errors import other
from deconflict.web.mission_hours import mission_hours

BAMAKO = "heure de Bamako (UTC+0)"


@pytest.mark.parametrize(
    ("zone", "french", "english"),
    [
        ("Africa/Bamako", BAMAKO, "the time of Bamako (UTC+0)"),
        ("Africa/Abidjan", "heure d'Abidjan (UTC+0)", "the time of Abidjan (UTC+0)"),
        ("Asia/Kolkata", "heure de Kolkata (UTC+5:30)", "the time of Kolkata (UTC+5:30)"),
        ("America/Port-au-Prince", "heure de Port-au-Prince (UTC-5/-4)", "the time of Port-au-Prince (UTC-5/-4)"),
        ("UTC", "UTC+0", "UTC+0"),
        ("Etc/GMT-3", "UTC+3", "UTC+3"),
    ],
)
def test_the_clock_is_named_after_its_city_in_both_languages(app, mission, zone, french, english):
    app.extensions["mission"] = replace(mission, timezone=zone)
    for language, said in (("fr", french), ("en", english)):
        with app.test_request_context(f"/?lang={language}"), force_locale(language):
            assert mission_hours() == said


def test_every_form_that_asks_for_hours_names_the_clock(ngo, g9):
    movement = words(ngo.get("/notices/new"))
    assert f"Toujours en {BAMAKO}, même pour une étape dans un autre pays" in movement
    assert f"En {BAMAKO}." in words(ngo.get("/sites/new"))
    for sheet in ("patrol", "stay", "aid", "event", "zone"):
        said = words(g9.get(f"/plans/new/{sheet}"))
        assert f"Les heures sont en {BAMAKO}" in said, sheet
        assert "sa propre lettre de fuseau" in said, sheet
    assert f"Toutes les heures sont données en {BAMAKO}." in ngo.get("/paper/movement").get_data(as_text=True)


@pytest.mark.parametrize(
    ("error", "mend"),
    [(MethodNotAllowed, "Rouvrez la page depuis l'accueil"), (BadRequest, "rechargez la page et envoyez de nouveau")],
)
def test_a_request_that_is_none_is_answered_with_how_to_send_it_again(app, error, mend):
    with app.test_request_context("/?lang=fr"), force_locale("fr"):
        page, status = other(error())
    assert status == error.code
    assert mend in html.unescape(page)
