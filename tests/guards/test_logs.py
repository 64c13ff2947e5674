"""Logs carry references, never what they stand for: everything runs with planted values, and no line holds one."""

from __future__ import annotations

import json
import logging

import databases
import make
import pytest
import structlog
from fakes.smtp_sink import MailFault, SmtpSink
from fakes.twilio_network import Fault, TwilioNetwork
from planted import PlantedWorld, Visitor, look_again, planted_world, signed_in, tell_the_time
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from world import make_app

from deconflict import log
from deconflict.services.filing import mark_due
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, transaction
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Organisation

FAKES = ("mail.log", "asyncio", "aiosmtpd", "faker")  # what the fake servers say of themselves is not ours

DAMAGE = {
    "a place": {"stops": [{"location": {"point": ["Zaba-secret", "x"]}, "arrive": None, "depart": None}]},
    "a level": {"stops": [], "level": "Zaba-secret"},
    "a field": {"stops": [], "level": "redacted", "Zaba-secret": 1},
}


@pytest.fixture
def lines(capsys, monkeypatch):
    """Every line written so far, as our own handler prints it, at the chattiest level there is."""
    for name in FAKES:
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)

    def read():
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        # The clock of the log and its stopwatch are not what was filed.
        return [{k: v for k, v in line.items() if k not in ("timestamp", "took_ms")} for line in found]

    return read


@pytest.fixture
def house(tmp_path, lines):
    """The planted world, with its network and its mail server still running."""
    with TwilioNetwork() as network, SmtpSink() as sink:
        app = make_app(f"sqlite:///{tmp_path}/test.db", network, sink)
        log.configure("DEBUG")
        with app.app_context():
            yield planted_world(app, network, sink)
            db.session.remove()
            db.engine.dispose()
        log.configure("INFO")


def secrets_of(world: PlantedWorld) -> list[str]:
    """All planted values but references, which logs may name; and the codes and links of every alert."""
    look_again()
    alerts = db.session.scalars(select(Alert)).all()
    tokens = db.session.scalars(select(Message.token)).all()
    values = [plant.value for plant in world.plants if "reference" not in plant.what]
    return [*values, *tokens, *(alert.link for alert in alerts), *(f" {alert.code}." for alert in alerts)]


def told(world: PlantedWorld, written: list[dict], *more: str) -> list[tuple[str, str]]:
    """Each secret, and `more`, that stands in a line of the log, with that line."""
    assert written, "nothing was logged, so nothing is proved"
    texts = [json.dumps(line, ensure_ascii=False) for line in written]
    return [(value, text) for value in (*secrets_of(world), *more) for text in texts if value in text]


def test_filing_matching_asking_and_telling_write_nothing_of_it(house, lines):
    house.forward("3h")
    logging.getLogger("deconflict").info("the log works")
    assert told(house, lines()) == []


def test_failing_texts_and_mails_are_told_without_address_and_without_words(house, lines):
    lines()
    faults = [Fault.ERROR, Fault.BARE_ERROR, Fault.RESET_AFTER_ACCEPT, Fault.GARBAGE, Fault.NO_SID]
    for n, (fault, mail_fault) in enumerate(zip(faults, MailFault, strict=False)):
        house.network.breaks(fault, times=3, status=400 if n % 2 else 500, code=21211)
        house.sink.breaks(mail_fault, times=3)
        house.meeting(f"failing{n}", (13.0 + n / 10, -3.0), make.Level.REDACTED, make.Level.REDACTED, 20 + n)
        house.forward("10m")
        house.network.mend()
        house.sink.mend()
    look_again()
    assert db.session.scalars(select(Message).where(Message.error.is_not(None))).all()
    logging.getLogger("deconflict").info("the log works")
    assert told(house, lines()) == []


