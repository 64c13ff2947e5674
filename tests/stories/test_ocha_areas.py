"""An area to avoid that OCHA's officer enters, for a force that files nothing here: matched as any area is, of no party, and for the
mission and for every organisation as if it were not there until an officer acts."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import databases
import make
import pytest
from planted import Visitor, look_again, plain, signed_in, tell_the_time, window
from sqlalchemy import select
from world import World, opened_world

from deconflict.domain import roles
from deconflict.domain.activity import LatLon
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Level, MissionPlan, Stop
from deconflict.domain.geodesy import destination
from deconflict.domain.zone import Zone
from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.services import filing
from deconflict.services.close_outs import asked_kinds
from deconflict.services.requests import draft
from deconflict.store.alerts import Alert
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent, Request
from deconflict.store.items import Item
from deconflict.store.sheet import sheet_at

BANKASS = make.PLACES["Bankass"][0]
KM = 1_000.0


def area(
    middle: LatLon = BANKASS, half_km: float = 3, when: str = "10 Dec 00:00-23:00", days: int = 0, **more
) -> MissionPlan:
    begins, ends = make.span(when)
    begins, ends = make.exactly(begins), make.exactly(ends + timedelta(days=days))
    points = [destination(middle, bearing, half_km * KM * 2**0.5) for bearing in (45, 135, 225, 315)]
    stops = [Stop(make.fix(point), halt=True) for point in points]
    stops[0] = replace(stops[0], arrive=begins, depart=ends)
    plan = MissionPlan("AVOID_AREA", Level.MATCH_ONLY, tuple(stops), zone=Zone("polygon"), known_from="force")
    return replace(plan, **more)


@pytest.fixture
def ahead(world: World, monkeypatch) -> World:
    world.at("2019-12-07T08:00Z")
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return world


@pytest.fixture
def met(ahead: World) -> World:
    """A distribution in an area of OCHA's, and the case that it makes."""
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.REDACTED))
    ahead.officer.files(area())
    return ahead


def told(world: World, side: str) -> list[Alert]:
    look_again()
    return [alert for alert in db.session.scalars(select(Alert)) if alert.side == side]


# ---- the story ---------------------------------------------------------------------------------------------------------


def test_a_movement_through_it_is_a_case_and_the_organisation_alone_is_asked(met: World) -> None:
    case = met.case
    assert (case.severity, case.mission.owner.name) == ("critical", "OCHA")
    met.officer.expects("dossier")
    met.officer.takes(case)
    look_again()
    assert draft(db.session, case, "humanitarian", met.mission).words is None  # shared with nobody
    met.deputy.notes_release(met.case, "mission")
    met.officer.asks(met.case, "humanitarian")
    met.ngo.expects("Dossier")
    page = signed_in(met.app, met.ngo.person_id).get(f"/requests/{met.case.humanitarian_reference}").text
    said = page.partition("<main")[2]
    assert "Bankass" in said
    assert not [word for word in ("km²", "zone", "sommets", "la force elle-même") if word in said.lower()]
    with pytest.raises(Refused):
        met.officer.asks(met.case, "mission")
    with pytest.raises(Refused):
        met.officer.notes_release(met.case, "humanitarian")
    assert told(met, "mission") == []
    met.cimic.expects_nothing()
    assert db.session.scalars(select(Request).where(Request.side == "mission")).all() == []


def test_it_is_withdrawn_and_the_organisation_hears_at_the_fixed_hour(met: World) -> None:
    met.officer.takes(met.case)
    met.officer.notes_release(met.case, "mission")
    met.officer.asks(met.case, "humanitarian")
    met.read_everything()
    met.deputy.cancels(met.case.mission.reference, "it is over")  # a colleague: who entered it may be away
    assert (met.case.state, met.case.adjusted_by) == ("overtaken", "ocha")
    met.ngo.expects_nothing()
    met.forward("6h")
    met.ngo.expects("Dossier")
    assert told(met, "mission") == []
    met.cimic.expects_nothing()


