"""Golden scenario 12 (D4.6) from the forms of both sides: a contingent vaccinates livestock in Gossi on a day, an organisation works there
five days later. High; critical where both bring the same kind of aid. The need, the civilian lead and the alternatives are read by the
mission's desk and by OCHA, and by no organisation."""

from __future__ import annotations

from itertools import count

import make
import pytest
from planted import Visitor, plain, signed_in, tell_the_time, window
from world import World

from deconflict.schemas.notices import DISCLAIMER_VERSION

KEYS = (f"{number:032x}" for number in count(1))
SAID = (
    "Assessed by local authorities",
    "Asked, and declined",
    "None has the means",
    "Hand it over to a civilian actor",
)


def cimic(kind: str, day: str, **more: str) -> dict[str, str]:
    return {
        **{"kind": kind, "title": "Vaccination", "category": "", "aid_component": "planned_cimic"},
        **{"joint_with": "none", "level": "redacted"},
        **make.OF_AID,
        "stops-0-place": "Gossi",
        **window("stops-0-arrive", day, "08:00", "08:30"),
        **window("stops-0-depart", day, "14:00", "14:30"),
        "stops-0-halt": "yes",
        "_stops": "1",
        "_key": next(KEYS),
        **more,
    }


def team(activity: str, day: str) -> dict[str, str]:
    return {
        **{"kind": "TRANSIT_STAFF", "mode": "air", "vehicles": "1", "persons": "4", "escort": "none"},
        **{"urgency": "standard", "level": "redacted", "disclaimer": DISCLAIMER_VERSION, "confirmed_by": "nobody"},
        "stops-0-place": "Gossi",
        **window("stops-0-arrive", day, "09:00", "09:30"),
        "stops-0-activity": activity,
        **window("stops-0-depart", day, "15:00", "15:30"),
        "_stops": "1",
        "_key": next(KEYS),
    }


def files(world: World, browser: Visitor, url: str, form: dict[str, str]) -> str:
    review = browser.post(url, form | {"_do": "review"})
    assert review.status_code == 200, plain(review)
    done = browser.post(url, form | {"_do": "file"})
    assert done.status_code == 303, plain(done)
    world.turn()
    return str(done.location).split("/")[2]


@pytest.fixture
def at_gossi(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    world.at("2019-12-02T06:00Z")
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return world


@pytest.mark.parametrize(
    ("kind", "activity", "severity"),
    [("CIMIC_VET", "NUTRITION", "high"), ("CIMIC_HEALTH", "HEALTH_MOBILE", "critical")],
)
def test_a_cimic_activity_five_days_before_a_programme(
    at_gossi: World, kind: str, activity: str, severity: str
) -> None:
    world = at_gossi
    ngo, g9, desk, head = (
        signed_in(world.app, world.actors[name].person_id) for name in ("ngo", "cimic", "officer", "ocha_head")
    )
    plan = files(world, g9, "/plans/new/aid", cimic(kind, "2019-12-10"))
    notice = files(world, ngo, "/notices/new", team(activity, "2019-12-15"))
    case = world.case
    worst = case.judgement["hits"][0]
    assert (worst["rule_id"].partition("-")[0], worst["severity"], case.severity) == ("R03a", severity, severity)
    for browser, where in ((g9, f"/plans/{plan}"), (head, f"/desk/items/{plan}")):
        page = plain(browser.get(where))
        assert [said for said in SAID if said not in page] == []
    french = plain(desk.get(f"/desk/items/{plan}"))
    assert "Demandé, et décliné" in french
    for where in (f"/notices/{notice}", "/requests", "/"):
        page = plain(ngo.get(where))
        assert [word for word in ("Gossi", *SAID, "Demandé, et décliné") if word in page] in ([], ["Gossi"])
    world.read_everything()


def test_sixteen_days_later_nothing_is_found(at_gossi: World) -> None:
    world = at_gossi
    ngo, g9 = (signed_in(world.app, world.actors[name].person_id) for name in ("ngo", "cimic"))
    files(world, g9, "/plans/new/aid", cimic("CIMIC_VET", "2019-12-10"))
    files(world, ngo, "/notices/new", team("NUTRITION", "2019-12-26"))
    assert world.cases() == []
