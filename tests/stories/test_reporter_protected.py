"""Who reported aid outside QIPs is looked for in every outlet: every page of every role, files, search, calendars, letters, messages, logs,
figures, audit and the rows as they are stored. The CMCoord officer finds him; nobody else does, nor the hour at which he wrote."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import make
import pytest
import raw
from planted import TOKENS, Visitor, look_again, signed_in, tell_the_time
from sqlalchemy import select
from world import Actor, World

from deconflict import log
from deconflict.domain import roles
from deconflict.domain.procedures import Noun
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.letters import Letter
from deconflict.store.people import Account
from deconflict.store.procedures import Procedure, ProcedureStep
from deconflict.web.take_out import KINDS

NAME, HOUSE = "Reporta-Zqx", "Secours-Zqx"
WORDS = "Des sacs depuis un camion blanc zqx"
ROLES = {
    "submitter": ("Secours-Zqx", roles.SUBMITTER),
    "focal": ("Secours-Zqx", roles.FOCAL_POINT),
    "cluster": ("Badenya-Zq", roles.CLUSTER),
    "forum": ("Badenya-Zq", roles.NGO_FORUM),
    "other": ("Badenya-Zq", roles.FOCAL_POINT),
    "ops": ("Mission", roles.OPS),
    "qips": ("Mission", roles.QIP_MANAGER),
    "chair": ("Mission", roles.LPRC_CHAIR),
    "member": ("Mission", roles.LPRC_MEMBER),
    "prc": ("Mission", roles.PRC_SECRETARY),
    "radio": ("OCHA", roles.RADIO_OPERATOR),
    "hc": ("OCHA", roles.HC_OFFICE),
    "auditor": ("OCHA", roles.AUDITOR),
    "admin": ("OCHA", roles.ADMINISTRATOR),
}
FORM = {
    **{"aid-place": "Gossi", "day": "2019-12-09", "kind": "food", "giver": "troops", "source": "seen"},
    **{"needs": "no", "consulted": "no", "consequence": "tension", "description": WORDS, "_key": "7" * 32},
}


class Told:
    """The story so far: `before` what each account could read before anybody reported, by account and address."""

    def __init__(self, world: World) -> None:
        self.world, self.before, self.cells = world, {}, {}
        self.reference = self.own = ""

    def accounts(self) -> list[tuple[str, Actor]]:
        """Whoever signs in."""
        return [(name, actor) for name, actor in self.world.actors.items() if actor.audience.roles]

    def counted(self) -> dict[tuple[str, str], int]:
        """How often the reporter's name, house, number or mailbox stands in each answer."""
        reporter = self.world.actors[NAME]
        sought = re.compile("|".join(map(re.escape, (NAME, HOUSE, reporter.phone.address, reporter.mailbox.address))))
        found = {}
        for account, actor in self.accounts():
            browser = signed_in(self.world.app, actor.person_id)
            for where, answer in self._answers(browser):
                body = "\n".join(texts(answer))
                found[account, where] = len(sought.findall(body))
        return found

    def _answers(self, browser: Visitor) -> Iterator[tuple[str, object]]:
        names = [self.reference, self.own, *self.item_references()]
        for rule in self.world.app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint.startswith(("security", "static")):
                continue
            if not rule.arguments:
                yield rule.rule, browser.get(rule.rule)
            elif rule.arguments == {"reference"}:
                for name in filter(None, names):
                    yield rule.rule.replace("<reference>", name), browser.get(rule.rule.replace("<reference>", name))
        for door in ("/take-out", "/desk/take-out"):
            for what in ("movement", "site", "patrol", "aid"):
                for form in KINDS:
                    yield f"{door} {what} {form}", browser.post(door, {"what": what, "form": form, "past": "yes"})
        for door in ("/desk/search", "/ours/search", "/desk/find", "/ours/find"):
            for typed in ("Gossi", self.reference or "ZZZZZ"):
                yield f"{door} {typed == 'Gossi'}", browser.post(door, {"find": typed})

    def item_references(self) -> list[str]:
        look_again()
        return [row.reference for row in self.world_items()]

    def world_items(self) -> list:
        from deconflict.store.items import Item

        return list(db.session.scalars(select(Item)))


