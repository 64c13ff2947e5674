"""Known hazards on the way of a movement: on the page before it is sent and on its own page, from the list that everybody who files reads,
and the same whatever anybody else has filed or entered."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import databases
import make
import pytest
from hazarding import SECTION, acts, browser, enters, main, shown
from planted import Visitor, plain, tell_the_time, window
from test_ocha_areas import area
from world import World, opened_world

from deconflict.domain.filing import Level
from deconflict.schemas.notices import DISCLAIMER_VERSION

DAY = "2019-12-10"
NOTICE = {
    **{"kind": "TRANSIT_STAFF", "mode": "road", "vehicles": "2", "persons": "6", "marking": "logo", "cargo": "food"},
    **{"escort": "none", "urgency": "standard", "level": "match_only", "disclaimer": DISCLAIMER_VERSION},
    **{"confirmed_by": "nobody", "communications": "+22370000095", "stops-0-place": "Mopti"},
    **window("stops-0-depart", DAY, "06:00", "07:00"),
    "stops-1-place": "Bandiagara",
    **window("stops-1-arrive", DAY, "09:00", "10:00"),
    **{"_stops": "2", "_key": "0123456789abcdef" * 2},
}
TITLE = "Dangers connus sur votre chemin"


@pytest.fixture
def ahead(world: World, monkeypatch) -> World:
    world.at("2019-12-07T08:00Z")
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return world


def before_sending(world: World) -> str:
    answer = browser(world, world.ngo).post("/notices/new", data=NOTICE | {"_do": "review"})
    assert answer.status_code == 200, main(answer)
    return main(answer)


def sent(eyes: Visitor, world: World) -> str:
    answer = eyes.post("/notices/new", data=NOTICE | {"_do": "file"})
    assert answer.status_code == 303, main(answer)
    world.turn()
    return str(answer.location).split("/")[2]


def test_it_stands_on_the_page_before_sending_and_on_ones_own_page_while_it_is_shown(ahead: World) -> None:
    reference = shown(ahead, ahead.cimic, **SECTION)
    page = before_sending(ahead)
    assert TITLE in page
    assert f'href="/hazards/{reference}"' in page
    own = sent(browser(ahead, ahead.ngo), ahead)
    eyes = browser(ahead, ahead.ngo)
    assert reference in main(eyes.get(f"/notices/{own}"))
    assert TITLE not in main(
        eyes.get(f"/notices/{own}/filed")
    )  # the page that answers a filing never says more or less
    acts(ahead, ahead.officer, reference, "end")
    assert TITLE not in main(eyes.get(f"/notices/{own}"))


@pytest.mark.parametrize(
    "more",
    [
        {"first-place": "Gao", "last-place": "Ansongo"},
        {"until_date": "2019-12-09", "until_time": "20:00"},
        {"since_date": "2019-12-12", "since_time": "08:00"},
    ],
)
def test_one_that_lies_elsewhere_or_is_over_by_then_does_not_stand_there(ahead: World, more: dict[str, str]) -> None:
    shown(ahead, ahead.cimic, **(SECTION | more))
    assert TITLE not in before_sending(ahead)


def test_what_no_officer_has_shown_and_what_the_mission_plans_does_not_stand_there(ahead: World) -> None:
    enters(ahead, ahead.cimic, **SECTION)
    enters(ahead, ahead.ngo, **SECTION)  # not even one's own, which nobody has looked at
    ahead.cimic.files(area(make.PLACES["Bandiagara"][0], kind="ROAD_CLOSED", level=Level.REDACTED, known_from=""))
    ahead.officer.files(area(make.PLACES["Bandiagara"][0]))
    assert TITLE not in before_sending(ahead)


def _everything(world: World) -> None:
    """Plans, areas, notices and hazards that nobody has shown, all over the way."""
    middle = make.PLACES["Bandiagara"][0]
    world.cimic.files(make.patrol("Bandiagara", "10 Dec 06:00-12:00", level=Level.REDACTED))
    world.cimic.files(area(middle, half_km=20, kind="ROAD_CLOSED", level=Level.REDACTED, known_from=""))
    world.officer.files(area(middle, half_km=20))
    world.other_ngo.files(make.journey("Mopti", "Bandiagara", "10 Dec 06:00-09:00"))
    enters(world, world.cimic, **SECTION)
    enters(world, world.other_ngo, **SECTION)


WORLDS = {"everything": _everything, "nothing": lambda world: None}


@pytest.mark.parametrize("kind", databases.KINDS)
def test_the_pages_are_the_same_whatever_else_is_filed(kind, tmp_path: Path, network, mail, monkeypatch) -> None:
    lives = {}
    with ExitStack() as opened:
        for name, more in WORLDS.items():
            world = opened.enter_context(opened_world(kind, Path(mkdtemp(dir=tmp_path)), network, mail))
            world.at("2019-12-05T08:00Z")
            tell_the_time(world.app, monkeypatch, lambda world=world: world.now)
            hazard = shown(world, world.cimic, **SECTION)
            more(world)
            world.at("2019-12-05T10:00Z")
            eyes = browser(world, world.ngo)
            seen = [plain(eyes.post("/notices/new", data=NOTICE | {"_do": "review"}))]
            own = sent(eyes, world)
            seen += [plain(eyes.get(path)) for path in (f"/notices/{own}", f"/notices/{own}/filed", "/hazards")]
            seen.append(plain(eyes.get(f"/hazards/{hazard}")))
            lives[name] = [page.replace(own, "REFER").replace(hazard, "DANGR") for page in seen]
            assert TITLE in lives[name][0]
            world.read_everything()
    assert lives["everything"] == lives["nothing"]