def test_nobody_acts_and_the_organisation_has_its_minimal_alert_while_nobody_of_the_area_is_told(ahead: World) -> None:
    ahead.at("2019-12-09T20:00Z")
    ahead.ngo.files(make.distribution("Bankass", "13 Dec 09:00-15:00", level=Level.REDACTED))
    ahead.officer.files(area(when="9 Dec 19:00-20:00", half_km=3))  # over: meets nothing
    assert ahead.cases() == []
    ahead.at("2019-12-10T08:00Z")
    reference = ahead.officer.files(area(when="10 Dec 07:00-20:00", days=3))
    assert not ahead.item(reference).late  # less than any notice, and it is no plan of the mission's
    ahead.forward("3d")
    assert told(ahead, "mission") == []
    assert {alert.side for alert in ahead.alerts("minimal")} == {"humanitarian", "ocha"}  # nobody answers
    held = db.session.scalars(select(CaseEvent.code).where(CaseEvent.event == "held_back")).all()
    assert not [code for code in held if code.startswith("mission")]


def test_the_history_names_ocha_and_not_the_mission(met: World) -> None:
    met.officer.takes(met.case)
    met.officer.notes_release(met.case, "mission", granted=False)
    desk = signed_in(met.app, met.officer.person_id)
    page = desk.get(f"/desk/{met.case.reference}").text.partition("<main")[2]
    assert "La force elle-même" in page  # from whom OCHA has it, for who judges
    assert "OCHA, non" in page
    assert "Mission" not in page.replace("Mission: ", "")
    assert "+2237000000" in page  # whoever entered it, to be called
    with pytest.raises(Refused):
        met.officer.agrees(met.case, "MIL_TIME")
    assert 'value="MIL_TIME"' not in page
    met.officer.agrees(met.case, "HUM_TIME")


def test_the_sheet_for_the_day_without_a_server_says_whom_to_call(met: World) -> None:
    sheet = sheet_at(db.session(), met.mission, met.now)
    (of_area,) = [entry for entry in sheet.items if entry.side == "ocha"]
    assert of_area.reaches[0].numbers == (met.officer.phone.address,)
    assert not [entry for entry in sheet.items if entry.side == "mission"]


# ---- who enters what ---------------------------------------------------------------------------------------------------


def by(world: World, name: str, **more) -> Audience:
    return replace(world.actors[name].audience, **more)


def files(world: World, audience: Audience, what: MissionPlan) -> str:
    return filing.file_item(what, audience, f"key-{next(world.keys)}", world.mission, world.now).reference


def test_only_the_officer_and_the_head_of_office_enter_areas_and_nothing_but_areas(ahead: World) -> None:
    assert files(ahead, by(ahead, "officer"), area())
    assert files(ahead, by(ahead, "officer", scope="mopti"), area())
    assert files(ahead, by(ahead, "ocha_head"), area())
    for who in (
        by(ahead, "sub_office_head"),
        by(ahead, "officer", roles=frozenset({roles.RADIO_OPERATOR})),
        by(ahead, "officer", roles=frozenset({roles.AUDITOR})),
        by(ahead, "ngo"),
        by(ahead, "ngo", roles=frozenset({roles.CMCOORD})),
    ):
        with pytest.raises(NotFound):
            files(ahead, who, area())
    for what in (
        area(level=Level.REDACTED),
        make.patrol("Bankass", "10 Dec 10:00-12:00", level=Level.MATCH_ONLY),
        make.distribution("Bankass", "10 Dec 10:00-12:00"),
    ):
        with pytest.raises(NotFound):
            files(ahead, by(ahead, "officer"), what)


def test_nobody_else_amends_or_withdraws_it(met: World) -> None:
    reference = met.case.mission.reference
    for name in ("cimic", "ngo", "sub_office_head"):
        with pytest.raises(NotFound):
            met.actors[name].cancels(reference)
        with pytest.raises(NotFound):
            met.actors[name].amends(reference, area(half_km=4))
    with pytest.raises(NotFound):
        met.officer.cancels(met.case.humanitarian.reference)
    met.ocha_head.amends(reference, area(destination(BANKASS, 90, 60 * KM)))
    assert (met.case.state, met.case.adjusted_by) == ("closed", "ocha")


def test_what_is_never_stored_is_refused_here_too(met: World) -> None:
    with pytest.raises(Refused):
        met.officer.cancels(met.case.mission.reference, "the platoon of 30 men has left, call sign TIGER 2")


def test_it_counts_as_no_plan_of_the_mission_and_is_read_as_it_is_written(met: World) -> None:
    item = db.session.scalars(select(Item).where(Item.id == met.case.mission_id)).one()
    assert (item.state, item.late) == ("read", False)
    assert item.kind not in asked_kinds(met.mission)
    desk = signed_in(met.app, met.officer.person_id)
    assert item.reference not in desk.get("/desk/items").text
    assert desk.get(f"/desk/items/{item.reference}").status_code == 200
    for when in ("2019-12-11T08:00Z", "2019-12-19T08:00Z"):
        met.at(when)
        met.turn()
    assert met.item(item.reference).reduced_at is not None  # by the clock of every plan
    assert "km²" not in desk.get(f"/desk/areas/{item.reference}").text


