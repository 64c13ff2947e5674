"""Whoever notifies a site reads and receives, to the byte, what he would without another organisation's site beside it and without
a camp of the mission next door, until an officer acts (RUL-6, RUL-11)."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import databases
import make
import pytest
from planted import Visitor, plain, signed_in, tell_the_time
from sqlalchemy import select
from world import World, opened_world

from deconflict.domain.errors import Refused
from deconflict.domain.geodesy import destination
from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.services import sites
from deconflict.store.base import db, transaction
from deconflict.store.people import Account
from deconflict.store.sites import open_pairs

HERE = (14.1512, -3.6013)
BESIDE = destination(HERE, 90.0, 120.0)
WORLDS = {
    "alone": lambda world: None,
    "another beside": lambda world: world.other_ngo.files(make.site(BESIDE, name="Autre nom")),
    "a camp beside": lambda world: world.cimic.files(make.patrol(BESIDE, "10 Dec 10:00-12:00", kind="TOB")),
}
SITE = {
    **{"name": "Camp des acacias", "kind": "SITE_IDP", "works": "yes", "fix_method": "gps", "fixed_on": "2019-11-01"},
    **{"radius_m": "150", "valid_from": "2018-01-01", "operator": "ONG Alpha"},
    **{"opening": "always", "occupancy": "many", "marking": "flag", "level": "redacted"},
    "disclaimer": DISCLAIMER_VERSION,
    "stops-0-place": "14.1512, -3.6013",
    "stops-0-sure_unnamed": "14.15120, -3.60130",
    "_stops": "1",
    "_key": "0123456789abcdef" * 2,
}


@dataclass
class Life:
    """One world and everything that the owner of a site has seen of it."""

    world: World
    browser: Visitor
    seen: list[str] = field(default_factory=list)
    reference: str = ""

    def sees(self, answer):
        said = plain(answer).replace(self.reference or "never", "REFER")
        self.seen.append(f"{answer.request.method} {answer.status_code}\n{said}")
        return answer

    def looks(self):
        for path in ("/", "/sites", "/sites/new", "/notices", "/requests", "/ours", "/ours/map", "/sites/ZZZZZ"):
            self.sees(self.browser.get(path))
        for page in ("", "/filed", "/amend", "/sharing") if self.reference else ():
            self.sees(self.browser.get(f"/sites/{self.reference}{page}"))
        if self.reference:
            self.sees(self.browser.get(f"/ours/{self.reference}"))

    def sends(self, address, **more):
        self.sees(self.browser.post(address, SITE | more | {"_do": "review"}))
        answer = self.browser.post(address, SITE | more | {"_do": "file"})
        assert answer.status_code == 303, answer.text
        self.reference = str(answer.location).split("/")[2]
        self.sees(answer)

    def presses(self, act, version, **more):
        self.sees(self.browser.post(f"/sites/{self.reference}/{act}", {"version": str(version)} | more))


@pytest.fixture(params=databases.KINDS)
def live(request, tmp_path, network, mail, monkeypatch):
    """`live("alone")` -> the life of an organisation in such a world, one after the other: mailboxes are shared."""
    opened = ExitStack()

    def begin(kind):
        folder = Path(mkdtemp(dir=tmp_path))
        world = opened.enter_context(opened_world(request.param, folder, network, mail))
        world.at("2019-12-05T08:00Z")
        with transaction() as session:
            for account in session.scalars(select(Account)):
                account.joined_at = world.now
        tell_the_time(world.app, monkeypatch, lambda: world.now)
        WORLDS[kind](world)
        world.forward("5m")
        return Life(world, signed_in(world.app, world.ngo.person_id))

    begin.finish = opened.close
    with opened:
        yield begin


def a_whole_life(life, at):
    """Files, waits until the desk would have compared it, amends, confirms, suspends, grows old, is closed. Every hour is set by
    hand: a world in which more is filed would be seconds ahead."""
    life.looks()
    life.sends("/sites/new")
    for step, act in enumerate(
        (
            lambda: None,
            lambda: life.sends(f"/sites/{life.reference}/amend", _base="1", occupancy="few"),
            lambda: life.presses("confirm", 2),
            lambda: life.sends(f"/sites/{life.reference}/amend", _base="2", radius_m="200"),
            lambda: life.presses("suspend", 3, code="function"),
            lambda: life.presses("resume", 3),
        )
    ):
        life.world.now = at + timedelta(hours=step)
        act()
        life.world.turn()
        life.world.turn()
        life.world.now = at + timedelta(hours=step, minutes=30)
        life.world.turn()
        life.looks()
    for days in (100, 170, 190):
        life.world.now = at + timedelta(days=days)
        life.world.turn(3)
        life.looks()
    life.presses("reopen", 3)
    life.presses("close", 3)
    life.looks()
    return life.seen, life.world.ngo.mailbox.unread, life.world.ngo.phone.unread


def differences(one, other):
    return [(a, b) for a, b in zip(one, other, strict=True) if a != b]


def test_nobody_can_tell_from_his_own_pages_what_lies_beside_his_site(live):
    lives = {}
    for kind in WORLDS:
        life = live(kind)
        begun = life.world.now.replace(minute=10, second=0)
        life.world.now = begun
        lives[kind] = a_whole_life(life, begun + timedelta(minutes=1))
        doubts = [pair.seen_at for pair in open_pairs(db.session())]
        assert len(life.world.cases()) == (kind == "a camp beside"), kind
        assert not doubts  # it is closed by now
        live.finish()
    seen, mails, texts = lives["alone"]
    assert any("acacias" in page for page in seen)
    assert len(seen) > 80
    for kind in WORLDS:
        assert differences(lives[kind][0], seen) == [], kind
        assert [str(one).split("\n")[0] for one in lives[kind][1]] == [str(one).split("\n")[0] for one in mails], kind
        assert lives[kind][2] == texts == [], kind


def test_the_worlds_differ_for_the_desk_so_that_the_comparison_compares_something(live):
    life = live("another beside")
    life.sends("/sites/new")
    life.world.forward("5m")
    assert len(open_pairs(db.session())) == 1
    (item,) = [life.world.item(life.reference)]
    assert item.site.disputed
    page = life.sees(life.browser.get(f"/sites/{life.reference}")).text
    assert "Autre nom" not in page
    assert "doute" not in page
    sites.take_site(item.id, 1, "gps", life.world.officer.audience, life.world.now)
    with pytest.raises(Refused, match="Settle first"):
        sites.verify_site(item.id, 1, "gps", life.world.officer.audience, life.world.now)
