"""Blind matching: an organisation in a world where a patrol meets its team reads and receives, to the byte, what it would read
and receive in a world without one, until an officer acts (RUL-6, RUL-9, RUL-11)."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import databases
import make
import pytest
from planted import Visitor, plain, signed_in, tell_the_time, window
from world import World, opened_world

from deconflict.domain.states import CaseState
from deconflict.schemas.notices import DISCLAIMER_VERSION

WORLDS = {
    "patrol there": lambda: make.patrol("Bankass", "10 Dec 10:00-12:00"),
    "patrol elsewhere": lambda: make.patrol("Kidal", "10 Dec 10:00-12:00"),
    "no patrol": lambda: None,
}
DRIVER = "+22370000093"
DAY = "2019-12-10"
NOTICE = {
    **{"kind": "TRANSIT_STAFF", "mode": "road", "vehicles": "2", "persons": "6", "marking": "logo", "cargo": "food"},
    **{
        "escort": "none",
        "urgency": "standard",
        "level": "redacted",
        "disclaimer": DISCLAIMER_VERSION,
        "confirmed_by": "nobody",
    },
    "communications": DRIVER,
    "stops-0-place": "Mopti",
    **window("stops-0-depart", DAY, "06:00", "07:00"),
    "stops-1-place": "Bankass",
    **window("stops-1-arrive", DAY, "09:00", "10:00"),
    "stops-1-activity": "DIST_FOOD",
    **window("stops-1-depart", DAY, "15:00", "16:00"),
    "_stops": "2",
    "_key": "0123456789abcdef" * 2,
}


@dataclass
class Life:
    """One world and everything the organisation has seen of it."""

    world: World
    browser: Visitor
    plan: str | None
    seen: list[str] = field(default_factory=list)
    reference: str = ""

    def sees(self, answer):
        said = plain(answer).replace(self.reference or "never", "REFER")
        kept = {name: value for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length")}
        where = {name: value.replace(self.reference or "never", "REFER") for name, value in kept.items()}
        self.seen.append(f"{answer.request.method} {answer.status_code} {where}\n{said}")
        return answer

    def looks_everywhere(self):
        for path in ("/", "/notices", "/notices/new", "/requests", "/requests/ZZZZZ", "/healthz", "/readyz", "/k"):
            self.sees(self.browser.get(path))
        for path in ("/ours", "/ours/map", "/ours/calendar?week=2019-12-10", "/ours/ZZZZZ"):
            self.sees(self.browser.get(path))
        for page in ("", "/filed", "/amend", "/cancel"):
            if self.reference:
                self.sees(self.browser.get(f"/notices/{self.reference}{page}"))
        if self.reference:
            self.sees(self.browser.get(f"/ours/{self.reference}"))

    def files(self):
        self.sees(self.browser.post("/notices/new", NOTICE | {"_do": "review"}))
        answer = self.browser.post("/notices/new", NOTICE | {"_do": "file"})
        assert answer.status_code == 303, answer.text
        self.reference = str(answer.location).split("/")[2]
        self.sees(answer)
        self.sees(self.browser.get(answer.location))

    def amends(self, base, **more):
        changed = NOTICE | {"_base": str(base)} | more
        self.sees(self.browser.post(f"/notices/{self.reference}/amend", changed | {"_do": "review"}))
        answer = self.browser.post(f"/notices/{self.reference}/amend", changed | {"_do": "file"})
        assert answer.status_code == 303, answer.text
        self.sees(answer)
        self.sees(self.browser.get(answer.location))

    def cancels(self):
        self.sees(self.browser.post(f"/notices/{self.reference}/cancel", {"reason": "the road is cut"}))

    def hears(self):
        """Every text and mail of the organisation so far."""
        here = (self.world.ngo, self.world.alternate)
        inboxes = [box for one in here for box in (one.phone, one.mailbox)] + [self.world.driver_phone(DRIVER)]
        return [text for box in inboxes for text in box.unread]


@pytest.fixture(params=databases.KINDS)
def live(request, tmp_path, network, mail, monkeypatch):
    """`live("patrol there")` -> the life of an organisation in such a world, one after the other: phones are shared."""
    opened = ExitStack()

    def begin(kind):
        folder = Path(mkdtemp(dir=tmp_path))
        world = opened.enter_context(opened_world(request.param, folder, network, mail))
        world.at("2019-12-05T08:00Z")
        tell_the_time(world.app, monkeypatch, lambda: world.now)
        patrol = WORLDS[kind]()
        plan = world.cimic.files(patrol) if patrol else world.turn()
        return Life(world, signed_in(world.app, world.ngo.person_id), plan)

    begin.finish = opened.close
    with opened:
        yield begin


def a_whole_life(life, *, act=None):
    """Looks, files, waits through the desk's first quarter of an hour, amends twice, cancels; what was seen and heard."""
    life.looks_everywhere()
    life.files()
    life.looks_everywhere()
    life.world.turn()
    life.looks_everywhere()
    life.world.forward("10m")
    if act:
        act(life)
    life.looks_everywhere()
    life.amends(1, vehicles="3")
    life.world.turn()
    life.looks_everywhere()
    life.amends(2, **{"stops-1-place": "Koro"}, vehicles="3", _reason="another village")
    life.world.turn()
    life.looks_everywhere()
    life.cancels()
    life.world.turn()
    life.looks_everywhere()
    return life.seen, life.hears()


