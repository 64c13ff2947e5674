"""Calls, keys, boxes and counters over the real pages: a phone rings, a key answers, a card is read, and what is forged is
counted."""

from __future__ import annotations

import shutil
from xml.etree import ElementTree

import databases
import make
import pytest
from fakes.sim_box import SimBox
from fakes.sms_gateway import HOOK_SECRET, TOKEN, SmsGateway
from fakes.twilio_network import SENDER, TwilioNetwork
from planted import Visitor, look_again, tell_the_time
from sqlalchemy import select
from world import World, settings_for

from deconflict import create_app
from deconflict.channels.recordings import LETTERS
from deconflict.channels.texts import Voice
from deconflict.domain.states import AlertState, MessageState
from deconflict.settings import ROOT, SettingsError
from deconflict.store.alerts import Acknowledgement, Alert, Message, Receipt
from deconflict.store.base import Base, db, lookup_hash, transaction
from deconflict.store.counters import counts
from deconflict.store.people import Person

NEAR_BANKASS = (14.0800, -3.5120)
KEY = "http://127.0.0.1:8000/hooks/twilio_voice/key/"


@pytest.fixture
def network():
    """One of its own: what one story broke is another's."""
    with TwilioNetwork() as running:
        yield running


@pytest.fixture
def profile(tmp_path):
    """A mission with recordings in Bambara."""
    folder = tmp_path / "missions"
    shutil.copytree(ROOT / "config/missions/mali-minusma", folder / "mali-minusma")
    spoken = folder / "mali-minusma" / "voice" / "bm"
    spoken.mkdir(parents=True)
    for part in (*Voice, *LETTERS.values()):
        (spoken / f"{part}.mp3").write_bytes(b"ID3" + part.encode())
    return folder


@pytest.fixture(params=databases.KINDS)
def house(request, tmp_path, network, mail, profile):
    """`house(**settings)` -> a world whose phones may be called."""
    url = databases.fresh(request.param, tmp_path)
    apps = []

    def build(**more):
        app = create_app(settings_for(url, network, mail, missions_folder=profile, **more))
        app.testing = True
        context = app.app_context()
        context.push()
        apps.append(context)
        Base.metadata.create_all(db.engine)
        world = World(app, network, mail)
        network.clock = lambda: world.now
        return world

    yield build
    for context in apps:
        db.session.remove()
        db.engine.dispose()
        context.pop()
    databases.drop(url)


@pytest.fixture
def world(house):
    return house(twilio_voice_from=SENDER)


@pytest.fixture
def called(world, provider):
    """The duty officer's text did not arrive, so his phone rings. The call."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.expects("URGENT")
    number = world.officer.phone.address
    (hook,) = world.network.receipts(world.network.last_to(number), "undelivered", code=30003)
    assert post(provider, hook).status_code == 200
    world.turn(2)
    return world.network.last_call_to(number)


def post(provider, hook):
    answer = provider.post(hook.path, hook.form, headers=hook.headers)
    assert "Set-Cookie" not in answer.headers
    return answer


def answers():
    look_again()
    return [
        (row.method, row.answer) for row in db.session.scalars(select(Acknowledgement).order_by(Acknowledgement.id))
    ]


def alert_of(call):
    look_again()
    token = call.callback.rpartition("/")[2]
    return db.session.scalars(select(Alert).join(Message).where(Message.token == token)).one()


def refused():
    look_again()
    return counts(db.session, "hook_refused")


def test_a_phone_that_got_no_text_rings_says_the_reference_and_one_key_acknowledges(world, called, provider):
    assert "Message urgent" in world.network.handset(called.to).expects(", ".join(world.case.reference))
    assert alert_of(called).state == AlertState.OWED
    answer = post(provider, world.network.press(called, "1"))
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert ElementTree.fromstring(answer.data)[0].text == "Merci. C'est noté."
    assert answers() == [("voice_key", "received")]
    assert alert_of(called).state == AlertState.ACKNOWLEDGED


@pytest.fixture
def rings_at_once(profile):
    """A step of the desk's ladder that is rung as well as written to."""
    sop = profile / "mali-minusma" / "sop.toml"
    first = 'ladder = "ocha"\nid = "first"\nat_share = 0\nto = ["duty"]\nchannels = ["sms", "email"]'
    text = sop.read_text(encoding="utf-8")
    assert first in text
    sop.write_text(text.replace(first, first.replace('"sms", "email"', '"sms", "voice", "email"')), encoding="utf-8")


def critical(world):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.expects("URGENT")


