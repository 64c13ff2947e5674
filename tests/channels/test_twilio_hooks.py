from __future__ import annotations

import base64
import hashlib
import hmac
import random
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import pytest
from contract import NOW
from fakes.twilio_network import AUTH_TOKEN, TwilioNetwork
from twilio_rig import BASE, INBOUND, TO, Settings, hook

from deconflict.channels.port import BadSignature, Code, Hook, Outgoing, Receipt, Reply, Status
from deconflict.channels.twilio_sms import TwilioSms

OUTGOING = Outgoing(
    message_id=1, to=TO, text="File 4F7K2-1: log in.", useful_until=NOW + timedelta(hours=3), callback_token="t0k3n"
)


@pytest.fixture
def channel(network: TwilioNetwork) -> TwilioSms:
    return TwilioSms(Settings(network.base_url))


def test_receipts_are_told_in_our_words(channel: TwilioSms, network: TwilioNetwork) -> None:
    sid = channel.send(OUTGOING, NOW)
    sent = network.last_to(TO)
    words = ("accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled")
    read = [channel.read_hook(hook(signed)) for signed in network.receipts(sent, *words, code=30003)]
    assert read == [
        Receipt(sid, Status.QUEUED),
        Receipt(sid, Status.QUEUED),
        Receipt(sid, Status.QUEUED),
        Receipt(sid, Status.SENT),
        Receipt(sid, Status.DELIVERED),
        Receipt(sid, Status.FAILED, Code.UNREACHABLE),
        Receipt(sid, Status.FAILED, Code.UNREACHABLE),
        Receipt(sid, Status.FAILED, Code.PROVIDER),
    ]


def test_a_status_nobody_knows_moves_nothing(channel: TwilioSms, network: TwilioNetwork) -> None:
    sid = channel.send(OUTGOING, NOW)
    (signed,) = network.receipts(network.last_to(TO), "teleported")
    assert channel.read_hook(hook(signed)) == Receipt(sid, Status.QUEUED)


def test_shuffled_and_repeated_receipts_end_where_the_last_word_says(
    channel: TwilioSms, network: TwilioNetwork
) -> None:
    channel.send(OUTGOING, NOW)
    signed = network.receipts(network.last_to(TO), "queued", "sent", "delivered") * 2
    chance = random.Random(7)
    for _ in range(200):
        chance.shuffle(signed)
        status = Status.QUEUED
        for one in signed:
            receipt = channel.read_hook(hook(one))
            assert isinstance(receipt, Receipt)
            status = status.advanced_by(receipt.status)
        assert status is Status.DELIVERED


def test_a_reply_is_read_with_its_sender(channel: TwilioSms, network: TwilioNetwork) -> None:
    signed = network.reply(TO, "4F7K2 4821", INBOUND)
    assert channel.read_hook(hook(signed)) == Reply(TO, "4F7K2 4821", signed.form["MessageSid"])


@pytest.mark.parametrize("words", ["STOP", " stop ", "Cancel", "END.", "arrêt"])
def test_a_reply_that_cuts_the_phone_off_says_so(channel: TwilioSms, network: TwilioNetwork, words: str) -> None:
    reply = channel.read_hook(hook(network.reply(TO, words, INBOUND)))
    assert isinstance(reply, Reply)
    assert reply.opted_out


@pytest.mark.parametrize("words", ["START", " unstop "])
def test_a_reply_that_lets_messages_through_again_says_so(
    channel: TwilioSms, network: TwilioNetwork, words: str
) -> None:
    reply = channel.read_hook(hook(network.reply(TO, words, INBOUND)))
    assert isinstance(reply, Reply)
    assert (reply.opted_in, reply.opted_out) == (True, False)