def differences(one, other):
    return [(a, b) for a, b in zip(one, other, strict=True) if a != b]


def test_until_an_officer_acts_nobody_can_tell_the_worlds_apart(live):
    lives = {}
    for kind in WORLDS:
        life = live(kind)
        lives[kind] = a_whole_life(life)
        found = [case.state for case in life.world.cases()]
        assert found == ([CaseState.CLOSED] if kind == "patrol there" else []), kind
        live.finish()
    seen, heard = lives["no patrol"]
    assert heard == []
    assert len(seen) > 70
    for kind in ("patrol there", "patrol elsewhere"):
        assert differences(lives[kind][0], seen) == []
        assert lives[kind][1] == []


def test_the_answers_hold_what_the_organisation_filed_so_that_equal_pages_are_not_empty_ones(live):
    seen, _heard = a_whole_life(live("patrol there"))
    filed = [page for page in seen if "Bankass" in page and "REFER" in page]
    assert len(filed) > 10
    assert any("Koro" in page for page in seen)
    assert any("ne concluez rien" in page for page in seen)
    assert not re.search(r"patrouille|R01|critique", "".join(seen), re.IGNORECASE)


def test_once_an_officer_asks_the_worlds_differ(live):
    """Otherwise the comparison above would compare nothing."""

    def ask(life):
        for case in life.world.cases():
            life.world.officer.takes(case)
            life.world.officer.asks(life.world.case, "humanitarian")

    seen, heard = a_whole_life(live("patrol there"), act=ask)
    live.finish()
    without, _nothing = a_whole_life(live("no patrol"), act=ask)
    assert heard
    assert seen != without


def test_what_the_mission_is_asked_about_a_notice_does_not_show_on_its_owner_s_pages(live):
    """Where, when and that at all: it would tell where a patrol is."""

    def ask(life):
        for case in life.world.cases():
            life.world.officer.takes(case)
            life.world.officer.asks(life.world.case, "mission")

    asked = live("patrol there")
    seen, heard = a_whole_life(asked, act=ask)
    assert [request.side for case in asked.world.cases() for request in case.requests] == ["mission"]
    asked.world.read_everything()
    live.finish()
    without, _nothing = a_whole_life(live("no patrol"), act=ask)
    assert heard == []
    assert differences(seen, without) == []


