"""Armed people are in a site: its owner or an officer says so, the desk is alerted at once, and the mission learns nothing of it (D7.2)."""

from __future__ import annotations

import make
import pytest
from planted import Visitor, look_again, plain, signed_in, tell_the_time
from sqlalchemy import select, update
from world import World

from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.filing import Level
from deconflict.matching import occupied
from deconflict.services import cases, sites
from deconflict.services.requests import draft
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case, CaseEvent

HERE = (14.1500, -3.6000)
OCCUPIED, WORKS_NO_MORE = "occupied", "function"


@pytest.fixture
def site(world: World) -> str:
    """Of ONG Alpha, verified; its officer is on duty."""
    world.at("2019-12-09T08:00Z")
    reference = world.ngo.files(make.site(HERE))
    item = world.item(reference)
    sites.take_site(item.id, 1, "gps", world.deputy.audience, world.now)
    sites.verify_site(item.id, 1, "gps", world.deputy.audience, world.now)
    world.turn()
    world.all_quiet()
    return reference


def says(world: World, reference: str, code: str = OCCUPIED) -> None:
    sites.suspend_own_site(reference, world.item(reference).version, code, world.ngo.audience, world.now)
    world.turn()


def armed(world: World) -> list[Case]:
    return [case for case in world.cases() if case.is_occupied]


def test_its_owner_says_so_and_the_officer_is_alerted_at_once_and_nobody_else(world: World, site: str) -> None:
    says(world, site)
    world.officer.expects("Dossier")
    (case,) = armed(world)
    assert (case.state, case.severity, case.harm, case.mission_id) == ("detected", "high", "danger", None)
    assert world.item(site).state == "suspended"
    assert {alert.side for alert in world.alerts("")} == {"ocha"}
    world.officer.mailbox.expects("")
    world.all_quiet()
    assert world.cimic.mailbox.unread == [] == world.ngo.mailbox.unread


@pytest.mark.parametrize("code", [WORKS_NO_MORE, "relocated"])
def test_a_site_that_is_suspended_for_something_else_alerts_nobody(world: World, site: str, code: str) -> None:
    says(world, site, code)
    world.forward("2h")
    assert world.cases() == []
    world.all_quiet()


def test_it_may_be_said_of_one_that_is_suspended_already(world: World, site: str) -> None:
    says(world, site, WORKS_NO_MORE)
    with pytest.raises(WrongState):
        says(world, site, WORKS_NO_MORE)
    says(world, site)
    world.officer.expects("Dossier")
    assert len(armed(world)) == 1


def test_an_officer_says_so_too_and_a_colleague_who_takes_no_case_is_passed_over(world: World, site: str) -> None:
    sites.suspend_site(world.item(site).id, 1, OCCUPIED, world.officer.audience, world.now)
    world.turn()
    world.officer.expects("Dossier")
    world.forward("8h")
    world.deputy.expects("Dossier")  # by the ladder of its severity
    world.read_everything()


def test_nobody_else_can_say_so(world: World, site: str) -> None:
    for stranger in (world.other_ngo, world.cimic):
        with pytest.raises(NotFound):
            sites.suspend_own_site(site, 1, OCCUPIED, stranger.audience, world.now)
        with pytest.raises(NotFound):
            sites.suspend_site(world.item(site).id, 1, OCCUPIED, stranger.audience, world.now)
    with pytest.raises(LostRace):
        sites.suspend_own_site(site, 7, OCCUPIED, world.ngo.audience, world.now)


@pytest.mark.parametrize("act", [sites.left_own_site, sites.close_site])
def test_it_is_over_once_they_have_left_or_the_site_is_closed(world: World, site: str, act: object) -> None:
    says(world, site)
    world.read_everything()
    act(site, 1, world.ngo.audience, world.now)
    world.turn()
    (case,) = armed(world)
    assert case.state == "closed"
    world.forward("12h")
    world.read_everything()


def test_an_amendment_takes_no_armed_people_away(world: World, site: str) -> None:
    says(world, site)
    world.officer.expects("Dossier")
    world.ngo.amends(site, make.site((14.1502, -3.6000)))
    (case,) = armed(world)
    assert case.state == "detected"
    world.all_quiet()


