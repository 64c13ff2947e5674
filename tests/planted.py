"""Values that stand out, put into every field somebody can fill, and a visitor who looks for them on pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from time import time as clock
from typing import Any, TypeVar

import make
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse
from world import LONG_AGO, World

from deconflict.domain import roles
from deconflict.domain.access_incidents import Incident
from deconflict.domain.activity import OPEN_END, LatLon, Side
from deconflict.domain.aid_sources import Source
from deconflict.domain.aid_words import Told
from deconflict.domain.asset_asked import Asked
from deconflict.domain.asset_requests import CRITERIA
from deconflict.domain.coordinates import format_mgrs
from deconflict.domain.dialogue import Meeting, Promise
from deconflict.domain.drafts import Draft
from deconflict.domain.dtg import format_dtg
from deconflict.domain.filing import Filing, Level, Location, MissionPlan, MovementNotice, StaticSite, Stop, Window
from deconflict.domain.hazard_notice import Hazard
from deconflict.domain.sop_text import digest
from deconflict.domain.uploads import UploadFacts
from deconflict.domain.zone import POLYGON, Zone
from deconflict.schemas.sop_figures import named, with_figures
from deconflict.services import (
    access_incidents,
    acknowledgements,
    aid_raising,
    aid_reports,
    aid_verifying,
    asset_requests,
    cases,
    drafts,
    hazards,
    item_notes,
    meetings,
    releases,
    repeating,
    sop_endorsements,
    sop_versions,
    uploads,
)
from deconflict.store.alerts import Message
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.drafts import draft_by_key
from deconflict.store.patterns import Pattern
from deconflict.store.people import Account, Duty
from deconflict.store.procedures import Procedure
from deconflict.store.queries import filing_of, version_of
from deconflict.store.sop import SopVersion
from deconflict.store.uploads import upload_by_key

T = TypeVar("T")
# Pages that ask the machine for the time instead of web.clock get the story's too.
CLOCKS = ("deconflict.web.hooks", "deconflict.web.acknowledge", "deconflict.web.health")
TOKENS = re.compile(r'(name="(?:csrf_token|_key)" value=")[^"]*')
DIGITS = re.compile(r"\b\d{4}(?=</strong>)")  # of the code that a team checks in with, drawn by lot


def outside(call: Callable[..., T], *args: Any, **more: Any) -> T:
    """Calls where no application context is open: Flask would share it with a test client, and with it who is signed in."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(call, *args, **more).result()


