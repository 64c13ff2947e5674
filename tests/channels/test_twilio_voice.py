"""Calls: what is said, twice, in which voice; one key answers, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from contract import NOW, ListContract, ListRig
from fakes.twilio_network import SENDER, SignedHook, TwilioNetwork
from twilio_rig import BASE, TO, Settings, call_rig_of, hook

from deconflict.channels.port import (
    BadSignature,
    Code,
    Conversing,
    Outgoing,
    Pressed,
    Receipt,
    SendFailed,
    Status,
)
from deconflict.channels.recordings import LETTERS, recordings_in
from deconflict.channels.texts import Voice, render_voice, voice_words
from deconflict.channels.twilio_voice import TwilioVoice, from_settings

STATUS_HOOK = BASE + "/hooks/twilio_voice/status/t0k3n"
KEY_HOOK = BASE + "/hooks/twilio_voice/key/t0k3n"


@pytest.fixture
def rig(network: TwilioNetwork) -> ListRig:
    return call_rig_of(network)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Everything in Bambara, and its letters but one."""
    folder = tmp_path / "voice"
    (folder / "bm").mkdir(parents=True)
    for part in (*Voice, *LETTERS.values()):
        if part != "letter_z":
            (folder / "bm" / f"{part}.mp3").write_bytes(b"ID3")
    return folder


class TestTwilioCallsKeepTheContract(ListContract):
    pass


def call(lang: str = "fr", reference: str = "4F7K2", event: str = "team_critical") -> Outgoing:
    text, script = render_voice(event, lang, reference=reference)
    return Outgoing(
        message_id=1,
        to=TO,
        text=text,
        script=script,
        useful_until=NOW + timedelta(hours=3),
        callback_token="t0k3n",
    )


def answer(channel: TwilioVoice, signed: SignedHook) -> tuple[str, ElementTree.Element]:
    """The media type and the TwiML that a hook is answered with."""
    told = channel.answer(hook(signed), channel.read_hook(hook(signed)))
    return told.mimetype, ElementTree.fromstring(told.body)


def test_a_call_says_its_words_twice_and_waits_for_one_key(rig: ListRig, network: TwilioNetwork) -> None:
    reference = rig.channel.send(call(), NOW)
    sent = network.last_call_to(TO)
    said = network.said(sent)
    assert sent.sid == reference
    assert said.turns == ((("Say", call().text, "fr-FR"),),) * 2
    assert said.action == KEY_HOOK + "?l=fr"
    assert said.keys == 1
    form = dict(sent.form)
    assert form.pop("Twiml")
    assert form == {
        "To": TO,
        "From": SENDER,
        "Timeout": "40",
        "TimeLimit": "180",
        "StatusCallback": STATUS_HOOK + "#rc=2&rp=ct,rt,5xx",
        "MachineDetection": "Enable",
        "AsyncAmd": "true",
        "AsyncAmdStatusCallback": STATUS_HOOK + "#rc=2&rp=ct,rt,5xx",
    }


@pytest.mark.parametrize(("lang", "spoken"), [("fr", "fr-FR"), ("en", "en-GB"), ("bm", "fr-FR")])
def test_a_language_no_machine_speaks_is_read_out_in_french(
    rig: ListRig, network: TwilioNetwork, lang: str, spoken: str
) -> None:
    rig.channel.send(call(lang), NOW)
    assert {language for _, _, language in network.said(network.last_call_to(TO)).turns[0]} == {spoken}


def test_what_is_recorded_is_played(network: TwilioNetwork, recorded: Path) -> None:
    channel = TwilioVoice(Settings(network.base_url, voice_folder=recorded))
    channel.send(call("bm"), NOW)
    said = network.said(network.last_call_to(TO))
    names = ["voice_team_urgent", "letter_4", "letter_f", "letter_7", "letter_k", "letter_2", "voice_keys"]
    assert said.turns == (tuple(("Play", f"{BASE}/hooks/recordings/bm/{name}.mp3", "") for name in names),) * 2
    assert said.action == KEY_HOOK + "?l=bm"