def test_the_desk_notes_how_things_stand_and_it_comes_again_when_it_is_said_again(world: World, site: str) -> None:
    says(world, site)
    world.officer.expects("Dossier")
    (case,) = armed(world)
    with pytest.raises(Refused):
        world.officer.dismisses(case, "duplicate")
    world.officer.takes(case)
    world.officer.dismisses(armed(world)[0], "they_left", "the owner rang at ten")
    assert armed(world)[0].state == "dismissed"
    world.forward("1h")
    assert armed(world)[0].state == "dismissed"  # the same word opens nothing twice
    world.read_everything()
    says(world, site)
    (case,) = armed(world)
    assert (case.state, case.round, case.outcome) == ("detected", 2, None)
    world.officer.expects("Dossier")
    world.read_everything()


def test_a_case_that_is_handed_back_rings_the_desk_and_never_a_party(world: World, site: str) -> None:
    says(world, site)
    world.read_everything()
    world.officer.takes(armed(world)[0])
    world.officer.hands_back(armed(world)[0])
    assert armed(world)[0].hold_until is None
    world.forward("3h")
    assert {alert.side for alert in world.alerts("")} == {"ocha"}
    world.read_everything()


def test_a_sensitive_site_is_for_the_officer_and_the_head_of_office(world: World) -> None:
    world.at("2019-12-09T08:00Z")
    house = world.ngo.files(make.site(HERE, kind="SITE_GUESTHOUSE", level=Level.MATCH_ONLY))
    says(world, house)
    (case,) = armed(world)
    assert case.eyes_only
    with pytest.raises(NotFound):
        cases.take(case.reference, 1, world.sub_office_head.audience, world.mission.catalogue, world.now)
    world.read_everything()


# ---- said again, and taken back ------------------------------------------------------------------------------------------


def history(case: Case) -> list[str]:
    look_again()
    return list(db.session.scalars(select(CaseEvent.event).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))


def passes_by(world: World) -> list[Case]:
    """A patrol that halts beside the site, and the cases between the two."""
    world.cimic.files(make.patrol((14.1540, -3.6000), "10 Dec 10:00-11:00", kind="TOB"))
    return [case for case in world.cases() if case.mission_id is not None]


def test_said_again_of_an_open_case_it_is_a_line_of_its_history_and_rings_nobody(world: World, site: str) -> None:
    says(world, site)
    world.officer.expects("Dossier")
    world.officer.takes(armed(world)[0])
    owed = len(world.alerts(""))
    for _press in range(3):
        world.forward("1m")
        says(world, site)
    world.forward("1m")
    sites.left_own_site(site, 1, world.ngo.audience, world.now)  # and said again before anybody looked
    says(world, site)
    (case,) = armed(world)
    assert (case.state, case.round, case.owner_id) == ("taken", 1, world.officer.person_id)
    assert history(case) == ["occupy", "take", "occupy", "occupy", "occupy", "occupy"]
    assert len(world.alerts("")) == owed
    world.all_quiet()


def test_dismissed_by_one_and_said_again_it_rings_until_another_takes_it(world: World, site: str) -> None:
    says(world, site)
    world.officer.takes(armed(world)[0])
    world.officer.dismisses(armed(world)[0], "they_left", "the owner rang at ten")
    world.read_everything()
    world.forward("1h")
    says(world, site)
    (case,) = armed(world)
    assert (case.state, case.owner_id) == ("detected", None)
    world.officer.expects("Dossier")
    world.forward("12h")
    assert "queue_alarm" in history(case)
    world.deputy.takes(armed(world)[0])
    assert armed(world)[0].owner_id == world.deputy.person_id
    world.read_everything()


def test_an_overlap_that_opens_again_is_anybodys_too(world: World, site: str) -> None:
    (case,) = passes_by(world)
    world.officer.takes(case)
    world.officer.dismisses(case)
    (plan,) = [item for item in (case.mission,) if item is not None]
    world.cimic.amends(plan.reference, make.patrol((14.1540, -3.6000), "10 Dec 11:00-15:00", kind="TOB"))
    (again,) = [one for one in world.cases() if one.mission_id is not None]
    assert (again.state, again.owner_id) == ("detected", None)
    world.read_everything()


def test_nothing_is_agreed_and_nobody_is_asked_about_it(world: World, site: str) -> None:
    says(world, site)
    world.officer.takes(armed(world)[0])
    for side in ("humanitarian", "mission"):
        with pytest.raises(Refused, match="one side alone"):
            world.officer.asks(armed(world)[0], side)
    with pytest.raises(Refused, match="one side alone"):
        world.officer.agrees(armed(world)[0], "HUM_CANCEL")
    assert armed(world)[0].state == "taken"
    world.read_everything()