def test_a_step_may_ring_and_write_at_once_and_one_key_answers_for_both(rings_at_once, house, monkeypatch):
    world = house(twilio_voice_from=SENDER)
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    critical(world)
    call = world.network.last_call_to(world.officer.phone.address)
    assert post(Visitor(world.app), world.network.press(call, "1")).status_code == 200
    assert alert_of(call).state == AlertState.ACKNOWLEDGED


def test_where_nothing_carries_calls_the_text_is_enough(rings_at_once, house):
    world = house()
    critical(world)
    look_again()
    (alert,) = [alert for alert in world.alerts("desk") if alert.person_id == world.officer.person_id]
    assert (alert.state, alert.unreached_at) == (AlertState.OWED, None)
    assert {message.channel: message.state for message in alert.messages} == {
        "sms": "sent",
        "email": "sent",
        "voice": "failed",
    }


def test_whoever_speaks_a_recorded_language_is_called_in_it(world, provider):
    with transaction() as session:
        session.get_one(Person, world.officer.person_id).spoken = "bm"
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    number = world.officer.phone.address
    (hook,) = world.network.receipts(world.network.last_to(number), "undelivered", code=30003)
    post(provider, hook)
    world.turn(2)
    letters = [f"letter_{letter.lower()}.mp3" for letter in world.case.reference]
    words = " ".join(["voice_desk_urgent.mp3", *letters, "voice_keys.mp3"])
    assert world.network.handset(number).texts == [words]
    for name in words.split():
        assert provider.get(f"/hooks/recordings/bm/{name}").status_code == 200


@pytest.mark.parametrize(
    ("key", "answer", "state"),
    [("2", "cannot_comply", AlertState.OWED), ("9", "wrong_person", AlertState.OWED)],
)
def test_another_key_says_something_else(world, called, provider, key, answer, state):
    """A duty officer who cannot act on it does not keep the word from the next."""
    post(provider, world.network.press(called, key))
    assert answers() == [("voice_key", answer)]
    assert alert_of(called).state == state


def test_a_key_without_a_meaning_says_nothing_and_is_asked_for_again(world, called, provider):
    answer = post(provider, world.network.press(called, "5"))
    assert answer.status_code == 200
    assert "<Gather" in answer.text
    assert answers() == []


def test_ten_copies_of_a_key_are_one_answer(world, called, provider):
    hook = world.network.press(called, "1")
    assert {post(provider, hook).status_code for _ in range(10)} == {200}
    assert answers() == [("voice_key", "received")]


def test_a_call_that_was_only_picked_up_acknowledges_nothing(world, called, provider):
    for hook in (*world.network.receipts(called, "in-progress", "completed"), world.network.heard(called, "human")):
        assert post(provider, hook).status_code == 200
    look_again()
    token = called.callback.rpartition("/")[2]
    assert db.session.scalars(select(Message.state).where(Message.token == token)).one() == MessageState.DELIVERED
    assert answers() == []


def test_a_forged_key_is_turned_away_and_counted(world, called, provider):
    hook = world.network.press(called, "1")
    moved = world.network.sign(KEY + "x" * 32, hook.form)
    assert [post(provider, one).status_code for one in (hook.forged(), hook.unsigned())] == [403, 403]
    assert provider.post(hook.path, hook.form, headers=moved.headers).status_code == 403
    assert provider.post("/hooks/pigeon/status/abc", {}).status_code == 403
    assert provider.post("/hooks/owl/reply", {}).status_code == 403
    assert refused() == {"twilio_voice": 3, "unknown": 2}
    assert answers() == []


def test_a_key_for_a_call_nobody_knows_is_answered_like_any_other(world, called, provider):
    hook = world.network.press(called, "1")
    stranger = world.network.sign(KEY + "x" * 32 + "?l=fr", hook.form)
    told, known = post(provider, stranger), post(provider, hook)
    assert (told.status_code, told.text, told.mimetype) == (known.status_code, known.text, known.mimetype)
    assert answers() == [("voice_key", "received")]


@pytest.mark.parametrize("path", ["/hooks/twilio/status/abc", "/hooks/twilio/reply", "/hooks/twilio_voice/key/abc"])
def test_a_body_nobody_needs_is_not_read_to_its_end(world, provider, path):
    answer = provider.post(path, {"MessageSid": "SM1", "Body": "x" * 20_000})
    assert (answer.status_code, answer.data) == (403, b"")
    assert sum(refused().values()) == 1


