"""The forms on paper have every field of the page, and count as the page counts where a notice is entered for its owner."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from pages import NOW, attributes, words

from deconflict.domain import roles
from deconflict.schemas.zones import ZoneSchema
from deconflict.web import notices, plans, site_sheet
from deconflict.web.filing_form import Layout
from deconflict.web.paper import FORMS, LINES, STOPS, blank, door
from deconflict.web.paper_words import edition_of, paper_of

# Of a stop: what a page asks only when a position was not understood.
NEVER_ON_PAPER = {"place_pcode", "correction"}
# What a form of the door is about by itself: its hidden fields, and what only others of the door's forms ask.
SAID_BY_THE_FORM = {
    "movement": {"stops-0-halt"},
    "site": set(),
    "zone": set(),
    "patrol": {"urgency"},
    **{what: {"urgency", "stops-0-halt", "stops-0-activity"} for what in ("stay", "aid", "event")},
}
for _what in ("patrol", "stay", "aid", "event"):  # of an event, by the link of its project's page
    SAID_BY_THE_FORM[_what] |= {"qip", "occasion"}
PAGES = {
    "movement": (roles.SUBMITTER, "/notices/new"),
    "site": (roles.SUBMITTER, "/sites/new"),
    **{sheet: (roles.CIMIC, f"/plans/new/{sheet}") for sheet in plans.PAGES.sheets},
}


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


@pytest.mark.parametrize("what", FORMS)
def test_every_field_of_the_page_has_a_place_on_paper_and_none_else_has(app, readers, what):
    code, url = PAGES[what]
    page = readers(code).get(url)
    with app.test_request_context():
        paper = blank(*FORMS[what])
    stops = len(set(re.findall(r"stops-(\d+)-place\"", page.text)))
    ours = {name for name in paper.names() if "sure_" not in name}
    here = {name for name in ours if not name.startswith("stops-") or int(name.split("-")[1]) < stops}
    assert here == asked(page) - SAID_BY_THE_FORM[what]
    assert {re.sub(r"\d+", "0", name) for name in ours} == {re.sub(r"\d+", "0", name) for name in here}
    assert bool(stops) == (what != "zone")


@pytest.mark.parametrize("what", FORMS)
def test_every_field_that_the_door_takes_has_a_place_on_paper(app, mission, what):
    pages, sheet = FORMS[what]
    with app.test_request_context():
        paper, schema = blank(pages, sheet), door(pages, sheet)
        layout = pages.sheets[sheet].layout
    taken = schema.fields.keys() - {"stops"}
    if not isinstance(schema, ZoneSchema):
        of_stop = schema.stop_schema(mission, schema.side).fields.keys() - NEVER_ON_PAPER
        taken |= {f"stops-0-{name}" for name in of_stop}
    other_sheets = {
        name for one in pages.sheets.values() for part in (one.layout.before, one.layout.after) for name in part
    }
    other_sheets -= {*layout.before, *layout.after}
    on_paper = {name for name in paper.names() if not re.match(r"stops-[1-9]|.*sure_", name)}
    taken = {name for name in taken if "sure_" not in name}  # ticks where something was asked about
    assert taken - on_paper <= other_sheets | SAID_BY_THE_FORM[what]
    assert on_paper <= taken


@pytest.mark.parametrize("what", FORMS)
def test_the_answers_on_paper_are_those_of_the_page_in_its_order(app, readers, what):
    code, url = PAGES[what]
    body = readers(code).get(url).text.partition("<main")[2]
    with app.test_request_context():
        paper = blank(*FORMS[what])
    rows = [*paper.before, *(row for stop in paper.stops[:1] for row in stop), *paper.after]
    for row in rows:
        name = row.boxes[0].name
        if name == "confirmed_by":  # a colleague, by a name that paper does not list
            continue
        chosen = re.findall(rf'type="radio" name="{name}" value="([^"]+)"', body)
        listed = re.search(rf'<select[^>]*name="{name}".*?</select>', body, re.DOTALL)
        chosen += re.findall(r'<option value="([^"]+)"', listed[0]) if listed else []
        ticks = re.findall(rf'type="checkbox" name="{name}"', body)
        if chosen:
            assert len(row.options) == len(chosen), name
        else:
            assert len(row.options) == (2 if ticks and row.boxes[0].kind == "letter" else 0), name


def test_a_field_that_is_new_is_on_paper_at_once_and_makes_another_edition(app, mission):
    layout = notices.MOVEMENT.layout
    more = Layout(layout.before, layout.stop, {**layout.after, "drivers": "Drivers"})
    with app.test_request_context():
        schema = notices.PAGES.schema(mission)
        paper = paper_of(replace(notices.MOVEMENT, layout=more), schema, mission, 1, {})
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


def test_what_stands_has_one_place_an_area_has_lines_and_a_site_its_days(readers):
    stay, zone, aid = (readers(roles.CIMIC).get(f"/paper/{what}").text for what in ("stay", "zone", "aid"))
    site = readers(roles.SUBMITTER).get("/paper/site").text
    assert all(text.count("<h2>Where") == 1 for text in (stay, aid, site))
    assert "<h2>Stop" not in stay + zone + aid + site
    assert zone.count("<li>") == LINES
    assert re.findall(r'class="label">(Is (?:set|gone)[^<]*)<', stay) == ["Is set up", "Is gone"]
    assert all(day in site for day in ("Monday", "Sunday"))
    assert "No aid" not in aid  # which is given there


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("what", "code"), [(what, code) for what, (code, _url) in PAGES.items()])
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
    ours, theirs = {"movement", "site"}, set(plans.PAGES.sheets)
    can = {
        roles.SUBMITTER: ours,
        roles.FOCAL_POINT: ours,
        roles.CIMIC: theirs,
        roles.RADIO_OPERATOR: ours,
        roles.CMCOORD: ours | theirs,
        roles.ADMINISTRATOR: set(),
        roles.CLUSTER: set(),
    }
    for code, wanted in can.items():
        browser = readers(code)
        assert {what for what in (*FORMS, "other") if browser.get(f"/paper/{what}").status_code == 200} == wanted, code
    assert app.test_client().get("/paper/movement").location.startswith("/login")


def test_every_form_of_the_pages_has_its_paper_and_the_pages_lead_to_it(readers):
    sides = (notices.PAGES, site_sheet.PAGES, plans.PAGES)
    assert [*FORMS.values()] == [(pages, sheet) for pages in sides for sheet in pages.sheets]
    lists = [(roles.SUBMITTER, "/notices", {"movement"}), (roles.SUBMITTER, "/sites", {"site"})]
    for code, url, wanted in [*lists, (roles.CIMIC, "/plans", set(plans.PAGES.sheets))]:
        assert set(re.findall(r'href="/paper/(\w+)"', readers(code).get(url).text)) == wanted