@pytest.mark.parametrize("state", ["taken", "asked", "agreed", "unchecked"])
def test_whatever_became_of_it_the_site_is_matched_when_it_is_said_again(world: World, site: str, state: str) -> None:
    says(world, site)
    with transaction() as session:
        session.execute(update(Case).values(state=state))
    says(world, site)
    assert len(passes_by(world)) == 1
    assert armed(world)[0].state == state
    world.read_everything()


def test_that_it_could_not_be_settled_stops_no_matching_and_a_person_looks(
    world: World, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_anything: object) -> None:
        raise WrongState("as if somebody had moved it")

    with monkeypatch.context() as broken:
        broken.setattr(occupied, "_sensitive", fails)
        says(world, site)
        assert armed(world) == []
        assert [case.state for case in world.cases()] == ["unchecked"]
        assert len(passes_by(world)) == 1
        world.ngo.amends(site, make.site((14.1501, -3.6000)))
        assert len(passes_by(world)) == 2
    says_again = [case for case in world.cases() if case.state == "unchecked"]
    assert len(says_again) == 1
    says(world, site)
    assert len(armed(world)) == 1
    assert [case for case in world.cases() if case.state == "unchecked"] == []
    world.read_everything()


def test_an_act_that_says_nothing_of_them_takes_nobody_away(world: World, site: str) -> None:
    says(world, site)
    world.read_everything()
    since = world.item(site).site.occupied_at
    sites.resume_own_site(site, 1, world.ngo.audience, world.now)
    sites.suspend_own_site(site, 1, WORKS_NO_MORE, world.ngo.audience, world.now)
    world.ngo.amends(site, make.site((14.1502, -3.6000)))
    sites.confirm_site(site, 2, world.ngo.audience, world.now)
    item = world.item(site)
    sites.take_site(item.id, 2, "gps", world.deputy.audience, world.now)
    with pytest.raises(Refused, match="armed people"):
        sites.verify_site(item.id, 2, "gps", world.deputy.audience, world.now)
    sites.return_site(item.id, 2, "place", world.deputy.audience, world.now)
    world.turn()
    look_again()
    assert since is not None
    assert world.item(site).site.occupied_at == since
    assert armed(world)[0].state == "detected"
    world.all_quiet()


@pytest.mark.parametrize("who", ["owner", "officer"])
def test_that_they_have_left_is_said_once_in_whatever_state_and_then_it_is_verified(
    world: World, site: str, who: str
) -> None:
    says(world, site)
    world.ngo.amends(site, make.site((14.1502, -3.6000)))
    item_id = world.item(site).id
    for _press in range(2):
        if who == "owner":
            sites.left_own_site(site, 2, world.ngo.audience, world.now)
        else:
            sites.left_site(item_id, 2, world.officer.audience, world.now)
    world.turn()
    assert (world.item(site).state, world.item(site).site.occupied_at) == ("site_submitted", None)
    assert armed(world)[0].state == "closed"
    sites.take_site(item_id, 2, "gps", world.deputy.audience, world.now)
    sites.verify_site(item_id, 2, "gps", world.deputy.audience, world.now)
    assert world.item(site).state == "verified"
    world.read_everything()


def test_nothing_of_it_is_told_to_the_mission_while_they_are_in_it_whatever_its_state(world: World, site: str) -> None:
    (case,) = passes_by(world)
    assert draft(db.session, case, "mission", world.mission).words is not None
    says(world, site)
    with transaction() as session:  # even if it were verified
        session.get_one(type(world.item(site)), world.item(site).id).state = "verified"
    look_again()
    (case,) = [one for one in world.cases() if one.mission_id is not None]
    assert draft(db.session, case, "mission", world.mission).words is None
    world.read_everything()


# ---- what each side reads ----------------------------------------------------------------------------------------------


@pytest.fixture
def browsers(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Visitor]:
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return {
        name: signed_in(world.app, world.actors[name].person_id) for name in ("ngo", "other_ngo", "cimic", "officer")
    }


