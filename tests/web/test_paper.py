"""The forms on paper have every field of the page, and count as the page counts where a notice is entered for its owner."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from pages import NOW, attributes, words

from deconflict.domain import roles
from deconflict.web import notices, plans
from deconflict.web.filing_form import Layout
from deconflict.web.paper import FORMS, STOPS, blank
from deconflict.web.paper_words import edition_of, paper_of

# Of a stop: what a page asks only when a position was not understood.
NEVER_ON_PAPER = {"place_pcode", "correction"}


@pytest.fixture
def readers(app, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW

    def browser(*codes, **more):
        return sign_in(app.test_client(), make_account(*codes, language="en", **more))

    return browser


def asked(page):
    """Names of the fields that a page's form has, without its machinery."""
    body = page.text.partition("<main")[2]
    names = re.findall(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"', body)
    return {name for name in names if not name.startswith("_") and name != "csrf_token"}


@pytest.mark.parametrize(
    ("what", "code", "url"),
    [("movement", roles.SUBMITTER, "/notices/new"), ("patrol", roles.CIMIC, "/plans/new/patrol")],
)
def test_every_field_of_the_page_has_a_place_on_paper_and_none_else_has(app, readers, what, code, url):
    page = readers(code).get(url)
    with app.test_request_context():
        paper = blank(*FORMS[what])
    stops = len(set(re.findall(r"stops-(\d+)-place\"", page.text)))
    ours = {name for name in paper.names() if "-sure_" not in name}
    here = {name for name in ours if not name.startswith("stops-") or int(name.split("-")[1]) < stops}
    assert here == asked(page)
    assert {re.sub(r"\d+", "0", name) for name in ours} == {re.sub(r"\d+", "0", name) for name in here}


@pytest.mark.parametrize("what", FORMS)
def test_every_field_that_the_door_takes_has_a_place_on_paper(app, mission, what):
    pages, sheet = FORMS[what]
    with app.test_request_context():
        paper, schema = blank(pages, sheet), pages.schema(mission)
        layout = pages.sheets[sheet].layout
    of_stop = schema.stop_schema(mission, schema.side).fields.keys() - NEVER_ON_PAPER
    taken = {f"stops-0-{name}" for name in of_stop} | (schema.fields.keys() - {"stops"})
    other_sheets = {
        name for one in pages.sheets.values() for part in (one.layout.before, one.layout.after) for name in part
    }
    other_sheets -= {*layout.before, *layout.after}
    on_paper = {name for name in paper.names() if not re.match(r"stops-[1-9]", name)}
    never = {"stops-0-halt"} if what == "movement" else {"urgency", "category"}
    assert taken - on_paper <= other_sheets | never
    assert on_paper <= taken


def test_a_field_that_is_new_is_on_paper_at_once_and_makes_another_edition(app, mission):
    layout = notices.MOVEMENT.layout
    more = Layout(layout.before, layout.stop, {**layout.after, "drivers": "Drivers"})
    with app.test_request_context():
        schema = notices.PAGES.schema(mission)
        paper = paper_of(replace(notices.MOVEMENT, layout=more), schema, mission, 1, military=False)
        assert "drivers" in paper.names()
        assert paper.edition != edition_of(layout, schema, mission)
        assert paper.edition == edition_of(more, schema, mission)


def test_the_numbers_on_paper_are_those_beside_the_labels(app, readers, make_account):
    owner = make_account(roles.FOCAL_POINT, organisation="ONG Alpha").audience.organisation_id
    radio = readers(roles.RADIO_OPERATOR, function="support")
    page = radio.get(f"/on-behalf/{owner}/new")
    with app.test_request_context():
        paper = blank(*FORMS["movement"])
    wanted = {row.number for row in (*paper.before, *paper.after, *paper.stops[0], *paper.stops[1])}
    shown = set(re.findall(r'<span class="number">([\d.]+)</span>', page.text))
    assert shown == wanted
    assert len({row.number for row in (*paper.before, *paper.after)}) == len((*paper.before, *paper.after))
    assert f"edition {paper.edition}" in words(page)
    assert f"edition {paper.edition}" in re.sub(r"<[^>]+>", "", radio.get("/paper/movement").text)


def test_answers_have_letters_and_a_patrol_has_date_time_groups_and_squares(readers):
    movement, patrol = readers(roles.SUBMITTER).get("/paper/movement"), readers(roles.CIMIC).get("/paper/patrol")
    assert re.search(r"<b>A</b> By road", movement.text)
    assert re.search(r"<b>C</b> Medical|<b>\w</b> Medical", movement.text)
    assert "MGRS" not in movement.text
    assert "MGRS" in patrol.text
    assert " Z <i>" in patrol.text
    assert movement.text.count("<h2>Stop ") == STOPS
    assert "ceremony" not in patrol.text  # which has a form of its own


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("what", "code"), [("movement", roles.SUBMITTER), ("patrol", roles.CIMIC)])
def test_it_names_nobody_is_light_and_works_from_a_saved_file(readers, what, code, language):
    browser = readers(code)
    shown, kept = (browser.get(f"/paper/{what}{end}?language={language}") for end in ("", "/file"))
    assert f'<html lang="{language}">' in kept.text
    never = r"\b(OCHA|MINUSMA|CMCoord|ONG Alpha)\b"
    for page in (shown, kept):
        assert len(page.data) < 60_000
        assert not re.search(never, re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2]))
    assert "attachment" in kept.headers["Content-Disposition"]
    assert what not in kept.headers["Content-Disposition"]
    assert "@page" in kept.text
    assert not re.search(r'(src|href)="', kept.text)
    assert "<style" not in shown.text
    assert all("style" not in attributes(tag) for tag in re.findall(r"<[a-z][^>]*>", shown.text))


def test_each_side_has_its_own_and_a_radio_operator_the_one_that_is_called_in(app, readers):
    can = {
        roles.SUBMITTER: {"movement"},
        roles.FOCAL_POINT: {"movement"},
        roles.CIMIC: {"patrol"},
        roles.RADIO_OPERATOR: {"movement"},
        roles.CMCOORD: {"movement", "patrol"},
        roles.ADMINISTRATOR: set(),
        roles.CLUSTER: set(),
    }
    for code, wanted in can.items():
        browser = readers(code)
        assert {what for what in (*FORMS, "event") if browser.get(f"/paper/{what}").status_code == 200} == wanted, code
    assert app.test_client().get("/paper/movement").location.startswith("/login")


def test_the_sides_of_the_forms_are_those_of_their_pages():
    assert FORMS == {"movement": (notices.PAGES, "movement"), "patrol": (plans.PAGES, "patrol")}
