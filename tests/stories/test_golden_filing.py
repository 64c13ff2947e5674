"""Golden scenarios 8, 9, 10 and 17 (D4.6), from the form of each side to what each side reads."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from itertools import count

import make
import pytest
from planted import Visitor, signed_in, tell_the_time, window
from werkzeug.test import TestResponse
from world import World

from deconflict.domain.activity import Side
from deconflict.schemas.notices import DISCLAIMER_VERSION

DAY = "2019-12-10"
KEYS = (f"{number:032x}" for number in count(1))
HALTS = {
    8: "18.4421, +1.4078",
    9: "14.0700, -3.5200",
    10: "14.4853, -4.1830",
}  # near what was meant; 8 and 10 are towns
OFFERED = {8: "18.44110, +1.40780", 9: "14.06667, -3.51667", 10: "14.48430, -4.18300"}


def said(page: TestResponse) -> str:
    """What a person reads in the middle of a page."""
    body = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def team(place: str, position: str = "", pcode: str = "", activity: str = "DIST_FOOD", **more: str) -> dict[str, str]:
    """By air, so that no road is too long: there from nine to three."""
    return {
        **{"kind": "TRANSIT_STAFF", "mode": "air", "vehicles": "2", "persons": "6", "escort": "none"},
        **{"urgency": "standard", "level": "redacted", "disclaimer": DISCLAIMER_VERSION, "confirmed_by": "nobody"},
        "stops-0-place": place,
        "stops-0-place_pcode": pcode,
        "stops-0-position": position,
        **window("stops-0-arrive", DAY, "09:00", "09:30"),
        "stops-0-activity": activity,
        **window("stops-0-depart", DAY, "15:00", "15:30"),
        "_stops": "1",
        "_key": next(KEYS),
        **more,
    }


def patrol(place: str, position: str = "") -> dict[str, str]:
    """It halts there at noon."""
    return {
        **{"kind": "PAT_LONG", "mode": "road", "aid_component": "none", "joint_with": "none", "level": "redacted"},
        "stops-0-place": place,
        "stops-0-position": position,
        **window("stops-0-arrive", DAY, "12:00", "12:30"),
        **window("stops-0-depart", DAY, "13:00", "13:30"),
        "stops-0-halt": "yes",
        "_stops": "1",
        "_key": next(KEYS),
    }


def donation(pcode: str) -> dict[str, str]:
    """Soldiers give school kits somewhere in a commune."""
    return {
        **{"kind": "CIMIC_ACT", "category": "education", "title": "Kits", "aid_component": "planned_cimic"},
        **{"joint_with": "none", "level": "redacted"},
        **make.OF_AID,
        "stops-0-place": "Salam",
        "stops-0-place_pcode": pcode,
        **window("stops-0-arrive", DAY, "09:00", "09:30"),
        **window("stops-0-depart", DAY, "12:00", "12:30"),
        "stops-0-halt": "yes",
        "_stops": "1",
        "_key": next(KEYS),
    }


@dataclass
class Sides:
    """Everybody's browser. The organisation reads French, the mission English."""

    world: World
    ngo: Visitor = field(init=False)
    mission: Visitor = field(init=False)
    desk: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.ngo, self.mission, self.desk = (
            signed_in(self.world.app, self.world.actors[name].person_id) for name in ("ngo", "cimic", "officer")
        )

    def files(self, browser: Visitor, url: str, form: dict[str, str]) -> str:
        """Reads it once more in words and sends it; the reference."""
        review = browser.post(url, form | {"_do": "review"})
        assert review.status_code == 200, said(review)
        done = browser.post(url, form | {"_do": "file"})
        assert done.status_code == 303, said(done)
        self.world.turn()
        return str(done.location).split("/")[2]

    def asks_the_mission(self) -> str:
        """What the mission's desk reads of it."""
        case = self.world.case
        done = self.desk.post(f"/desk/{case.reference}/ask", {"round": "1", "side": "mission", "ask": "avoid_place"})
        assert done.status_code == 303, said(done)
        self.world.turn()
        return said(self.mission.get(f"/requests/{self.world.case.mission_reference}"))

    def reads_nothing_of_the_other(self, reference: str, plan: str) -> None:
        """Before an officer acts neither side has anything but its own, in the same words as ever (RUL-11)."""
        for browser, own, other in (
            (self.ngo, f"/notices/{reference}", plan),
            (self.mission, f"/plans/{plan}", reference),
        ):
            pages = [browser.get(path) for path in (own, "/requests", "/")]
            assert all(page.status_code == 200 and other not in page.text for page in pages)
            assert (
                browser.get(
                    own.replace(reference, plan) if own.endswith(reference) else f"/notices/{other}"
                ).status_code
                == 404
            )
        assert "ne connaît pas toutes les présences armées" in said(self.ngo.get(f"/notices/{reference}"))


@pytest.fixture
def sides(world: World, monkeypatch: pytest.MonkeyPatch) -> Sides:
    world.at("2019-12-07T06:00Z")
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return Sides(world)