def test_probing_with_many_notices_gives_the_same_answers_everywhere(live):
    """A grid of short notices, filed and withdrawn, tells where no patrol is and where one is alike."""
    answers = {}
    for kind in ("patrol there", "no patrol"):
        life = live(kind)
        for number, place in enumerate(("Bankass", "Koro", "Douentza", "Bandiagara")):
            form = NOTICE | {"stops-1-place": place, "_key": f"{number:032x}", "_do": "file"}
            answer = life.browser.post("/notices/new", form)
            assert answer.status_code == 303
            life.reference = str(answer.location).split("/")[2]
            life.sees(answer)
            life.world.turn()
            life.looks_everywhere()
            life.cancels()
            life.world.turn()
        answers[kind] = [re.sub(r"/notices/[0-9A-Z]{5}|>[0-9A-Z]{5}<", "REFER", page) for page in life.seen]
        assert life.hears() == []
        live.finish()
    assert differences(answers["patrol there"], answers["no patrol"]) == []


def test_the_organisation_s_own_past_does_not_move_with_the_patrol(live):
    """The patrol is amended away and back: nothing that its counterpart can read or hear changes."""
    seen = {}
    for kind in ("patrol there", "no patrol"):
        life = live(kind)
        life.files()
        for place in ("Bankass", "Koro", "Bankass"):
            moved = make.patrol(place, "10 Dec 10:00-12:00")
            life.world.cimic.amends(life.plan, moved) if life.plan else life.world.turn()
            life.looks_everywhere()
        seen[kind] = life.seen
        assert life.hears() == []
        live.finish()
    assert differences(seen["patrol there"], seen["no patrol"]) == []


def reread(world, case):
    """As it is after the scheduler's turn."""
    return next(c for c in world.cases() if c.id == case.id)


def others_are_busy(world):
    """Another organisation's notices meet patrols; both sides are asked, and people are told."""
    for place in ("Koro", "Douentza"):
        world.other_ngo.files(make.distribution(place, "10 Dec 09:00-15:00"))
        world.cimic.files(make.patrol(place, "10 Dec 10:00-12:00"))
    for case in world.cases():
        world.officer.takes(case)
        world.officer.asks(reread(world, case), "humanitarian")
        world.officer.asks(reread(world, case), "mission")


def asked(life):
    """The organisation is asked about its own notice, reads it, says that it has it and answers. Its case's reference."""
    life.files()
    life.world.turn()
    (case,) = [c for c in life.world.cases() if c.humanitarian.reference == life.reference]
    life.world.officer.takes(case)
    life.world.officer.asks(reread(life.world, case), "humanitarian")
    page = f"/requests/{case.humanitarian_reference}"
    for act, more in (("acknowledge", {}), ("answer", {"answer": "accept"})):
        shown = life.sees(life.browser.get(page)).text
        hidden = dict(re.findall(r'name="(request|alert)" value="([^"]*)"', shown))
        assert life.sees(life.browser.post(f"{page}/{act}", hidden | more)).status_code == 303
    life.sees(life.browser.get(page))
    life.looks_everywhere()
    return case.humanitarian_reference


def test_nobody_reads_off_his_own_pages_how_busy_the_others_are(live):
    """Numbers that count up over everybody would say how much is asked of whom, and how often."""
    lives = {}
    for busy in (False, True):
        life = live("no patrol")
        if busy:
            others_are_busy(life.world)
            assert len(life.world.cases()) == 2
        life.world.at("2019-12-05T10:00Z")
        life.world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
        reference = asked(life)
        # What is drawn by lot is left out; a number that counts is none of it.
        drawn = re.compile(rf"{reference}|(?<=value=\")[0-9a-f]{{16}}(?=\")")
        lives[busy] = [drawn.sub("DRAWN", page) for page in life.seen]
        life.world.read_everything()
        live.finish()
    assert any('name="request" value="DRAWN"' in page for page in lives[True])
    assert any('name="alert" value="DRAWN"' in page for page in lives[True])
    assert differences(lives[True], lives[False]) == []
