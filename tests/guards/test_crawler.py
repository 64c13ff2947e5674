"""Everybody walks every route with everybody's references: what is there answers, and everything else is missing alike."""

from __future__ import annotations

import pytest
from crawl import STRANGER, Answer, near
from doors import GETS, POSTS, POSTS_ABOUT_ONESELF

from deconflict.domain import roles
from deconflict.web.audience import Door, declared

# One walk for all of them: the group keeps them on one worker.
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("crawl")]

GIVEN_BACK = {
    *("notices.new", "notices.amend", "plans.write", "plans.amend", "sites.new", "sites.amend"),
    *("on_behalf.new", "on_behalf.change"),
}

# ---- the routes ------------------------------------------------------------------------------------------------------


def test_every_route_is_known_here_and_everything_known_here_exists(app):
    by_method = {m: {r.endpoint for r in app.url_map.iter_rules() if m in r.methods} for m in ("GET", "POST")}
    assert by_method["GET"] - GETS.keys() == set(), "say in GETS what these show to whom"
    assert GETS.keys() - by_method["GET"] == set()
    assert by_method["POST"] - POSTS.keys() - POSTS_ABOUT_ONESELF == set(), "say in POSTS what these name"
    assert (POSTS.keys() | POSTS_ABOUT_ONESELF) - by_method["POST"] == set()
    assert not POSTS.keys() & POSTS_ABOUT_ONESELF
    other = [r.endpoint for r in app.url_map.iter_rules() if r.methods - {"GET", "HEAD", "OPTIONS", "POST"}]
    assert other == []


def test_who_opens_what_here_is_what_each_view_declares(app):
    for endpoint, (_kind, allowed) in {**GETS, **POSTS}.items():
        door = declared(app, endpoint)
        if endpoint == "home.page" or endpoint.startswith("contacts."):
            assert door is Door.EVERYONE
        elif allowed is None:
            assert isinstance(door, Door), endpoint
        else:
            assert door == frozenset(allowed), endpoint


def test_somebody_of_every_role_walked(crawl):
    assert {code for who in crawl.accounts.values() for code in who.roles} == roles.ALL
    assert {answer.account for answer in crawl.gets} == {*crawl.accounts, STRANGER}


# ---- what is there ---------------------------------------------------------------------------------------------------


def test_what_is_there_for_an_account_answers_and_what_is_not_is_missing(crawl):
    wrong = []
    for answer in crawl.gets:
        kind, allowed = GETS[answer.endpoint]
        if kind == "sign-in":
            continue
        who = crawl.accounts.get(answer.account)
        if allowed is None:
            wanted = {404} if kind == "token" else {200, 503} if answer.endpoint == "health.readyz" else {200}
        elif who is None:
            wanted = {303}
        elif not who.may(*allowed) or not crawl.exists(who, kind, answer.key):
            wanted = {404}
        else:
            changing = ("amend", "postpone", "sharing")
            refusals = {f"{side}.{act}": {200, 422} for side in ("notices", "plans", "sites") for act in changing}
            refusals["desk.item"] = {200, 303}  # that of a site leads to the site's own page
            refusals["hazards.correct"] = {200, 409}  # its author, once it is shown
            refusals["desk.ask_preview"] = {200, 409, 422}
            refusals |= {key: {303} for key in ["on_behalf.change", "on_behalf.cancel"]}  # without what had been typed
            wanted = refusals.get(answer.endpoint, {200})
        if answer.status not in wanted:
            wrong.append((near(answer), wanted))
    assert wrong == []


def test_the_walk_met_something_of_everything(crawl):
    """Otherwise a crawler that only met closed doors would praise them."""
    opened = {(answer.endpoint, GETS[answer.endpoint][0]) for answer in crawl.gets if answer.status == 200}
    for endpoint, (kind, _allowed) in GETS.items():
        if endpoint not in ("on_behalf.change", "on_behalf.cancel") and kind not in (
            *("sign-in", "file", "token"),
            *(
                "entered",
                "lapsed case",
                "qip",
                "committee",
            ),  # nobody has called in the planted world, and nothing was seen to have happened
        ):
            assert (endpoint, kind) in opened, endpoint
    closed = [answer for answer in crawl.gets if answer.status == 404]
    assert len(closed) > 1000


def telling(answers: list[Answer]) -> list[str]:
    """What tells one answer from another: some of them where they are not all the same, and each that repeats what was asked."""
    seen = {(a.status, a.body, a.headers) for a in answers}
    different = answers[:3] if len(seen) > 1 else []
    return [near(a) for a in (*different, *(a for a in answers if len(a.key) >= 5 and a.key in a.whole))]


def test_another_s_reference_answers_exactly_like_a_missing_one(crawl):
    for account in crawl.accounts:
        missing = [answer for answer in crawl.answers(account) if answer.status == 404]
        assert telling([answer for answer in missing if GETS[answer.endpoint][0] != "token"]) == []
        assert telling([answer for answer in crawl.posts if answer.account == account]) == []


def test_what_an_officer_may_not_find_is_not_found_like_what_does_not_exist(crawl):
    for account, who in crawl.accounts.items():
        if not who.is_officer:
            continue
        typed = set(crawl.keys["reference"])
        for answer in crawl.found:
            if (answer.account, answer.endpoint) != (account, "desk.find") or answer.key not in typed:
                continue
            case = next((n for n, codes in crawl.world.cases.items() if answer.key in codes.values()), None)
            item = next((f for f in crawl.facts.values() if f.reference == answer.key), None)
            sensitive = crawl.sensitive(case) if case else bool(item and item.sensitive)
            there = (case is not None or item is not None) and crawl.officer(who, sensitive)
            assert (answer.status == 303) is there, near(answer)
            assert answer.status in (200, 303)
        missing = {
            answer.body.replace(answer.key, "")
            for answer in crawl.found
            if (answer.account, answer.endpoint, answer.status) == (account, "desk.find", 200) and answer.key in typed
        }
        assert len(missing) == 1


def test_a_party_finds_its_own_references_and_no_other(crawl, mission):
    typed = set(crawl.keys["reference"])
    like_places = {key for key in typed if mission.gazetteer.search(key, 24)}  # drawn by lot, some read like a town
    for account, who in crawl.accounts.items():
        mine = [a for a in crawl.found if (a.account, a.endpoint) == (account, "ours.find") and a.key in typed]
        for answer in mine if who.may(*POSTS["ours.find"][1]) else []:
            own = any(crawl.exists(who, kind, answer.key) for kind in ("own item", "own case"))
            assert (answer.status == 303) is own, near(answer)
        missing = [a for a in mine if a.status == 200 and a.key not in like_places]
        assert len({a.body.replace(a.key, "") for a in missing}) <= 1


def expected(answer: Answer) -> int:
    """A stranger is sent to the sign-in; whoever had typed a long form gets it back, whatever it was about."""
    if answer.account != STRANGER:
        return 404
    return 400 if answer.endpoint in GIVEN_BACK else 303


def test_acts_on_what_is_not_there_are_missing_and_leave_no_trace(crawl):
    wrong = [near(a) for a in crawl.posts if a.status != expected(a)]
    assert wrong == []
    assert len(crawl.posts) > 2000
    assert crawl.written[0] == crawl.written[1]
