"""The owner's pages of static sites: filing on the web, what is asked again, confirming, suspending, closing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pages import NOW, errors, fields, file, send, site, stored, words
from planted import plain
from test_own_map import beside, drawing, texts

from deconflict.domain import roles
from deconflict.services import sites
from deconflict.store.base import db
from deconflict.store.items import Item

ADDRESS = "/sites/new"


def disc(page) -> float:
    """How wide the place is drawn."""
    found = [each for each in drawing(page).iter() if each.get("class") == "map-hum" and each.get("r")]
    return float(found[0].get("r", ""))


@pytest.fixture
def officer(app, make_account):
    return make_account(roles.CMCOORD, name="Oumou", language="en")


def verify(app, reference, officer, at=NOW):
    item, _row = stored(app, reference)
    with app.app_context():
        sites.take_site(item.id, item.version, "gps", officer.audience, at)
        sites.verify_site(item.id, item.version, "gps", officer.audience, at)


def press(browser, reference, act, version=1, **more):
    return browser.post(f"/sites/{reference}/{act}", data={"version": str(version)} | more)


def test_a_site_is_filed_read_again_and_listed(app, ngo):
    reference = file(ngo, ADDRESS, site())
    item, row = stored(app, reference)
    assert (item.state, item.kind) == ("site_submitted", "SITE_SCHOOL")
    assert "+22370000001" not in str(row.filing)
    assert row.communications == "+22370000001"
    shown = words(ngo.get(f"/sites/{reference}"))
    for said in ("École A de Bankass", "Ancien marché", "14.07120", "120 m", "+22370000001", "jamais vérifié"):
        assert said in shown
    assert "2200" not in shown
    assert reference in words(ngo.get("/sites"))
    assert "jours ouvrables" in words(ngo.get(f"/sites/{reference}/filed"))


def test_the_review_says_in_words_what_was_understood_and_nothing_is_kept_before(app, ngo):
    review = send(ngo, ADDRESS, site())
    assert review.status_code == 200
    for said in ("École A de Bankass", "Bankass", "Drapeau", "120 m"):
        assert said in words(review)
    with app.app_context():
        assert db.session.query(Item).count() == 0


def test_the_same_page_sent_twice_is_one_site(app, ngo):
    assert file(ngo, ADDRESS, site()) == file(ngo, ADDRESS, site())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stops-0-position": "14.07, -3.51"}, "f-stops-0-position"),
        ({"stops-0-position": ""}, "f-stops-0-position"),
        ({"stops-0-place": ""}, "f-stops-0-sure_unnamed"),
        ({"kind": ""}, "f-kind"),
        ({"radius_m": "many"}, "f-radius_m"),
        ({"opening": "hours"}, "f-opens"),
        ({"opening": "hours", "opens": "08:00", "closes": "12:00"}, "f-mon"),
        ({"fixed_on": "2027-01-01"}, "f-fixed_on"),
        ({"disclaimer": ""}, "f-disclaimer"),
        ({"kind": "SITE_GUESTHOUSE"}, "f-level"),
    ],
)
def test_what_is_wrong_is_linked_from_the_summary_and_nothing_typed_is_lost(ngo, changes, field):
    page = send(ngo, ADDRESS, site(**changes))
    assert page.status_code == 422
    assert field in errors(page)
    assert f'id="{field}"' in page.text
    assert fields(page)["name"] == "École A de Bankass"
    assert fields(page)["operator"] == "Académie"


def test_an_empty_form_asks_for_what_a_site_has_and_every_line_leads_to_its_field(ngo):
    empty = fields(ngo.get(ADDRESS))
    page = send(ngo, ADDRESS, empty | {"name": "École A"})
    assert errors(page)
    assert all(f'id="{field}"' in page.text for field in errors(page))
    assert not any(word in words(page) for word in ("Étape", "Stop 1", "latest time", "au plus tard"))


def test_the_position_of_a_site_is_not_said_to_be_optional(ngo):
    label = re.search(r'<label for="f-stops-0-position">(.*?)</label>', ngo.get(ADDRESS).text, re.DOTALL)[1]
    assert "optional" not in label


def test_a_slip_of_the_longitude_is_offered_mended(ngo):
    page = send(ngo, ADDRESS, site(**{"stops-0-position": "14.0712, 3.5163"}))
    assert page.status_code == 422
    assert "-3.5163" in page.text


def test_a_colleague_looks_at_the_position_too_and_whoever_entered_it_does_not(
    app, ngo, officer, make_account, sign_in
):
    colleague = sign_in(app.test_client(), make_account(roles.SUBMITTER, name="Awa Koné", organisation="ONG Alpha"))
    reference = file(ngo, ADDRESS, site())
    assert f"/sites/{reference}/second" not in ngo.get(f"/sites/{reference}").text
    press(ngo, reference, "second")
    desk = sign_in(app.test_client(), officer)
    assert "owner: nobody" in words(desk.get(f"/desk/sites/{reference}"))
    assert f"/sites/{reference}/second" in colleague.get(f"/sites/{reference}").text
    press(colleague, reference, "second")
    assert "owner: Awa Koné" in words(desk.get(f"/desk/sites/{reference}"))
    assert "Awa Koné" not in ngo.get(f"/sites/{reference}").text.partition("<main")[2]
    file(ngo, f"/sites/{reference}/amend", fields(ngo.get(f"/sites/{reference}/amend")) | {"radius_m": "300"})
    assert "owner: nobody" in words(desk.get(f"/desk/sites/{reference}"))


def test_whoever_checks_the_position_sees_it_on_the_map_before_the_button(app, ngo, officer, make_account, sign_in):
    review, wider = (send(ngo, ADDRESS, site(radius_m=radius)) for radius in ("120", "1190"))
    assert {"1", "Bankass", "Humanitaire"} <= texts(drawing(review))
    assert disc(wider) == pytest.approx(disc(review) * 1200 / 130, rel=0.1)  # and 10 m that four decimals leave open
    (said,) = beside(review)
    assert "14.07120" in said
    reference = file(ngo, ADDRESS, site())
    colleague = sign_in(app.test_client(), make_account(roles.SUBMITTER, name="Awa Koné", organisation="ONG Alpha"))
    shown = colleague.get(f"/sites/{reference}")
    assert shown.text.index("<svg") < shown.text.index(f"/sites/{reference}/second")
    for page in (
        shown,
        ngo.get(f"/sites/{reference}/filed"),
        sign_in(app.test_client(), officer).get(f"/desk/sites/{reference}"),
    ):
        assert {"1", "Bankass"} <= texts(drawing(page))
        assert len(beside(page)) == 1


def test_a_site_that_is_kept_in_communes_only_has_no_map(app, ngo, officer, sign_in):
    reference = file(ngo, ADDRESS, site())
    with app.app_context():
        db.session.query(Item).filter_by(reference=reference).one().reduced_at = NOW - timedelta(days=400)
        db.session.commit()
    for page in (ngo.get(f"/sites/{reference}"), sign_in(app.test_client(), officer).get(f"/desk/sites/{reference}")):
        assert page.status_code == 200
        assert "own-map" not in page.text


def test_an_amendment_shows_before_and_after_and_one_without_a_change_is_told(app, ngo):
    reference = file(ngo, ADDRESS, site())
    page = ngo.get(f"/sites/{reference}/amend")
    same = send(ngo, f"/sites/{reference}/amend", fields(page))
    assert same.status_code == 422
    changed = file(ngo, f"/sites/{reference}/amend", fields(page) | {"radius_m": "300"})
    assert changed == reference
    shown = words(ngo.get(f"/sites/{reference}/filed"))
    assert "120 m" in shown
    assert "300 m" in shown


def test_one_button_says_that_nothing_has_changed(app, ngo, officer):
    reference = file(ngo, ADDRESS, site())
    verify(app, reference, officer)
    shown = words(ngo.get(f"/sites/{reference}"))
    assert "Vérifié" in shown
    assert "dernière vérification" in shown
    assert press(ngo, reference, "confirm").status_code == 303
    assert stored(app, reference)[0].state == "verified"


def test_it_is_suspended_with_a_reason_taken_up_again_and_closed(app, ngo):
    reference = file(ngo, ADDRESS, site())
    assert press(ngo, reference, "suspend").status_code == 422
    assert "f-code" in errors(press(ngo, reference, "suspend", code="because"))
    assert press(ngo, reference, "suspend", code="relocated").status_code == 303
    assert "déménagé" in words(ngo.get(f"/sites/{reference}"))
    assert press(ngo, reference, "resume").status_code == 303
    assert press(ngo, reference, "close").status_code == 303
    item, _row = stored(app, reference)
    assert item.state == "closed"
    shown = ngo.get(f"/sites/{reference}")
    assert shown.status_code == 200
    assert not re.findall(r'action="/sites/[^"]+"', shown.text)
    press(ngo, reference, "confirm")
    assert stored(app, reference)[0].state == "closed"


def test_a_button_of_an_older_version_does_nothing(app, ngo):
    reference = file(ngo, ADDRESS, site())
    file(ngo, f"/sites/{reference}/amend", fields(ngo.get(f"/sites/{reference}/amend")) | {"radius_m": "300"})
    press(ngo, reference, "close", version=1)
    assert stored(app, reference)[0].state == "site_submitted"


def test_sharing_is_withdrawn_and_the_verification_stays(app, ngo, officer):
    reference = file(ngo, ADDRESS, site())
    verify(app, reference, officer)
    answer = ngo.post(f"/sites/{reference}/sharing", data={"version": "1", "level": "match_only"})
    assert answer.status_code == 303
    item, _row = stored(app, reference)
    assert (item.level, item.state, item.version) == ("match_only", "verified", 2)


@pytest.mark.parametrize("page", ["", "/filed", "/amend", "/sharing"])
def test_another_organisation_finds_nothing_and_learns_nothing(app, ngo, other_ngo, g9, page):
    reference = file(ngo, ADDRESS, site())
    for browser in (other_ngo, g9):
        assert browser.get(f"/sites/{reference}{page}").status_code == browser.get(f"/sites/ZZZZZ{page}").status_code
        assert browser.get(f"/sites/{reference}{page}").status_code in (403, 404)


@pytest.mark.parametrize("act", ["second", "confirm", "suspend", "resume", "reopen", "close"])
def test_another_organisation_moves_nothing(app, ngo, other_ngo, g9, act):
    reference = file(ngo, ADDRESS, site())
    for browser in (other_ngo, g9):
        here, nowhere = press(browser, reference, act, code="function"), press(browser, "ZZZZZ", act, code="function")
        assert (here.status_code, plain(here)) == (nowhere.status_code, plain(nowhere).replace("ZZZZZ", reference))
    assert stored(app, reference)[0].state == "site_submitted"


def test_a_site_is_on_no_page_of_movements_and_a_movement_on_none_of_sites(app, ngo):
    from pages import notice

    standing, movement = file(ngo, ADDRESS, site()), file(ngo, "/notices/new", notice(_key="a" * 32))
    assert standing not in ngo.get("/notices").text
    assert movement not in ngo.get("/sites").text
    for address in (
        f"/notices/{standing}",
        f"/notices/{standing}/amend",
        f"/sites/{movement}",
        f"/sites/{movement}/amend",
    ):
        assert ngo.get(address).status_code == 404
    assert ngo.post(f"/notices/{standing}/cancel", data={"reason": "x"}).status_code == 404
    press(ngo, movement, "close")
    assert stored(app, movement)[0].state == "submitted"


def test_a_site_that_waits_for_its_owner_stands_first(app, ngo, officer):
    old = file(ngo, ADDRESS, site())
    verify(app, old, officer, NOW - timedelta(days=80))
    fresh = file(ngo, ADDRESS, site(_key="b" * 32, name="B"))
    with app.app_context():
        item = db.session.query(Item).filter_by(reference=old).one()
        item.state, item.site.heard_at = "verify_due", NOW - timedelta(days=80)
        db.session.commit()
    page = ngo.get("/sites").text
    assert page.index(old) < page.index(fresh)
    assert "attend votre réponse" in words(ngo.get("/sites"))


def test_the_form_is_light(ngo):
    import gzip

    assert len(gzip.compress(ngo.get(ADDRESS).data)) < 20_000
