"""A site that its owner called in: entered by the same form, with the same checks of the call, read back with its figures."""

from __future__ import annotations

import re

import pytest
from pages import errors, fields, send, site, stored, words
from test_on_behalf import House, call

from deconflict.domain import roles
from deconflict.domain.errors import Refused
from deconflict.services import sites
from deconflict.web.paper import FORMS, blank


@pytest.fixture
def house(app, make_account, sign_in):
    return House(app, make_account, sign_in)


def address(house):
    return f"/on-behalf/{house.awa.audience.organisation_id}/site"


def typed(house, **more):
    return site(**{"level": "match_only"}) | call(house, **more)


def entered(house, browser=None, **more):
    browser = browser or house.radio
    review = send(browser, address(house), typed(house, **more))
    assert review.status_code == 200, errors(review)
    done = send(browser, address(house), fields(review) | {"_read_back": "yes"}, "file")
    assert done.status_code == 303, errors(done)
    return done.location.split("/")[2]


def test_a_site_is_entered_for_its_owner_who_hears_and_reads_of_it(house):
    chosen = {"organisation": str(house.awa.audience.organisation_id), "what": "site"}
    assert house.radio.post("/on-behalf/begin", data=chosen).location == address(house)
    reference = entered(house)
    item, version = stored(house.app, reference)
    assert (item.owner_id, version.filed_by_id) == (house.awa.audience.organisation_id, house.radia.person_id)
    assert (item.kind, house.code(reference), version.communications) == ("SITE_SCHOOL", None, "+22370000001")
    assert house.rows() == [("file", 1, house.radia.person_id, house.awa.person_id, "phone", "directory")]
    assert house.letters() == [("Awa", reference)]
    said = house.radio.get(f"/on-behalf/{reference}/filed")
    assert reference in words(said)
    assert "Another officer verifies it" in words(said)
    assert not re.search("Bankass|filed late|checks in", words(said))
    own = words(house.browser(house.awa).get(f"/sites/{reference}"))
    assert "par OCHA pour vous" in own
    assert "Radia" not in own
    at_desk = words(house.desk.get(f"/desk/sites/{reference}"))
    assert "Entered for its owner on Tuesday 1 December 2026 at 08:00 by Radia" in at_desk
    assert "Caller: Awa" in at_desk


def test_its_figures_are_read_back_before_it_is_sent(house):
    review = send(house.radio, address(house), typed(house))
    script = words(review).partition("Read this out")[2]
    for said in ("14.07120", "École A de Bankass", "120 m"):
        assert said in script
    unread = send(house.radio, address(house), fields(review), "file")
    assert (unread.status_code, errors(unread)) == (200, ["f-_read_back"])
    assert house.items() == 0
    by_radio = words(send(house.radio, address(house), typed(house, _way="radio", _back="heard")))
    assert "70000001" not in by_radio.partition("Read this out")[2].replace(" ", "")


def test_an_officer_who_entered_it_verifies_it_not(house):
    reference = entered(house, house.desk)
    item, _row = stored(house.app, reference)
    with house.app.app_context(), pytest.raises(Refused):
        sites.take_site(item.id, 1, "gps", house.oumou.audience, house.now)
    assert "another officer verifies it" in words(house.desk.get(f"/desk/sites/{reference}"))


def test_no_voice_lets_more_be_told_than_its_organisation_does(house):
    more = typed(house, _caller="voice") | {"level": "redacted"}
    assert errors(send(house.radio, address(house), more)) == ["f-level"]
    assert errors(send(house.radio, address(house), typed(house, _caller="voice") | {"_back": "heard"})) == ["f-_back"]


def test_nobody_else_enters_one_and_none_for_the_mission_or_for_nobody(house):
    for who in (house.awa, house.moussa, house.bina, house.lars):
        assert house.browser(who).get(address(house)).status_code == 404
    for other in (house.lars.audience.organisation_id, house.oumou.audience.organisation_id, 99_999):
        assert house.radio.get(f"/on-behalf/{other}/site").status_code == 404


def test_a_site_is_neither_changed_nor_cancelled_by_its_reference(house):
    reference = entered(house)
    for act in ("change", "cancel"):
        for typed_in in (reference, f"{reference} 1234"):
            page = house.desk.post(f"/on-behalf/{act}", data={"code": typed_in})
            assert (page.status_code, errors(page)) == (422, ["f-code"])
    assert stored(house.app, reference)[0].state == "site_submitted"


def test_the_numbers_beside_the_labels_are_those_on_paper(house):
    page = house.radio.get(address(house))
    with house.app.test_request_context():
        paper = blank(*FORMS["site"])
    wanted = {row.number for row in (*paper.before, *paper.after, *paper.stops[0])}
    assert set(re.findall(r'<span class="number">([\d.]+)</span>', page.text)) == wanted
    assert f"edition {paper.edition}" in words(page)
    assert f"edition {paper.edition}" in re.sub(r"<[^>]+>", "", house.radio.get("/paper/site").text)
    assert 'href="/paper/site"' in page.text


def test_an_operator_reads_no_site_that_he_entered(house, make_account):
    reference = entered(house)
    assert house.radio.get(f"/sites/{reference}").status_code == 404
    assert house.radio.get(f"/desk/sites/{reference}").status_code == 404
    other = house.browser(make_account(roles.RADIO_OPERATOR, name="Sita", function="support"))
    assert other.get(f"/on-behalf/{reference}").status_code == 404