def texts(answer) -> list[str]:
    if answer.data.startswith(b"PK"):
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
            return [parts.read(name).decode() for name in parts.namelist()]
    return [TOKENS.sub(r"\1", answer.get_data(as_text=True)), str(answer.headers)]


@pytest.fixture
def walked() -> None:
    """Asks that everything be read before anybody reports, too."""


@pytest.fixture
def story(
    request: pytest.FixtureRequest,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Told]:
    """Told through the pages: reported at 10:17, looked into the next day, verified, raised, answered by nobody, escalated."""
    world.at("2019-12-10T06:00Z")
    houses: dict[str, int] = {
        "Mission": world.cimic.audience.organisation_id,
        "OCHA": world.officer.audience.organisation_id,
    }
    for name in ("Secours-Zqx", "Badenya-Zq"):
        houses[name] = world._organisation(name, "humanitarian")
    for who, (house, role) in ROLES.items():
        function = {"Mission": "desk", "OCHA": "support"}.get(house, "focal_point")
        world._person(who, houses[house], function, {role}, language="en")
    world._person(NAME, houses[HOUSE], "focal_point", {roles.SUBMITTER}, language="en")
    with transaction() as session:
        for account in session.scalars(select(Account)):
            account.joined_at = world.now
    world.ngo.files(make.distribution("Gossi", "20 Dec 09:00-15:00"))
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    log.configure("DEBUG")
    told = Told(world)
    world.at("2019-12-10T10:17:33Z")
    if "walked" in request.fixturenames:
        told.before = told.counted()
    told.cells = dict(holding())
    told.heard = len(world.sink.mailboxes.all())
    told.last = max(db.session.scalars(select(AuditEntry.id)))
    capsys.readouterr()
    reporter = signed_in(world.app, world.actors[NAME].person_id)
    reporter.get("/aid-reports/new")
    told.answer = reporter.post("/aid-reports/new", FORM)
    told.own = told.answer.location.rpartition("/")[2]
    reporter.get(told.answer.location)
    world.turn()
    told.reference = row().reference
    world.at("2019-12-11T09:00Z")
    world.turn()
    officer = signed_in(world.app, world.officer.person_id)
    act(told, officer, "take")
    act(told, officer, "source", **{"source-kind": "residents", "source-organisation": ""})
    act(told, officer, "verify")
    act(told, officer, "raise")
    world.at("2019-12-30T09:00Z")
    world.turn()
    act(told, signed_in(world.app, world.ocha_head.person_id), "escalate")
    yield told
    log.configure("INFO")
    logging.disable(logging.NOTSET)
    world.read_everything()


def act(told: Told, browser: Visitor, do: str, **more: str) -> None:
    answer = browser.post(f"/aid-reports/{told.reference}/act", {"do": do, "version": str(row().version), **more})
    assert answer.status_code == 303, (do, answer.text[:2000])
    told.world.turn()


def row() -> Procedure:
    look_again()
    return db.session.scalars(select(Procedure).where(Procedure.noun == Noun.AID_REPORT)).one()


def holding() -> Iterator[tuple[str, int]]:
    """By table and column: how many cells hold the reporter's name or house, or what he typed."""
    found: dict[str, int] = {}
    for where, stored in raw.cells():
        if NAME.lower() in stored.lower() or HOUSE.lower() in stored.lower() or WORDS in stored:
            found[where] = found.get(where, 0) + 1
    yield from found.items()


def test_nobody_but_the_cmcoord_officer_reads_who_reported(walked: None, story: Told) -> None:
    assert (row().state, story.answer.status_code) == ("escalated", 303)
    after = story.counted()
    more = {key for key, count in after.items() if count > story.before.get(key, 0) and key[0] != NAME}
    file = f"/aid-reports/{story.reference}"
    assert more == {("officer", file), ("deputy", file)}  # both are CMCoord
    assert len([1 for _account, where in after if where == file]) == len(story.accounts())


def test_the_reporter_finds_his_own_and_his_colleagues_do_not(story: Told) -> None:
    for account, actor in story.accounts():
        browser = signed_in(story.world.app, actor.person_id)
        status = browser.get(f"/aid-reports/own/{story.own}").status_code
        assert status == (200 if account == NAME else 404), account
    own = signed_in(story.world.app, story.world.actors[NAME].person_id).get(f"/aid-reports/own/{story.own}")
    assert WORDS in own.text
    assert story.reference not in own.text