def test_a_letter_that_was_not_recorded_is_read_out_with_the_others(network: TwilioNetwork, recorded: Path) -> None:
    channel = TwilioVoice(Settings(network.base_url, voice_folder=recorded))
    channel.send(call("bm", reference="4Z7"), NOW)
    verbs = [(verb, text.rpartition("/")[2]) for verb, text, _ in network.said(network.last_call_to(TO)).turns[0]]
    assert verbs == [("Play", "voice_team_urgent.mp3"), ("Say", "4, Z, 7"), ("Play", "voice_keys.mp3")]


def test_words_that_look_like_markup_are_only_words(rig: ListRig, network: TwilioNetwork) -> None:
    nasty = "</Say><Dial>+22370000002</Dial> & <Hangup/>"
    rig.channel.send(replace(call(), text=nasty), NOW)
    assert network.said(network.last_call_to(TO)).turns[0] == (("Say", nasty, "fr-FR"),)


def test_every_call_fits_what_twilio_takes(rig: ListRig, network: TwilioNetwork, recorded: Path) -> None:
    for channel in (rig.channel, TwilioVoice(Settings(network.base_url, voice_folder=recorded))):
        for lang in ("fr", "en", "bm"):
            channel.send(replace(call(lang, "4F7K2WQ8"), callback_token="t" * 43), NOW)
            assert len(network.last_call_to(TO).form["Twiml"]) <= 4000


def test_a_key_is_read_and_answered(rig: ListRig, network: TwilioNetwork) -> None:
    channel = rig.channel
    assert isinstance(channel, Conversing)
    assert isinstance(channel, TwilioVoice)
    reference = channel.send(call("en"), NOW)
    for key in "129":
        pressed = network.press(network.last_call_to(TO), key)
        assert channel.read_hook(hook(pressed)) == Pressed(reference, key)
        kind, told = answer(channel, pressed)
        assert kind == "text/xml"
        assert [(verb.tag, verb.text) for verb in told] == [("Say", voice_words(Voice.THANKS, "en")), ("Hangup", None)]
        assert told[0].get("language") == "en-GB"


def test_a_key_without_a_meaning_is_asked_for_again(rig: ListRig, network: TwilioNetwork) -> None:
    channel = rig.channel
    assert isinstance(channel, TwilioVoice)
    channel.send(call(), NOW)
    pressed = network.press(network.last_call_to(TO), "5")
    _, told = answer(channel, pressed)
    (gather,) = told
    assert (gather.tag, gather.get("action"), gather.get("numDigits")) == ("Gather", pressed.url, "1")
    assert gather[0].text == voice_words(Voice.KEYS, "fr")


def test_after_a_recorded_call_the_thanks_are_recorded_too(network: TwilioNetwork, recorded: Path) -> None:
    channel = TwilioVoice(Settings(network.base_url, voice_folder=recorded))
    channel.send(call("bm"), NOW)
    _, told = answer(channel, network.press(network.last_call_to(TO), "1"))
    assert (told[0].tag, told[0].text) == ("Play", f"{BASE}/hooks/recordings/bm/voice_thanks.mp3")


def test_what_became_of_a_call_is_told_in_our_words(rig: ListRig, network: TwilioNetwork) -> None:
    sid = rig.channel.send(call(), NOW)
    sent = network.last_call_to(TO)
    words = ("queued", "ringing", "in-progress", "completed", "busy", "no-answer", "canceled", "failed", "teleported")
    assert [rig.channel.read_hook(hook(signed)) for signed in network.receipts(sent, *words)] == [
        Receipt(sid, Status.QUEUED),
        Receipt(sid, Status.QUEUED),
        Receipt(sid, Status.SENT),
        Receipt(sid, Status.DELIVERED),
        Receipt(sid, Status.FAILED, Code.UNREACHABLE),
        Receipt(sid, Status.FAILED, Code.UNREACHABLE),
        Receipt(sid, Status.FAILED, Code.PROVIDER),
        Receipt(sid, Status.FAILED, Code.PROVIDER),
        Receipt(sid, Status.QUEUED),
    ]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("human", Status.QUEUED),
        ("unknown", Status.QUEUED),
        ("machine_start", Status.FAILED),
        ("machine_end_beep", Status.FAILED),
        ("fax", Status.FAILED),
    ],
)
def test_an_answering_machine_is_nobody(rig: ListRig, network: TwilioNetwork, who: str, status: Status) -> None:
    sid = rig.channel.send(call(), NOW)
    heard = rig.channel.read_hook(hook(network.heard(network.last_call_to(TO), who)))
    assert heard == Receipt(sid, status, Code.UNREACHABLE if status is Status.FAILED else None)
    network.becomes(network.last_call_to(TO), "completed", answered_by=who)
    found = rig.channel.status_of(sid, NOW)
    assert found is not None
    assert found.status is (Status.FAILED if status is Status.FAILED else Status.DELIVERED)