class Visitor:
    """A browser. `uniquifier` is whose session it holds, None for a stranger."""

    def __init__(self, app: Flask, uniquifier: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        if uniquifier is not None:
            outside(self._enter, uniquifier)

    def _enter(self, uniquifier: str) -> None:
        with self.client.session_transaction() as session:
            session.update(_user_id=uniquifier, _fresh=True, fs_cc="set", fs_paa=clock())

    def get(self, path: str, **more: Any) -> TestResponse:
        return outside(self.client.get, path, **more)

    def post(self, path: str, data: dict[str, str] | None = None, **more: Any) -> TestResponse:
        return outside(self.client.post, path, data=data or {}, **more)


def signed_in(app: Flask, person_id: int) -> Visitor:
    """The browser of a person who has an account."""
    with app.app_context():
        return Visitor(
            app, db.session.scalars(select(Account.fs_uniquifier).where(Account.person_id == person_id)).one()
        )


def plain(page: TestResponse) -> str:
    """A page without the tokens of its forms, which differ with every answer, and without the code of a notice."""
    return DIGITS.sub("", TOKENS.sub(r"\1", page.text))


def look_again() -> None:
    """What the story reads next is what the rows say now, whoever wrote them meanwhile."""
    db.session.rollback()
    db.session.expire_all()


def tell_the_time(app: Flask, monkeypatch: Any, now: Callable[[], datetime]) -> None:
    """Every page reads the hour from `now`; forms need no token and officers no second factor."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return now().astimezone(tz or UTC)

    app.extensions["clock"] = now
    for module in map(import_module, CLOCKS):
        if hasattr(module, "datetime"):
            monkeypatch.setattr(module, "datetime", Clock)
    app.config.update(WTF_CSRF_ENABLED=False, SECOND_FACTOR_REQUIRED=False)


def window(name: str, date: str, earliest: str, latest: str) -> dict[str, str]:
    """The fields of one window of a filing form."""
    return {f"{name}_date": date, f"{name}_from": earliest, f"{name}_to": latest}


# ---- a world in which every field holds something that nothing else holds ----------------------------------------------


@dataclass(frozen=True)
class Plant:
    """One value to look for. `element` is a row of the matrix, or `desk` (what officers write down of a case), `desk item` (of
    an item), `side` (what one side
    was told or said), `organisation`, `person`, `phone`, `nobody`. `about` names the item, case, organisation or person;
    `must`: whoever may see it does see it on some page."""

    value: str
    what: str
    element: str
    about: str
    side: str = ""
    must: bool = True


PEOPLE = {
    # name: organisation, function, role, scope. One account for every role there is, and a few more.
    "Fanta-zq": ("alpha", "focal_point", roles.FOCAL_POINT, None),
    "Sira-zq": ("alpha", "alternate", roles.SUBMITTER, None),
    "Clara-zq": ("alpha", "team", roles.CLUSTER, None),
    "Ngofa-zq": ("alpha", "security", roles.NGO_FORUM, None),
    "Bina-zq": ("badenya", "focal_point", roles.FOCAL_POINT, None),
    "Uma-zq": ("force", "desk", roles.CIMIC, None),
    "Cima-zq": ("force", "desk", roles.CIMIC, "C"),
    "Esta-zq": ("force", "desk", roles.CIMIC, "E"),
    "Opsa-zq": ("force", "unit", roles.OPS, "C"),
    "Quipa-zq": ("force", "unit", roles.QIP_MANAGER, "E"),
    "Chaira-zq": ("force", "unit", roles.LPRC_CHAIR, None),
    "Membra-zq": ("force", "unit", roles.LPRC_MEMBER, None),
    "Prisca-zq": ("force", "unit", roles.PRC_SECRETARY, None),
    "Offa-zq": ("ocha", "officer", roles.CMCOORD, None),
    "Suba-zq": ("ocha", "head", roles.SUBOFFICE_HEAD, None),
    "Heda-zq": ("ocha", "head", roles.OCHA_HEAD, None),
    "Radia-zq": ("ocha", "support", roles.RADIO_OPERATOR, None),
    "Hcea-zq": ("ocha", "support", roles.HC_OFFICE, None),
    "Audita-zq": ("ocha", "support", roles.AUDITOR, None),
    "Admina-zq": ("ocha", "support", roles.ADMINISTRATOR, None),
}
ORGANISATIONS = {
    "alpha": ("ONG Alpha-Wexo", "humanitarian", "ngo"),
    "badenya": ("Association Badenya-Wexo", "humanitarian", "ngo"),
    "force": ("Force-Wexo", "mission", "mission"),
    "ocha": ("OCHA-Wexo", "ocha", "un"),
}
STEPS = {"duty": "Offa-zq", "suboffice_head": "Suba-zq", "ocha_head": "Heda-zq"}
NIGHT = datetime(2019, 12, 12, tzinfo=UTC)  # planted hours are before six: nothing else of the story happens then


@dataclass(frozen=True)
class AidPlant:
    """A report of aid: as the desk and as its maker calls it, and who that is."""

    reference: str
    own: str
    person_id: int


class PlantedWorld(World):
    """Two organisations, two sectors, OCHA; notices of every level, plans of both, cases in every state of being told.
    `procedures` are references by name.
    `plants` says what lies where; `items` and `cases_by` name references; `told` who was told of which case."""

    def _people(self) -> None:
        self.procedures: dict[str, str] = {}
        ids = {key: self._organisation(name, side, kind) for key, (name, side, kind) in ORGANISATIONS.items()}
        for name, (organisation, function, role, scope) in PEOPLE.items():
            self._person(name, ids[organisation], function, {role}, scope=scope)
        with transaction() as session:
            for area in self.mission.areas:
                for step, name in STEPS.items():
                    person_id = self.actors[name].person_id
                    session.add(Duty(area=area.code, step=step, person_id=person_id, from_at=LONG_AGO))
        self.plants = [Plant(name, "organisation", "organisation", key) for key, (name, *_) in ORGANISATIONS.items()]
        for name, actor in self.actors.items():
            self.plants += [
                Plant(name, "name", "person", name, must=False),
                Plant(actor.phone.address, "phone", "phone", name, must=False),
                Plant(actor.mailbox.address, "e-mail", "e-mail", name, must=False),
            ]
        self.items: dict[str, str] = {}
        self.cases_by: dict[str, Case] = {}
        self.drafts: dict[str, Draft] = {}
        self.uploads: dict[str, UploadFacts] = {}
        self.told: set[tuple[str, str]] = set()
        self.aid: dict[str, AidPlant] = {}

    def plant(self, value: str, what: str, element: str, about: str, **more: Any) -> str:
        self.plants.append(Plant(value, what, element, about, **more))
        return value

    # -- filings

    def stop(self, noun: str, n: int, base: LatLon, about: str, activity: str | None) -> Stop:
        point = (round(base[0] + n * 1e-5, 5), round(base[1] + n * 1e-5, 5))
        arrive, depart = (NIGHT + timedelta(hours=hour, minutes=n) for hour in (2, 4))
        typed = self.plant(f"Zaba-{n:02d}", "place as typed", f"{noun}.route", about)
        self.plant(f"{point[0]:.5f}, {point[1]:+.5f}", "coordinates", f"{noun}.route", about)
        for at in (arrive, depart):
            self.plant(f"{at:%H:%M}", "hour", f"{noun}.timing", about)
        location = Location(point, typed, "decimal", make.GPS)
        return Stop(location, Window(arrive, arrive), Window(depart, depart), activity, halt=True)

    def notice(self, about: str, n: int, base: LatLon, level: Level, by: str, kind: str = "DIST_FOOD") -> str:
        def own(value: str, what: str, element: str) -> str:
            return self.plant(value, what, f"notice.{element}", about)

        filing = MovementNotice(
            kind="TRANSIT_STAFF",
            level=level,
            stops=(self.stop("notice", n, base, about, kind),),
            vehicles=2,
            persons=int(own(str(4200 + n), "persons", "persons")),
            cargo="food",
            urgency="urgent",
            urgency_reason=own(f"raison-{n:02d}", "urgency reason", "timing"),
            disclaimer="1",
            plates=own(f"QX-{n:02d}43-MD", "plates", "plates"),
            overnight=own(f"Campement Zorro-{n:02d}", "overnight", "overnight"),
            communications=own(f"+223700001{n:02d}", "team phone", "team_phone"),
            second_phone=own(f"+88161235{n:02d}77", "second phone", "team_phone"),
            coverage_lost_at=self._hour(own(f"05:{n:02d}", "loss of coverage", "timing")),
        )
        return self._file(about, by, filing, "notice")

    def _hour(self, clock: str) -> datetime:
        return datetime.combine(NIGHT, time.fromisoformat(clock), UTC)

    def plan(self, about: str, n: int, base: LatLon, level: Level, kind: str = "PAT_LONG") -> str:
        stop = self.stop("plan", n, base, about, None)
        self.plant(format_mgrs(stop.location.point, 6), "square", "plan.route", about)
        self.plant(format_dtg(stop.arrive.earliest), "date-time group", "plan.timing", about)
        title = self.plant(f"Forage-{n:02d}", "title", "plan.traits", about)
        filing = MissionPlan(kind=kind, level=level, stops=(stop,), title=title, media=True, joint_with="unpol")
        return self._file(about, "Uma-zq", filing, "plan")

    def site(self, about: str, n: int, point: LatLon, level: Level, by: str, kind: str) -> str:
        def own(value: str, what: str, element: str = "route") -> str:
            return self.plant(value, what, f"notice.{element}", about)

        own(f"{point[0]:.5f}, {point[1]:+.5f}", "coordinates")
        location = Location(point, own(f"Zaba-{n:02d}", "place as typed"), "decimal", make.GPS)
        begins, ends = (Window(at, at) for at in (datetime(2019, 1, 1, tzinfo=UTC), OPEN_END))
        filing = StaticSite(
            kind=kind,
            level=level,
            stops=(Stop(location, begins, ends, halt=True),),
            name=own(f"Enclos-{n:02d}", "name of a site"),
            aliases=(own(f"Jadis-{n:02d}", "other name of a site"),),
            operator=own(f"Service-{n:02d}", "operator"),
            radius_m=100,
            communications=own(f"+223700002{n:02d}", "number at a site", "team_phone"),
            disclaimer="1",
        )
        return self._file(about, by, filing, "notice")

    def hazard(self, who: str, words: str, shown: bool) -> str:
        """Entered by somebody, shown or not; its reference."""
        place = make.fix(make.PLACES["Kidal"][0])
        now, by = self.now, self.actors[who].audience
        told = Hazard("mines_uxo", (place,), now, now + timedelta(days=7), "drivers", words)
        reference = hazards.enter(told, by, f"hazard-{words}", self.mission, now)
        if shown:
            hazards.show(reference, 1, self.actors["Offa-zq"].audience, self.mission, now)
        self.plant(words, "words of a hazard", "hazard", reference)
        return reference

    def meets(self, who: str, words: str) -> str:
        """A meeting in the dialogue log, with something to be done; its reference."""
        now, by, mission = self.now, self.actors[who].audience, self.mission
        met = Meeting("bilateral", "MOPTI", on=now.date(), force="host_forces", topics=("sop",))
        reference = meetings.plan(met, True, by, f"meeting-{words}", mission, now)
        meetings.follow(reference, 2, Promise(words, "cmcoord", now.date()), by, mission, now)
        self.plant(words, "what is to be done after a meeting", "meeting", reference)
        return reference

    def area(self, about: str, n: int, corner: LatLon, by: str) -> str:
        """An area to avoid that OCHA entered."""
        hour = self._hour(self.plant(f"03:{n:02d}", "hour", "plan.timing", about))
        begins, ends = (Window(at, at) for at in (hour, OPEN_END))
        points = [
            (round(corner[0] + north, 5), round(corner[1] + east, 5)) for north, east in ((0, 0), (0.1, 0), (0, 0.1))
        ]
        for point in points:
            self.plant(f"{point[0]:.5f}, {point[1]:+.5f}", "coordinates", "plan.route", about)
        first, *others = (Location(point, f"{point[0]}, {point[1]}", "decimal", make.GPS) for point in points)
        stops = (Stop(first, begins, ends, halt=True), *(Stop(other, halt=True) for other in others))
        return self._file(about, by, MissionPlan("AVOID_AREA", Level.MATCH_ONLY, stops, zone=Zone(POLYGON)), "plan")

    def _file(self, about: str, by: str, filing: Filing, noun: str) -> str:
        self.items[about] = self.actors[by].files(filing)
        self.plant(self.items[about], "reference of the item", f"{noun}.route", about)
        return self.items[about]

    def filing(self, about: str) -> Any:
        return filing_of(version_of(db.session(), self.item(self.items[about])))

    # -- cases

    def meeting(self, name: str, place: LatLon, notice: Level, plan: Level, n: int, **more: Any) -> Case:
        """A notice `name-n` and a plan `name-p`, some 300 m from each other, and their case."""
        self.notice(f"{name}-n", n, place, notice, more.pop("by", "Fanta-zq"), more.pop("kind", "DIST_FOOD"))
        self.plan(f"{name}-p", n + 10, (place[0] + 0.002, place[1] + 0.002), plan, **more)
        self.cases_by[name] = case = self.fresh(name)
        self.plant(case.reference, "the desk's reference", "desk", name)
        for side in ("humanitarian", "mission"):
            self.plant(case.reference_for(side), "a side's reference", "side", name, side=side)
        return case

    def fresh(self, name: str) -> Case:
        wanted = {self.items[f"{name}-n"], self.items[f"{name}-p"]}
        return next(case for case in self.cases() if {item.reference for item in case.items} == wanted)

    def ask(self, name: str, side: str) -> int:
        self.told.add((name, side))
        return self.actors["Offa-zq"].asks(self.fresh(name), side)

    def begins_to_write(self, who: str, key: str, sheet: str) -> None:
        """A page that was not sent; that of a movement waits for a focal point."""
        place = self.plant(f"Brouillon-{key[0]}", "place of a draft", "draft", key)
        typed = self.plant(f"Titre-{key[0]}", "typed in a draft", "draft", key)
        by = self.actors[who].audience
        draft = Draft(key, by.side, sheet, {"stops-0-position": place, "stops-0-place": typed}, 1)
        if sheet == "movement":
            drafts.ask(draft, NIGHT, by, self.now)
        else:
            drafts.keep(draft, by, self.now)
        kept = draft_by_key(db.session(), key, by)
        assert kept is not None
        self.drafts[key] = kept

    def sends_a_list(self, who: str, sheet: str, n: int, *, asked: bool = False) -> None:
        """A file of one line, read and not sent."""
        by = self.actors[who].audience
        taken = uploads.take_in(sheet, str(n), {}, by, self.now)
        number = self.plant(f"Ligne-{n}-{sheet}", "number of a line", "upload", taken.key)
        place = self.plant(f"Liste-{n}-{sheet}", "place of a line", "upload", taken.key)
        line = {"key": number, "values": {"stops-0-place": place}, "stops": 1, "cells": {}, "wrong": [], "lines": [3]}
        said = {"unread": [], "withheld": [], "lines": 1}
        read = uploads.read(taken, [uploads.NewEntry(str(n), line)], said, by, self.now)
        uploads.looked_at(read, {0: ("wrong", "")}, by, self.now)
        if asked:
            uploads.ask(read, by, self.now)
        kept = upload_by_key(db.session(), taken.key, by)
        assert kept is not None
        self.uploads[taken.key] = kept

    def keeps(self, who: str, item: str, name: str) -> None:
        """A filing under a name, to be made again."""
        repeating.keep_pattern(self.items[item], name, self.actors[who].audience, self.mission, self.now)
        kept = db.session.scalars(select(Pattern).order_by(Pattern.id.desc())).first()
        assert kept is not None
        self.plant(name, "name of a kept filing", "pattern", str(kept.id))

    def writes_sop(self, who: str, name: str, rule: str, km: str) -> SopVersion:
        """A draft in which one rule reaches otherwise, and what it would do."""
        text, wrong = with_figures(named(self.mission.sop_text, name), {f"rule.{rule}.within_km": km})
        assert not wrong
        by = self.actors[who].audience
        id = sop_versions.write(None, "", text, by, self.mission, self.now)
        self.now += timedelta(seconds=10)
        self.turn(1)
        self.plant(name, "name of an SOP", "sop", name)
        look_again()
        return db.session.get_one(SopVersion, id)

    def asks_for_escort(self, who: str, about: str, name: str) -> None:
        """As a last resort, for one of its own movements."""
        said = {code: ("unknown", self.plant(f"{code}-{name}", "why", "procedure", name)) for code in CRITERIA}
        why = self.plant(f"motif-{name}", "why an escort", "procedure", name)
        asked = Asked("armed_escort", "mission", self.now.date(), self.now.date(), why, said, self.items[about])
        by = self.actors[who].audience
        self.procedures[name] = asset_requests.ask(asked, name, by, self.mission, self.now)

    def logs_an_incident(self, who: str, about: str, name: str) -> None:
        words = self.plant(f"recit-{name}", "words of an incident", "procedure", name)
        what = Incident("movement", self.now.date(), "ML050202", "denied", True, words, self.items[about])
        by = self.actors[who].audience
        self.procedures[name] = access_incidents.log_incident(what, name, by, self.mission, self.now)

    def tells_of_aid(self, who: str, about: str, day: str, n: int) -> str:
        """A report of aid outside QIPs, in words that nothing else holds; the desk's reference of it."""
        by = self.actors[who].audience
        place = self.mission.gazetteer.nearest(make.PLACES["Kidal"][0])
        assert place is not None
        words = self.plant(f"Recit-{n}-wexo", "words of a report of aid", "aid words", about)
        source = "" if by.side == Side.MISSION else "seen"
        told = Told(date.fromisoformat(day), place[0].pcode, "water", words, source=source)
        key = f"{n:032x}"
        own = aid_reports.report(told, by, key, self.mission, self.now)
        row = db.session.scalars(select(Procedure).where(Procedure.key == key)).one()
        if source:
            self.plant(own, "a reporter's own reference", "aid own", about)
        self.plant(row.reference, "the desk's reference of a report", "aid file", about)
        self.aid[about] = AidPlant(row.reference, own if source else "", by.person_id)
        return row.reference

    def says(self, who: str, name: str, side: str, request: int, answer: str) -> None:
        self.actors[who].answers(
            request, answer, self.plant(f"reponse-{name}-{side[0]}", "answer", "side", name, side=side)
        )

    def writes_of(self, about: str) -> None:
        """A note of OCHA's own on an item."""
        note = self.plant(f"Calepin-{about}-wexo", "note of OCHA", "desk item", about)
        by = self.actors["Offa-zq"].audience
        item_notes.write_item_note(self.items[about], note, by, self.mission.catalogue, self.now)

    def written(self, name: str, what: str) -> str:
        return self.plant(f"{what}-{name}-wexo", what, "desk", name)


def _aid_outside_qips(world: PlantedWorld) -> None:
    """One that nobody looks into yet, one that the mission declares, one so old that nobody is advised any more, raised with it."""
    world.tells_of_aid("Bina-zq", "aid-new", "2019-12-06", 31)
    world.tells_of_aid("Uma-zq", "aid-declared", "2019-12-06", 32)
    reference = world.tells_of_aid("Sira-zq", "aid-raised", "2019-11-01", 33)
    by, at = world.actors["Offa-zq"].audience, (world.mission, world.now)
    aid_reports.take(reference, 1, by, *at)
    aid_reports.add_source(reference, 2, Source("authority"), by, *at)
    aid_verifying.verify(reference, 3, by, *at)
    aid_raising.raise_with_mission(reference, 4, by, *at)


def planted_world(app: Flask, network: TwilioNetwork, sink: SmtpSink) -> PlantedWorld:
    """The story, through the same services as everybody's."""
    world = PlantedWorld(app, network, sink)
    world.at("2019-12-07T06:40:00Z")
    MO, RED, FULL = Level.MATCH_ONLY, Level.REDACTED, Level.FULL
    officer = world.actors["Offa-zq"]
    world.meeting("minimal", make.PLACES["Gossi"][0], RED, RED, 1)
    world.forward("16m")
    world.told |= {("minimal", "humanitarian"), ("minimal", "mission")}
    released = world.meeting("released", make.PLACES["Bankass"][0], MO, MO, 2)
    mission, catalogue, by = world.mission, world.mission.catalogue, officer.audience
    how = world.written("released", "release")
    releases.release_once(released.reference, "mission", True, how, by, catalogue, world.now)
    world.ask("released", "humanitarian")
    world.meeting("both", make.PLACES["Koro"][0], RED, RED, 3)
    world.says("Fanta-zq", "both", "humanitarian", world.ask("both", "humanitarian"), "decline")
    world.says("Cima-zq", "both", "mission", world.ask("both", "mission"), "accept")
    officer.agrees(world.fresh("both"), "MIL_TIME", world.written("both", "accord"))
    world.meeting("full", make.PLACES["Gao"][0], FULL, RED, 4)
    world.ask("full", "mission")
    sensitive = world.meeting("sensitive", make.PLACES["Douentza"][0], MO, RED, 5, kind="PROT_MON")
    world.ask("sensitive", "humanitarian")
    world.forward("8m")  # it leaves at seven: who works near whom is asked about in batches
    dismissed = world.meeting("dismissed", make.PLACES["Ansongo"][0], RED, RED, 6, by="Bina-zq")
    world.ask("dismissed", "mission")
    reason = world.written("dismissed", "ecarte")
    cases.dismiss(dismissed.reference, 1, "test", reason, by, mission, world.now)
    world.notice("gone-n", 7, make.PLACES["Kidal"][0], RED, "Fanta-zq")
    world.actors["Fanta-zq"].cancels(
        world.items["gone-n"], world.plant("annule-07", "cancel reason", "notice.route", "gone-n", must=False)
    )
    relayed = world.alerts("request")[0]
    words = world.written("released", "relais")
    acknowledgements.acknowledge_by_relay(
        released.reference, relayed.id, "desk", "received", "radio", words, by, catalogue, world.now
    )
    world.meeting("untold", make.PLACES["Bandiagara"][0], RED, MO, 8, by="Bina-zq")
    amended = world.plant("motif-08", "amendment reason", "notice.route", "untold-n")
    world.actors["Bina-zq"].amends(world.items["untold-n"], replace(world.filing("untold-n"), cargo="nfi"), amended)
    for who, key, sheet in (
        ("Sira-zq", "a" * 32, "movement"),
        ("Cima-zq", "b" * 32, "patrol"),
        ("Fanta-zq", "c" * 32, "site"),
    ):
        world.begins_to_write(who, key, sheet)
    world.sends_a_list("Fanta-zq", "movement", 1)
    world.sends_a_list("Sira-zq", "movement", 2, asked=True)
    world.sends_a_list("Cima-zq", "patrol", 3)
    world.keeps("Fanta-zq", "both-n", "Garde-alpha")
    world.site("house-s", 20, (17.51234, -1.01234), RED, "Fanta-zq", "SITE_HEALTH")
    world.site("guests-s", 21, (17.81234, -1.51234), MO, "Bina-zq", "SITE_GUESTHOUSE")
    world.area("ocha-a", 22, (19.61234, -1.71234), "Offa-zq")
    world.hazard("Fanta-zq", "Danger-wexo-1", shown=False)
    world.hazard("Cima-zq", "Danger-wexo-2", shown=True)
    world.hazard("Fanta-zq", "Danger-wexo-3", shown=True)
    world.meets("Offa-zq", "Suite-wexo-1")
    world.writes_sop("Offa-zq", "Wexo-sop-1", "R10", "4")  # speaks of the sensitive case
    sop = world.writes_sop("Heda-zq", "Wexo-sop-2", "R10", "3")
    why = world.plant("motif-sop-wexo", "reason of an SOP", "sop", "Wexo-sop-2")
    read = sop_versions.effect_mark(sop)
    sop_versions.propose(sop.id, sop.digest, read, why, world.actors["Heda-zq"].audience, mission, world.now)
    body = world.plant("Comite-wexo", "who endorsed it", "sop", "in force")
    seen = digest(mission.sop_text)
    sop_endorsements.endorse(seen, body, world.now.date(), "", world.actors["Heda-zq"].audience, mission, world.now)
    world.asks_for_escort("Fanta-zq", "both-n", "escorte-wexo")
    world.asks_for_escort("Fanta-zq", "sensitive-n", "escorte-cachee")
    world.logs_an_incident("Fanta-zq", "both-n", "entrave-wexo")
    world.logs_an_incident("Fanta-zq", "sensitive-n", "entrave-cachee")
    _aid_outside_qips(world)
    assert sensitive.eyes_only
    for alert in world.alerts(""):
        world.plant(alert.link, "link of an e-mail", "nobody", "", must=False)
    for about in ("both-n", "both-p", "sensitive-n", "house-s", "guests-s", "ocha-a"):
        world.writes_of(about)
    look_again()
    for message in db.session.scalars(select(Message)):
        world.plant(message.token, "token of a hook", "nobody", "", must=False)
    return world
