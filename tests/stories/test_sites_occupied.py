"""Armed people are in a site: its owner or an officer says so, the desk is alerted at once, and the mission learns nothing of it (D7.2)."""

from __future__ import annotations

import make
import pytest
from planted import Visitor, plain, signed_in, tell_the_time
from world import World

from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.filing import Level
from deconflict.services import cases, sites
from deconflict.store.cases import Case

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


@pytest.mark.parametrize("act", [sites.resume_own_site, sites.close_site])
def test_it_is_over_once_the_site_is_in_use_again_or_is_closed(world: World, site: str, act: object) -> None:
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
    sites.resume_own_site(site, 1, world.ngo.audience, world.now)
    world.turn()
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