def test_a_key_nobody_signed_is_refused(rig: ListRig, network: TwilioNetwork) -> None:
    rig.channel.send(call(), NOW)
    pressed = network.press(network.last_call_to(TO), "1")
    moved = replace(pressed, url=pressed.url.replace("t0k3n", "another"))
    retyped = replace(pressed, form={**pressed.form, "Digits": "2"})
    for forged in (pressed.forged(), pressed.unsigned(), moved, retyped):
        with pytest.raises(BadSignature):
            rig.channel.read_hook(hook(forged))


@pytest.mark.parametrize("form", [{"CallSid": "CA1"}, {"Digits": "1"}, {"CallSid": "CA1", "Digits": "12"}])
def test_a_signed_call_about_nothing_is_refused(rig: ListRig, network: TwilioNetwork, form: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        rig.channel.read_hook(hook(network.sign(KEY_HOOK, form)))


def test_of_two_calls_at_the_same_time_nobody_can_say_which_it_was(rig: ListRig, network: TwilioNetwork) -> None:
    first = rig.channel.send(call(), NOW)
    assert rig.channel.trace(call(), NOW, NOW) == Receipt(first, Status.QUEUED)
    second = rig.channel.send(call(), NOW)
    assert rig.channel.trace(call(), NOW, NOW) is None
    assert rig.channel.trace(replace(call(), others=frozenset({second})), NOW, NOW) == Receipt(first, Status.QUEUED)


def test_settings_that_cannot_call_are_named() -> None:
    here = Settings("http://127.0.0.1:1")
    with pytest.raises(ValueError, match="TWILIO_VOICE_FROM"):
        TwilioVoice(replace(here, twilio_voice_from="Carnet"))
    with pytest.raises(ValueError, match="TWILIO_AUTH_TOKEN"):
        TwilioVoice(replace(here, twilio_auth_token=""))
    assert from_settings(replace(here, twilio_voice_from="")) is None
    assert from_settings(replace(here, twilio_account_sid="")) is None
    assert not TwilioVoice(here).two_way


def test_recordings_are_known_by_name_and_nothing_else_is_served(recorded: Path) -> None:
    recordings = recordings_in(recorded)
    assert recordings.knows("bm")
    assert not recordings.knows("fr")
    assert recordings.file("bm", "voice_keys.mp3") == recorded / "bm" / "voice_keys.mp3"
    for language, name in (
        ("bm", "voice_keys.wav"),
        ("bm", "../bm/voice_keys.mp3"),
        ("..", "x"),
        ("fr", "voice_keys.mp3"),
    ):
        assert recordings.file(language, name) is None


def test_a_folder_without_recordings_has_none(tmp_path: Path) -> None:
    assert not recordings_in(tmp_path / "voice").knows("fr")


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("bm/voice_taem.mp3", "no call plays this"),
        ("bm/voice_team.ogg", "no call plays this"),
        ("bm/voice_team.wav", "recorded twice"),
        ("ff/voice_team.mp3", "ff/voice_keys.mp3: is missing"),
    ],
)
def test_a_wrong_recording_stops_the_start_and_is_named(recorded: Path, made: str, told: str) -> None:
    (recorded / made).parent.mkdir(exist_ok=True)
    (recorded / made).write_bytes(b"x")
    with pytest.raises(ValueError, match=told):
        TwilioVoice(Settings("http://127.0.0.1:1", voice_folder=recorded))


def test_a_call_without_a_usable_number_is_not_made(rig: ListRig, network: TwilioNetwork) -> None:
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(replace(call(), to="+223"), NOW)
    assert (caught.value.retryable, caught.value.code) == (False, Code.BAD_ADDRESS)