# ---- two worlds --------------------------------------------------------------------------------------------------------

DAY = "2019-12-10"
NOTICE = {
    **{"kind": "TRANSIT_STAFF", "mode": "road", "vehicles": "2", "persons": "6", "marking": "logo", "cargo": "food"},
    **{"escort": "none", "urgency": "standard", "level": "redacted", "disclaimer": DISCLAIMER_VERSION},
    **{"confirmed_by": "nobody", "communications": "+22370000095", "stops-0-place": "Mopti"},
    **window("stops-0-depart", DAY, "06:00", "07:00"),
    "stops-1-place": "Bankass",
    **window("stops-1-arrive", DAY, "09:00", "10:00"),
    "stops-1-activity": "DIST_FOOD",
    **window("stops-1-depart", DAY, "15:00", "16:00"),
    **{"_stops": "2", "_key": "0123456789abcdef" * 2},
}
PLAN = {
    **{"kind": "PAT_LONG", "mode": "road", "aid_component": "none", "joint_with": "none", "level": "redacted"},
    "stops-0-place": "Bankass",
    **window("stops-0-depart", DAY, "06:00", "07:00"),
    "stops-0-halt": "no",
    "stops-1-place": "Koro",
    **window("stops-1-arrive", DAY, "09:00", "10:00"),
    "stops-1-halt": "yes",
    **{"_stops": "2", "_key": "fedcba9876543210" * 2},
}
WORLDS = {
    "over both": lambda: area(half_km=30, when="9 Dec 00:00-23:00", days=2),
    "far away": lambda: area(make.PLACES["Kidal"][0]),
    "none": lambda: None,
}


def pages_of(browser: Visitor, base: str, form: dict[str, str]) -> tuple[list[str], str]:
    """A party files and reads everything that it has: the pages, and the reference that it got."""
    seen = []

    def sees(answer, reference: str = "never") -> None:
        kept = {name: value for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length")}
        seen.append(f"{answer.status_code} {kept}\n{plain(answer)}".replace(reference, "REFER"))

    new = f"/{base}/new" if base == "notices" else "/plans/new/patrol"
    sees(browser.post(new, form | {"_do": "review"}))
    answer = browser.post(new, form | {"_do": "file"})
    assert answer.status_code == 303, answer.text
    reference = str(answer.location).split("/")[2]
    yield_to = [f"/{base}", f"/{base}/{reference}", f"/{base}/{reference}/filed", f"/{base}/{reference}/amend"]
    for path in ("/", "/requests", *yield_to, "/desk/areas", "/desk/areas/new", "/readyz"):
        sees(browser.get(path), reference)
    return seen, reference


@pytest.mark.parametrize("kind", databases.KINDS)
def test_the_mission_and_an_organisation_read_the_same_with_and_without_it(
    kind, tmp_path: Path, network, mail, monkeypatch
) -> None:
    lives = {}
    with ExitStack() as opened:
        for name, make_area in WORLDS.items():
            world = opened.enter_context(opened_world(kind, Path(mkdtemp(dir=tmp_path)), network, mail))
            world.at("2019-12-05T08:00Z")
            tell_the_time(world.app, monkeypatch, lambda world=world: world.now)
            entered = make_area()
            reference = world.officer.files(entered) if entered else world.turn()
            seen = []
            for who, base, form in ((world.ngo, "notices", NOTICE), (world.cimic, "plans", PLAN)):
                browser = signed_in(world.app, who.person_id)
                pages, own = pages_of(browser, base, form)
                world.turn()
                later = (plain(browser.get(path)) for path in (f"/{base}", "/requests", "/"))
                seen += [*pages, *(page.replace(own, "REFER") for page in later)]
                for path in ("", "/amend", "/cancel"):
                    missing, foreign = (browser.get(f"/plans/{ref or 'ZZZZZ'}{path}") for ref in ("ZZZZZ", reference))
                    assert (missing.status_code, plain(missing)) == (foreign.status_code, plain(foreign))
            heard = [box.unread for who in (world.ngo, world.cimic) for box in (who.phone, who.mailbox)]
            lives[name] = (seen, [len(texts) for texts in heard])
            world.read_everything()
    assert lives["over both"] == lives["none"] == lives["far away"]