def test_the_mission_reads_place_day_and_kind_and_nothing_in_his_words(story: Told) -> None:
    browser = signed_in(story.world.app, story.world.cimic.person_id)
    for page in ("", "/letters"):
        text = browser.get(f"/aid-reports/{story.reference}{page}").text
        assert "Gossi" in text
        for never in (WORDS, story.own, "Own staff saw", "Tension", "10:17", "People who live there"):
            assert never not in text, (page, never)


def test_heads_read_the_report_and_neither_its_maker_nor_its_hour_nor_how_it_is_known(story: Told) -> None:
    for head in ("sub_office_head", "ocha_head"):
        text = (
            signed_in(story.world.app, story.world.actors[head].person_id).get(f"/aid-reports/{story.reference}").text
        )
        assert WORDS in text
        for never in ("10:17", "Own staff saw", "Son personnel", "People who live there", "habitants"):
            assert never not in text


def test_no_row_names_him_in_the_clear_nor_tells_his_hour(story: Told) -> None:
    grown = {where: n for where, n in holding() if n > story.cells.get(where, 0)}
    assert grown == {}
    who = story.world.actors[NAME].audience
    found = row()
    assert (found.made_by_id, found.owner_id) == (None, None)
    assert found.sealed()["person_id"] == who.person_id  # whoever has the keys may open it
    steps = db.session.scalars(select(ProcedureStep).where(ProcedureStep.procedure_id == found.id))
    assert [step.actor_id for step in steps if step.event == "begin"] == [None]
    midnight = datetime(2019, 12, 10, tzinfo=UTC)
    assert found.made_at == midnight


def test_the_audit_holds_a_hash_and_nobody(story: Told) -> None:
    who = story.world.actors[NAME].audience
    look_again()
    entries = [e for e in db.session.scalars(select(AuditEntry)) if e.id > story.last]
    about = [entry for entry in entries if entry.noun == "aid_report"]
    assert {entry.verb for entry in about} >= {"begin", "protect", "take", "verify", "raise", "escalate"}
    assert who.person_id not in {entry.actor_id for entry in entries}
    assert who.organisation_id not in {entry.organisation_id for entry in entries}
    (kept,) = [entry for entry in about if entry.verb == "protect"]
    assert re.fullmatch(r"[0-9a-f]{16}", kept.detail["who"])
    made = [entry.at for entry in about if entry.verb in ("begin", "protect")]
    assert set(made) == {datetime(2019, 12, 10, tzinfo=UTC)}
    assert str(who.person_id) not in [str(value) for entry in about for value in entry.detail.values()]


def test_no_letter_goes_to_him_and_none_leaves_in_the_hour_in_which_he_wrote(story: Told) -> None:
    look_again()
    since = (Letter.kind == "procedure_waits") & (Letter.queued_at >= datetime(2019, 12, 10, 10, 17, 33, tzinfo=UTC))
    letters = list(db.session.scalars(select(Letter).where(since).order_by(Letter.id)))
    assert letters
    assert story.world.actors[NAME].person_id not in {letter.person_id for letter in letters}
    assert min(letter.queued_at for letter in letters) >= datetime(2019, 12, 11, 7, tzinfo=UTC)
    for box in story.world.sink.mailboxes.all():
        assert not [text for text in box.unread if NAME in str(text) or HOUSE in str(text)]


def test_no_log_line_names_him(story: Told, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert lines
    for line in lines:
        assert not [word for word in (NAME, HOUSE, WORDS, story.own) if word in line], line
        assert "person" not in json.loads(line)


def test_his_name_in_his_own_words_is_refused(story: Told) -> None:
    reporter = signed_in(story.world.app, story.world.actors[NAME].person_id)
    for words in (f"Nous, {HOUSE}, avons vu", f"vu par {NAME.lower()}"):
        answer = reporter.post("/aid-reports/new", FORM | {"kind": "cash", "description": words, "_key": "8" * 32})
        assert answer.status_code == 422
        assert "Leave out who you are" in answer.text
    taken = reporter.post("/aid-reports/new", FORM | {"kind": "cash", "description": "vu hier", "_key": "8" * 32})
    assert taken.status_code == 303