SLIPS = [
    # scenario, declared place, as typed, the fields it stands in, what the form says
    pytest.param(8, "Kidal", "18.4411,-1.4078", "297 km", id="8: Kidal west of Greenwich"),
    pytest.param(
        9, "Bankass", "14.04,-3.31", "des degrés et minutes", id="9: minutes as decimals, as they are written"
    ),
    pytest.param(9, "Bankass", "14.0400,-3.3100", "22 km", id="9: minutes as decimals, with zeros"),
    pytest.param(10, "Mopti", "-4.1830,14.4843", "hors du pays", id="10: latitude and longitude exchanged"),
]


@pytest.mark.parametrize(("number", "place", "typed", "why"), SLIPS)
def test_a_slip_is_named_the_likely_position_is_chosen_and_both_sides_meet_there(
    sides: Sides, number: int, place: str, typed: str, why: str
) -> None:
    meant, world = OFFERED[number], sides.world
    form = team(place, typed)
    refused = sides.ngo.post("/notices/new", form | {"_do": "file"})
    assert refused.status_code == 422
    assert why in said(refused)
    offered = re.findall(r'type="radio" name="stops-0-correction" value="([^"]*)"', refused.text)
    assert html.unescape(offered[0]) == meant
    assert not re.search(
        r'name="stops-0-correction" value="[^"]+" checked', refused.text
    )  # nobody chooses but the person
    assert world.cases() == []

    reference = sides.files(sides.ngo, "/notices/new", form | {"stops-0-correction": meant})
    plan = sides.files(sides.mission, "/plans/new/patrol", patrol(place, HALTS[number]))
    world.officer.expects("URGENT")
    assert world.case.severity == "critical"
    sides.reads_nothing_of_the_other(reference, plan)

    own = said(sides.ngo.get(f"/notices/{reference}"))
    assert typed in own
    assert meant in own
    assert f"commune {place}" in own
    desk = said(sides.desk.get(f"/desk/items/{reference}"))
    assert f"{typed} ; {meant} a été choisi" in desk
    assert "R01a" in said(sides.desk.get(f"/desk/{world.case.reference}"))

    told = sides.asks_the_mission()
    assert place in told
    for never in (typed, meant, "09:00", "ONG Alpha", reference):
        assert never not in told, never
    world.read_everything()


def test_9_whoever_says_that_it_is_right_files_it_where_it_is_and_the_officer_reads_that_he_said_so(
    sides: Sides,
) -> None:
    form = team("Bankass", "14.0400,-3.3100")
    asked = sides.ngo.post("/notices/new", form | {"_do": "file"})
    tick = html.unescape(re.search(r'name="stops-0-sure_far" value="([^"]*)"', asked.text)[1])
    reference = sides.files(sides.ngo, "/notices/new", form | {"stops-0-sure_far": tick})
    sides.files(sides.mission, "/plans/new/patrol", patrol("Bankass"))
    assert [case for case in sides.world.cases() if case.severity == "critical"] == []  # 23 km away
    assert "Déclaré juste loin du lieu nommé" in said(sides.desk.get(f"/desk/items/{reference}"))
    sides.world.read_everything()


def test_17_a_commune_alone_is_low_and_a_settlement_is_asked_of_everybody(sides: Sides) -> None:
    world = sides.world
    salam = next(one for one in world.mission.gazetteer.search("Salam") if one.level == "commune")
    form = team("Salam", pcode=salam.pcode, activity="EDU", mode="road")
    review = sides.ngo.post("/notices/new", form | {"_do": "review"})
    assert "on ne sait rien de plus que commune Salam" in said(review)
    reference = sides.files(sides.ngo, "/notices/new", form)
    plan = sides.files(sides.mission, "/plans/new/aid", donation(salam.pcode))
    case = world.case
    assert (case.severity, [hit["rule_id"] for hit in case.judgement["hits"]]) == ("low", ["R03b"])
    world.all_quiet()  # it stands in the weekly digest and rings nobody
    page = said(sides.desk.get(f"/desk/{case.reference}"))
    assert "connu par commune seulement, il faut une localité" in page
    sides.reads_nothing_of_the_other(reference, plan)


def test_17_with_the_settlement_named_it_is_no_longer_low(sides: Sides) -> None:
    world = sides.world
    salam = next(one for one in world.mission.gazetteer.search("Salam") if one.level == "commune")
    town = next(one for one in world.mission.gazetteer.places if one.level == "town" and one.commune == salam.pcode)
    sides.files(sides.ngo, "/notices/new", team(town.name, pcode=town.pcode, activity="EDU", mode="road"))
    form = donation(salam.pcode) | {"stops-0-place": town.name, "stops-0-place_pcode": town.pcode}
    sides.files(sides.mission, "/plans/new/aid", form)
    assert world.case.severity in ("high", "critical")
    assert world.case.item_of(Side.HUMANITARIAN) is not None
    world.read_everything()