def test_a_forged_or_altered_hook_is_refused(channel: TwilioSms, network: TwilioNetwork) -> None:
    signed = network.reply(TO, "4F7K2 4821", INBOUND)
    altered = {**signed.form, "Body": "4F7K2 4822"}
    wrong = [
        hook(signed.forged()),
        hook(signed.unsigned()),
        Hook(signed.url, altered, signed.headers),
        Hook(signed.url, {**signed.form, "Extra": "1"}, signed.headers),
        Hook(signed.url + "?x=1", signed.form, signed.headers),
        Hook(signed.url.replace("https", "http"), signed.form, signed.headers),
    ]
    for one in wrong:
        with pytest.raises(BadSignature):
            channel.read_hook(one)


def test_a_percent_encoded_address_is_checked_as_it_was_called(channel: TwilioSms, network: TwilioNetwork) -> None:
    signed = network.reply(TO, "1", INBOUND + "?to=d%C3%A9j%C3%A0&x=a%2Fb")
    assert isinstance(channel.read_hook(hook(signed)), Reply)


def test_both_tokens_are_good_while_they_are_rotated(network: TwilioNetwork) -> None:
    old, new = "the old token", "the new token"
    settings = Settings(network.base_url, twilio_auth_token=new, twilio_auth_token_previous=old)
    rotating, after = TwilioSms(settings), TwilioSms(replace(settings, twilio_auth_token_previous=""))
    by_old, by_new = (hook(network.reply(TO, "1", INBOUND, token=token)) for token in (old, new))
    for one in (by_old, by_new):
        assert isinstance(rotating.read_hook(one), Reply)
    assert isinstance(after.read_hook(by_new), Reply)
    with pytest.raises(BadSignature):
        after.read_hook(by_old)


def test_no_previous_token_does_not_mean_an_empty_one(channel: TwilioSms, network: TwilioNetwork) -> None:
    with pytest.raises(BadSignature):
        channel.read_hook(hook(network.reply(TO, "1", INBOUND, token="")))


def test_the_newer_signature_is_understood_too(channel: TwilioSms, network: TwilioNetwork) -> None:
    form = network.reply(TO, "1", INBOUND).form
    text = INBOUND + "".join(key + form[key] for key in sorted(form))
    signature = base64.b64encode(hmac.new(AUTH_TOKEN.encode(), text.encode(), hashlib.sha256).digest()).decode()
    headers = {"X-Twilio-Signature": signature, "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256"}
    assert isinstance(channel.read_hook(Hook(INBOUND, form, headers)), Reply)


@pytest.mark.parametrize("form", [None, {}])
def test_a_json_body_is_refused_and_not_an_error(channel: TwilioSms, network: TwilioNetwork, form: None) -> None:
    url = INBOUND + "?bodySHA256=" + "0" * 64
    signed = network.sign(url, {})
    with pytest.raises(BadSignature):
        channel.read_hook(Hook(url, form, signed.headers))  # type: ignore[arg-type]


def test_a_signed_hook_about_nothing_is_refused(channel: TwilioSms, network: TwilioNetwork) -> None:
    for form in ({"MessageSid": "SM1"}, {"MessageStatus": "sent"}, {"MessageSid": "SM1", "Body": "x"}):
        with pytest.raises(BadSignature):
            channel.read_hook(hook(network.sign(INBOUND, form)))


def test_hooks_posted_to_a_server_elsewhere_still_carry_the_signature_of_the_public_address(
    channel: TwilioSms, network: TwilioNetwork
) -> None:
    heard: list[Receipt | Reply] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(
                parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
            )
            try:
                heard.append(channel.read_hook(Hook(BASE + self.path, form, dict(self.headers))))
                self.send_response(200)
            except BadSignature:
                self.send_response(403)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    sid = channel.send(OUTGOING, NOW)
    receipts = network.receipts(network.last_to(TO), "sent", "delivered")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        hooks = [*reversed(receipts), receipts[0].forged(), network.reply(TO, "déjà vu & co", INBOUND)]
        answers = network.deliver(hooks, f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
        thread.join()
    assert answers == [200, 200, 403, 200]
    assert heard[:2] == [Receipt(sid, Status.DELIVERED), Receipt(sid, Status.SENT)]
    assert isinstance(heard[2], Reply)
    assert heard[2].text == "déjà vu & co"