def test_pages_write_the_rule_and_not_the_address(house, lines, monkeypatch):
    tell_the_time(house.app, monkeypatch, lambda: house.now)
    link = house.alerts("")[0].link
    token = db.session.scalars(select(Message.token)).first()
    lines()
    stranger = Visitor(house.app)
    stranger.get(f"/a/{link}")
    stranger.post(f"/a/{link}")
    stranger.get("/join?token=1.Zaba-secret")
    stranger.get("/Zaba-secret/of/a/path")
    stranger.post("/k", {"code": "Zaba-secret 4821"})
    stranger.post("/login", {"email": "Zaba-secret@people.example", "password": "Zaba-secret-1"})
    stranger.post(f"/hooks/twilio/status/{token}", {"MessageSid": "Zaba-secret"})
    ngo, officer = (signed_in(house.app, house.actors[name].person_id) for name in ("Fanta-zq", "Offa-zq"))
    ngo.get("/notices?Zaba-secret=1")
    ngo.post("/notices/new", {"_do": "review", "stops-0-place": "Zaba-secret", "_stops": "1"})
    ngo.get(f"/notices/{house.items['both-n']}")
    ngo.post("/places/search", {"q": "Zaba-secret"})
    ngo.post("/notices/new", {"_do": "map-0", "stops-0-place": "Zaba-secret", "_stops": "1"})
    at = {"_map": "0", "_zoom": "4", "_centre": "13.131313 -3.131313", "_at.x": "Zaba-secret", "_at.y": "9"}
    ngo.post("/notices/new", {**at, "stops-0-place": "13.1313, -3.1313", "_stops": "1"})
    ngo.post("/notices/new", {"_do": "large", "stops-0-place": "13.1313, -3.1313", "_stops": "1"})
    officer.post("/desk/find", {"find": "Zaba-secret"})
    ngo.post("/ours/find", {"find": "Zaba-secret"})
    officer.get(f"/desk/{house.cases_by['both'].reference}?blind=Zaba-secret")
    written = lines()
    assert {line.get("path") for line in written} >= {"/a/<link>", "/join", "/notices/new", "/notices/<reference>"}
    assert told(house, written, "Zaba-secret", "13.13", link, token) == []


def test_a_page_that_breaks_writes_where_and_not_what(house, lines, monkeypatch):
    tell_the_time(house.app, monkeypatch, lambda: house.now)
    house.app.testing = False
    house.app.config["PROPAGATE_EXCEPTIONS"] = False
    with transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == house.items["both-n"])).one()
        session.execute(update(ItemVersion).where(ItemVersion.item_id == item.id).values(plates="not sealed"))
        session.execute(
            ItemVersion.__table__.update().where(ItemVersion.item_id == item.id).values(filing={"filed": "notice"})
        )
    lines()
    browser = signed_in(house.app, house.actors["Fanta-zq"].person_id)
    statuses = [browser.get(f"/notices/{house.items['both-n']}{page}").status_code for page in ("", "/filed", "/amend")]
    assert set(statuses) <= {422, 500}
    assert told(house, lines()) == []


@pytest.mark.parametrize("what", DAMAGE)
def test_a_filing_that_cannot_be_read_is_named_by_its_number(house, lines, what):
    lines()
    with transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == house.items["full-n"])).one()
        damaged = {"filed": "notice", "kind": "TRANSIT_STAFF", "level": "redacted", **DAMAGE[what]}
        session.execute(update(ItemVersion).where(ItemVersion.item_id == item.id).values(filing=damaged))
        mark_due(session, item, "test", house.now)
        number = item.id
    house.turn()
    written = lines()
    assert any(line.get("item") == number and "exception" in line for line in written)
    assert told(house, written, "Zaba-secret") == []


def test_a_row_that_the_database_refuses_is_not_quoted(lines, tmp_path):
    """PostgreSQL answers with the whole row, whatever SQLAlchemy was told to hide."""
    url = databases.fresh("postgres", tmp_path)
    app = make_app(url, None, None)
    log.configure("INFO")
    with app.app_context():
        try:
            with transaction() as session:
                session.add(Organisation(name="Zaba-secret", side=None))
        except IntegrityError:
            structlog.get_logger("deconflict").exception("failed")
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)
    (line,) = [line for line in lines() if line.get("event") == "failed"]
    assert "NotNullViolation" in line["exception"]
    assert "Zaba-secret" not in line["exception"]


def test_the_check_above_finds_what_is_written(house, lines):
    """A log that would print a value as it is."""
    lines()
    value = next(plant.value for plant in house.plants if plant.what == "overnight")
    logging.getLogger("deconflict").warning("they sleep at %s", value)
    with pytest.raises(AssertionError):
        assert told(house, lines()) == []