def test_each_side_reads_its_own_and_the_mission_reads_the_same_pages_as_before(
    world: World, site: str, browsers: dict[str, Visitor]
) -> None:
    world.cimic.files(make.patrol("Koro", "12 Dec 10:00-11:00"))
    world.read_everything()
    everywhere = ("/", "/plans", "/requests", f"/sites/{site}", f"/desk/sites/{site}")
    before = [plain(browsers["cimic"].get(path)) for path in everywhere]
    answer = browsers["ngo"].post(f"/sites/{site}/suspend", {"version": "1", "code": OCCUPIED})
    assert answer.status_code == 303
    world.turn()
    assert [plain(browsers["cimic"].get(path)) for path in everywhere] == before
    assert browsers["other_ngo"].get(f"/sites/{site}").status_code == 404
    own = plain(browsers["ngo"].get(f"/sites/{site}"))
    assert "OCHA est alerté" in own
    (case,) = armed(world)
    assert case.reference not in own
    assert case.humanitarian_reference not in plain(browsers["ngo"].get("/requests"))
    queue = plain(browsers["officer"].get("/desk"))
    assert "des personnes armées dans un site depuis" in queue
    page = plain(browsers["officer"].get(f"/desk/{case.reference}"))
    assert "Des personnes armées sont dans ce site" in page
    assert "n'a pas pu être vérifié" not in page
    done = browsers["officer"].post(
        f"/desk/{case.reference}/dismiss",
        {"round": "1", "dismiss-code": "followed_up", "dismiss-reason": "le chef de bureau s'en charge"},
    )
    assert done.status_code == 303
    assert armed(world)[0].outcome == "followed_up"
    world.read_everything()


def test_on_the_page_of_a_suspended_site_it_is_one_button(
    world: World, site: str, browsers: dict[str, Visitor]
) -> None:
    says(world, site, WORKS_NO_MORE)
    page = browsers["ngo"].get(f"/sites/{site}").text
    assert 'name="code" value="occupied"' in page
    assert 'name="why" value="occupied"' in browsers["officer"].get(f"/desk/sites/{site}").text
    says(world, site)
    assert 'name="code" value="occupied"' not in browsers["ngo"].get(f"/sites/{site}").text
    assert 'name="why" value="occupied"' not in browsers["officer"].get(f"/desk/sites/{site}").text
    world.read_everything()


def test_the_page_says_it_for_as_long_as_it_holds_and_offers_to_take_it_back(
    world: World, site: str, browsers: dict[str, Visitor]
) -> None:
    cimic = plain(browsers["cimic"].get("/"))
    says(world, site)
    world.ngo.amends(site, make.site((14.1502, -3.6000)))
    sites.take_site(world.item(site).id, 2, "gps", world.deputy.audience, world.now)
    own, desk = browsers["ngo"].get(f"/sites/{site}").text, browsers["officer"].get(f"/desk/sites/{site}").text
    for page in (own, desk):
        assert "selon ce qui a été signalé" in page
    assert f'action="/sites/{site}/left"' in own
    assert f'action="/desk/sites/{site}/left"' in desk
    assert f'action="/desk/sites/{site}/verify"' not in desk
    case = browsers["officer"].get(f"/desk/{armed(world)[0].reference}").text
    assert "/agree" not in case
    assert "/dismiss" in case
    answers = [browsers["ngo"].post(f"/sites/{site}/left", {"version": "2"}) for _press in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    own, desk = browsers["ngo"].get(f"/sites/{site}").text, browsers["officer"].get(f"/desk/sites/{site}").text
    assert "selon ce qui a été signalé" not in own + desk
    assert f'action="/desk/sites/{site}/verify"' in desk
    assert "/left" not in own + desk
    assert browsers["other_ngo"].post(f"/sites/{site}/left", {"version": "2"}).status_code == 404
    assert browsers["cimic"].post(f"/sites/{site}/left", {"version": "2"}).status_code in (403, 404)
    assert plain(browsers["cimic"].get("/")) == cimic
    world.read_everything()


def test_pressed_twice_it_answers_the_same_way(world: World, site: str, browsers: dict[str, Visitor]) -> None:
    pages = []
    for _press in range(2):
        assert browsers["ngo"].post(f"/sites/{site}/suspend", {"version": "1", "code": OCCUPIED}).status_code == 303
        world.turn()
        pages.append(plain(browsers["ngo"].get(f"/sites/{site}")))
    assert pages[0] == pages[1]
    assert armed(world)[0].round == 1
    world.read_everything()
