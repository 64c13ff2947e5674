"""A yes opens its owner's own form, filled in where what was asked is plain and marked where it is not; what is sent from there is
linked to the request. Nothing of the other side is in it but the request's own words (RUL-9)."""

from __future__ import annotations

import pytest
from pages import fields, words
from test_own_requests import Both, answer_form

from deconflict.domain.states import RequestState


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return Both(app, mission, make_account, sign_in)


def says_yes(house, client, address):
    return client.post(f"{address}/answer", data=answer_form(client.get(address)) | {"answer": "accept", "text": ""})


def form_after_yes(house, client, side, what):
    answered = says_yes(house, client, house.ask(side, what))
    assert answered.status_code == 303
    return answered.headers["Location"], client.get(answered.headers["Location"])


def sends(house, client, page, **more):
    """Through the review, as a browser would; the answer to the last press."""
    house.now = house.now.replace(minute=house.now.minute + 1)
    address = page.request.path
    review = client.post(address, data=fields(page) | {"_do": "review"} | more)
    assert review.status_code == 200, words(review)
    return client.post(address, data=fields(review) | {"_do": "file"})


def test_a_yes_leads_to_one_s_own_form_under_one_s_own_reference(house):
    where, page = form_after_yes(house, house.ngo, "humanitarian", "avoid_place")
    assert where.startswith(f"/notices/{house.notice}/amend")
    assert house.references()["humanitarian"] in where
    for foreign in (house.plan, house.references()["mission"], house.case().reference):
        assert foreign not in page.text
        assert foreign not in where


def test_a_stop_on_the_way_that_is_to_be_avoided_is_left_out_and_said_to_be(house):
    _where, page = form_after_yes(house, house.ngo, "humanitarian", "avoid_place")
    typed = fields(page)
    assert typed["_stops"] == "2"
    assert "Bankass" not in (typed["stops-0-place"], typed["stops-1-place"])
    assert "2" in words(page)
    assert house.references()["humanitarian"] in typed["_reason"]


def test_other_hours_are_for_the_owner_to_type(house):
    before = fields(house.ngo.get(f"/notices/{house.notice}/amend"))
    _where, page = form_after_yes(house, house.ngo, "humanitarian", "change_time")
    typed = fields(page)
    hours = {name: text for name, text in before.items() if name.endswith(("_from", "_to", "_date"))}
    assert {name: typed.get(name) for name in hours} == hours


def test_another_place_is_for_the_owner_to_write(house):
    _where, page = form_after_yes(house, house.ngo, "humanitarian", "change_place")
    typed = fields(page)
    assert typed["_stops"] == "3"
    assert typed["stops-1-place"] == ""
    assert typed["stops-1-depart_from"] != ""
    refused = house.ngo.post(page.request.path, data=typed | {"_do": "review"})
    assert refused.status_code == 422


def test_of_the_only_place_of_a_plan_nothing_is_taken_out(house):
    before = fields(house.g9.get(f"/plans/{house.plan}/amend"))
    _where, page = form_after_yes(house, house.g9, "mission", "avoid_place")
    assert fields(page)["stops-0-place"] == before["stops-0-place"]


def test_what_is_sent_from_there_is_linked_and_ends_it_when_the_overlap_is_gone(house):
    _where, page = form_after_yes(house, house.ngo, "humanitarian", "avoid_place")
    assert sends(house, house.ngo, page).status_code == 303
    row = house.request()
    assert (row.state, row.item_version) == (RequestState.AMENDED, 2)
    house.match()
    assert house.case().state == "closed"
    assert house.request().state == RequestState.DONE


def test_what_was_amended_as_asked_and_is_not_enough_stays_with_the_desk(house):
    """And its owner reads nothing of that."""
    _where, page = form_after_yes(house, house.ngo, "humanitarian", "change_time")
    sends(house, house.ngo, page, **{"stops-1-depart_from": "14:00", "stops-1-depart_to": "14:30"})
    house.match()
    assert house.case().state != "closed"
    assert house.request().state == RequestState.AMENDED
    said = words(house.ngo.get(f"/requests/{house.references()['humanitarian']}"))
    assert "amended" not in said


def test_an_amendment_made_without_the_request_links_nothing(house):
    says_yes(house, house.ngo, house.ask("humanitarian"))
    house.amend(house.ngo, f"/notices/{house.notice}", vehicles="4")
    row = house.request()
    assert (row.state, row.item_version) == (RequestState.ACCEPTED, None)


def test_a_no_opens_no_form(house):
    address = house.ask("humanitarian")
    answered = house.ngo.post(
        f"{address}/answer", data=answer_form(house.ngo.get(address)) | {"answer": "decline", "text": ""}
    )
    assert answered.headers["Location"] == address


@pytest.mark.parametrize("code", ["ZZZZZ", "", "' or 1=1"])
def test_a_code_that_is_none_opens_the_plain_form(house, code):
    page = house.ngo.get(f"/notices/{house.notice}/amend", query_string={"asked": code})
    assert page.status_code == 200
    assert fields(page)["_stops"] == "3"
    assert "_asked" not in fields(page)


def test_a_request_to_somebody_else_fills_in_nothing(house):
    says_yes(house, house.g9, house.ask("mission"))
    for code in house.references().values():
        page = house.ngo.get(f"/notices/{house.notice}/amend", query_string={"asked": code})
        assert "_asked" not in fields(page)


def test_a_proposal_is_typed_once_and_kept_where_it_cannot_be_read(house):
    address = house.ask("humanitarian")
    typed = answer_form(house.ngo.get(address)) | {"answer": "counter", "day": "soon", "place": "Koro", "text": ""}
    page = house.ngo.post(f"{address}/answer", data=typed)
    assert page.status_code == 422
    assert fields(page)["place"] == "Koro"
    assert house.ngo.post(f"{address}/answer", data=typed | {"day": "2026-12-12"}).status_code == 303
    assert house.request().offer == {"day": "2026-12-12", "place": "Koro"}
    said = words(house.ngo.get(address))
    assert "Koro" in said