def test_recordings_are_served_by_name_and_nothing_else(world, provider):
    answer = provider.get("/hooks/recordings/bm/voice_keys.mp3")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "audio/mpeg", b"ID3voice_keys")
    for path in ("bm/voice_keys.wav", "fr/voice_keys.mp3", "bm/..%2f..%2fmission.toml", "bm/mission.toml", "bm/x"):
        assert provider.get(f"/hooks/recordings/{path}").status_code == 404


def test_a_wrong_recording_stops_the_start(world, profile, network, mail):
    (profile / "mali-minusma" / "voice" / "bm" / "voice_taem.mp3").write_bytes(b"x")
    settings = settings_for(
        "sqlite:////nonexistent/x.db", network, mail, missions_folder=profile, twilio_voice_from=SENDER
    )
    with pytest.raises(SettingsError, match="voice_taem"):
        create_app(settings)


def test_a_sender_nobody_can_answer_and_answers_expected_stop_the_start(profile, network, mail):
    path = profile / "mali-minusma" / "mission.toml"
    expected = path.read_text(encoding="utf-8").replace("two_way_sms = false", "two_way_sms = true")
    one_way = {"twilio_messaging_service_sid": "", "twilio_from": "Carnet", "missions_folder": profile}
    settings = settings_for("sqlite:////nonexistent/x.db", network, mail, **one_way)
    assert create_app(settings)
    path.write_text(expected, encoding="utf-8")
    with pytest.raises(SettingsError, match="two_way_sms"):
        create_app(settings)


def test_a_card_in_this_machine_sends_tells_and_hears(house, tmp_path, monkeypatch):
    sim = SimBox(tmp_path)
    path = tmp_path / "missions" / "mali-minusma" / "mission.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("two_way_sms = false", "two_way_sms = true"), encoding="utf-8")
    world = house(sim_database=str(sim.path), channels=("sim",))
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    number = world.officer.phone.address
    said = sim.phone(number).expects("URGENT")
    world.officer.phone.expects_nothing()  # the other provider was not needed
    sim.becomes("DeliveryOK")
    world.turn()
    look_again()
    message = db.session.scalars(select(Message).where(Message.address_hash == lookup_hash(number))).one()
    assert (message.provider, message.state) == ("sim", MessageState.DELIVERED)
    assert sim.rows("sentitems") == []
    sim.answers(number, f"Reçu {said.rpartition('Code ')[2]}")
    world.turn()
    assert answers() == [("sms", "received")]
    assert sim.rows("inbox") == []


def test_a_gateway_that_calls_one_address_for_all_is_understood(house, tmp_path, monkeypatch):
    with SmsGateway() as gateway:
        description = tmp_path / "gateway.toml"
        description.write_text(gateway.description, encoding="utf-8")
        monkeypatch.setenv("GATEWAY_TOKEN", TOKEN)
        monkeypatch.setenv("GATEWAY_HOOK_SECRET", HOOK_SECRET)
        world = house(sms_gateway_file=str(description), channels=("local_sms",))
        tell_the_time(world.app, monkeypatch, lambda: world.now)
        world.at("2019-12-07T06:00Z")
        world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
        world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
        number = world.officer.phone.address
        gateway.phone(number).expects("URGENT")
        provider = world.app.test_client()
        taken = gateway.taken[-1]["id"]
        for reference, state in ((taken, "DELIVERED"), (taken, "DELIVERED"), ("g-of-nobody", "DELIVERED")):
            raw, headers = gateway.signed({"message": {"id": reference, "state": state}})
            answer = provider.post("/hooks/local_sms/status", data=raw, headers=headers)
            assert (answer.status_code, answer.data) == (200, b"")
        raw, headers = gateway.signed({"message": {"id": taken, "state": "UNDELIVERED"}})
        assert provider.post("/hooks/local_sms/status", data=raw + b" ", headers=headers).status_code == 403
        look_again()
        message = db.session.scalars(select(Message).where(Message.address_hash == lookup_hash(number))).one()
        assert (message.provider, message.state) == ("local_sms", MessageState.DELIVERED)
        assert [row.status for row in db.session.scalars(select(Receipt))] == ["delivered"]
        assert refused() == {"local_sms": 1}


def test_what_is_counted_only_rises_and_names_no_stranger(world):
    from deconflict.services.counting import count_refused_hook

    for _ in range(3):
        count_refused_hook("twilio")
    look_again()
    assert counts(db.session, "hook_refused") == {"twilio": 3}
    assert counts(db.session, "hook") == {}
    with transaction() as session:
        assert counts(session, "hook_refused") == {"twilio": 3}
