"""A gateway that nobody wrote a line for: everything about it stands in a file."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from contract import NOW, ListContract, ListRig, closed_port
from fakes.sms_gateway import HOOK_SECRET, TOKEN, GatewayFault, SmsGateway

from deconflict.channels.gateway import HttpGateway, from_settings
from deconflict.channels.port import Ambiguous, BadSignature, Code, Hook, Outgoing, Receipt, Reply, SendFailed, Status
from deconflict.settings import ROOT

TO = "+22370000001"
BASE = "https://desk.example.org"
URL = BASE + "/hooks/local_sms/status/t0k3n"
ENVIRON = {"GATEWAY_TOKEN": TOKEN, "GATEWAY_HOOK_SECRET": HOOK_SECRET}
WORDS = {Status.SENT: "SENT", Status.DELIVERED: "DELIVERED", Status.FAILED: "UNDELIVERED"}


@dataclass(frozen=True)
class Settings:
    sms_gateway_file: str
    public_base_url: str = BASE


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        yield gateway


def described(folder: Path, text: str, environ: dict[str, str] = ENVIRON) -> HttpGateway:
    path = folder / "sms-gateway.toml"
    path.write_text(text, encoding="utf-8")
    channel = from_settings(Settings(str(path)), environ)
    assert channel is not None
    return channel


@pytest.fixture
def rig(gateway: SmsGateway, tmp_path: Path) -> ListRig:
    channel = described(tmp_path, gateway.description)

    def unplug() -> None:
        away = gateway.description.replace(gateway.url, f"http://127.0.0.1:{closed_port()}")
        channel._gateway = described(tmp_path, away)._gateway

    def becomes(status: Status) -> None:
        gateway.states[gateway.taken[-1]["id"]] = WORDS[status]

    return ListRig(
        channel=channel,
        to=TO,
        phone=gateway.phone(TO),
        unplug=unplug,
        refuse_address=lambda: gateway.breaks(GatewayFault.BAD_NUMBER),
        ask_to_wait=lambda: gateway.breaks(GatewayFault.BUSY),
        lose_answer=lambda: gateway.breaks(GatewayFault.RESET),
        becomes=becomes,
    )


class TestADescribedGatewayKeepsTheContract(ListContract):
    pass


def test_a_message_is_asked_for_as_described(rig: ListRig, gateway: SmsGateway) -> None:
    outgoing = rig.outgoing('Déjà "en route" \\ {to}')
    rig.channel.send(outgoing, NOW)
    ((path, body, headers),) = gateway.seen
    assert path == "/v1/messages"
    assert json.loads(body) == {
        "to": TO,
        "text": 'Déjà "en route" \\ {to}',  # what a text says is never filled in again
        "ref": outgoing.own_reference,
        "options": {"callback": BASE + "/hooks/local_sms/status/t0k3n-of-1", "flash": False},
    }
    assert headers["Authorization"] == f"Bearer {TOKEN}"


def test_the_same_message_has_the_same_reference_however_often_it_is_tried(rig: ListRig, gateway: SmsGateway) -> None:
    for attempt in (1, 2):
        rig.channel.send(replace(rig.outgoing(), attempt=attempt), NOW)
    assert len({one["ref"] for one in gateway.taken}) == 1


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (GatewayFault.BAD_NUMBER, Code.BAD_ADDRESS, False),
        (GatewayFault.SAID_NO, Code.BAD_ADDRESS, False),
        (GatewayFault.BUSY, Code.BUSY, True),
        (GatewayFault.DOWN, Code.PROVIDER, True),
        (GatewayFault.REDIRECT, Code.PROVIDER, True),
    ],
)
def test_a_refusal_is_told_in_our_words(
    rig: ListRig, gateway: SmsGateway, fault: GatewayFault, code: Code, retryable: bool
) -> None:
    gateway.breaks(fault)
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(rig.outgoing(), NOW)
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert not isinstance(caught.value, Ambiguous)
    assert len(gateway.seen) == 1  # no redirect is followed
    rig.phone.expects_nothing()


@pytest.mark.parametrize(
    "fault",
    [GatewayFault.RESET, GatewayFault.GARBAGE, GatewayFault.ENDLESS, GatewayFault.DRIP, GatewayFault.BEHIND],
)
def test_an_answer_that_says_nothing_is_ambiguous_and_never_waited_for_long(
    rig: ListRig, gateway: SmsGateway, fault: GatewayFault
) -> None:
    gateway.breaks(fault)
    began = time.monotonic()
    with pytest.raises(Ambiguous):
        rig.channel.send(rig.outgoing(), NOW)
    assert time.monotonic() - began < 30.0  # of a patience of a second, on the busiest machine


def test_credentials_that_are_wrong_are_the_operator_s_to_mend(
    gateway: SmsGateway, tmp_path: Path, rig: ListRig
) -> None:
    channel = described(tmp_path, gateway.description, ENVIRON | {"GATEWAY_TOKEN": "another"})
    with pytest.raises(SendFailed) as caught:
        channel.send(rig.outgoing(), NOW)
    assert (caught.value.code, caught.value.retryable) == (Code.ACCOUNT, True)


def posted(gateway: SmsGateway, body: dict[str, object], url: str = URL) -> Hook:
    raw, headers = gateway.signed(body)
    return Hook(url, {}, headers, raw)


def test_receipts_and_replies_are_read_where_the_description_says(rig: ListRig, gateway: SmsGateway) -> None:
    told: list[tuple[dict[str, str], Receipt]] = [
        ({"state": "SENT"}, Receipt("g-1", Status.SENT)),
        ({"state": "DELIVERED"}, Receipt("g-1", Status.DELIVERED)),
        ({"state": "UNDELIVERED", "error": "absent"}, Receipt("g-1", Status.FAILED, Code.UNREACHABLE)),
        ({"state": "UNDELIVERED", "error": "invalid_number"}, Receipt("g-1", Status.FAILED, Code.BAD_ADDRESS)),
        ({"state": "UNDELIVERED"}, Receipt("g-1", Status.FAILED, Code.UNREACHABLE)),
        ({"state": "TELEPORTED"}, Receipt("g-1", Status.QUEUED)),
    ]
    for message, receipt in told:
        assert rig.channel.read_hook(posted(gateway, {"message": {"id": "g-1", **message}})) == receipt
    inbound = {"id": "in-1", "from": "22370000001", "text": "4F7K2 4821"}
    assert rig.channel.read_hook(posted(gateway, {"inbound": inbound})) == Reply(TO, "4F7K2 4821", "in-1")
    stop = rig.channel.read_hook(posted(gateway, {"inbound": {**inbound, "from": TO, "text": "Stop."}}))
    assert stop == Reply(TO, "Stop.", "in-1", opted_out=True)
    assert rig.channel.two_way


def test_a_hook_that_was_changed_or_signed_by_another_is_refused(rig: ListRig, gateway: SmsGateway) -> None:
    good = posted(gateway, {"message": {"id": "g-1", "state": "DELIVERED"}})
    other = hmac.new(b"another secret", good.body, hashlib.sha256).digest()
    for headers, body in (
        (good.headers, good.body + b" "),
        ({}, good.body),
        ({"X-Gateway-Signature": good.headers["X-Gateway-Signature"].removeprefix("sha256=")}, good.body),
        ({"X-Gateway-Signature": "sha256=" + base64.b64encode(other).decode()}, good.body),
    ):
        with pytest.raises(BadSignature):
            rig.channel.read_hook(replace(good, headers=headers, body=body))


@pytest.mark.parametrize("body", [{}, {"message": {"id": "g-1"}}, {"message": []}, {"inbound": {"from": TO}}])
def test_a_signed_hook_about_nothing_is_refused(rig: ListRig, gateway: SmsGateway, body: dict[str, object]) -> None:
    with pytest.raises(BadSignature):
        rig.channel.read_hook(posted(gateway, body))


FORM = """\
name = "operator"
[send]
method = "GET"
url = "https://sms.operator.example/send/{env:GATEWAY_TOKEN}"
encoding = "query"
user = "desk"
password = "{env:GATEWAY_HOOK_SECRET}"
params = { msisdn = "{to_digits}", body = "{text}" }
[receipt]
provider_ref = { form = "id" }
state = { regex = "state=([a-z]+)" }
[signature]
kind = "secret"
header = "X-Secret"
secret = "{env:GATEWAY_HOOK_SECRET}"
[states]
ok = "delivered"
"""


def test_another_gateway_speaks_forms_and_holds_a_shared_secret(tmp_path: Path) -> None:
    channel = described(tmp_path, FORM)
    assert (channel.name, channel.two_way) == ("operator", False)
    raw = b"id=77&state=ok"
    hook = Hook(URL, dict(parse_qsl(raw.decode())), {"x-secret": HOOK_SECRET}, raw)
    assert channel.read_hook(hook) == Receipt("77", Status.DELIVERED)
    for wrong in ({}, {"X-Secret": ""}, {"X-Secret": HOOK_SECRET[:-1]}, {"X-Secret": "é"}):
        with pytest.raises(BadSignature):
            channel.read_hook(replace(hook, headers=wrong))
    outgoing = Outgoing(message_id=1, to=TO, text="x", useful_until=NOW, callback_token="t")
    assert channel.trace(outgoing, NOW, NOW) is None  # it keeps no list
    assert channel.status_of("77", NOW) is None


def test_a_query_and_a_password_are_written_as_described(tmp_path: Path, rig: ListRig) -> None:
    channel = described(tmp_path, FORM)
    asked = channel._written(channel._gateway.send, channel._values_of(rig.outgoing()))
    assert asked["url"] == "https://sms.operator.example/send/" + TOKEN
    assert asked["auth"] == ("desk", HOOK_SECRET)
    assert asked["params"] == {"msisdn": "22370000001", "body": rig.outgoing().text}
    assert asked["allow_redirects"] is False


def test_a_secret_may_come_from_a_file_and_is_never_shown(gateway: SmsGateway, tmp_path: Path) -> None:
    kept = tmp_path / "token"
    kept.write_text(TOKEN + "\n", encoding="utf-8")
    environ = {"GATEWAY_TOKEN_FILE": str(kept), "GATEWAY_HOOK_SECRET": HOOK_SECRET}
    channel = described(tmp_path, gateway.description, environ)
    assert channel._gateway.secrets["GATEWAY_TOKEN"] == TOKEN
    assert TOKEN not in repr(channel._gateway)
    assert HOOK_SECRET not in repr(channel._gateway)


@pytest.mark.parametrize(
    ("was", "becomes", "at", "told"),
    [
        ("[send]", "[send", "[send", "Not TOML"),
        ('method = "POST"', 'method = "PSOT"', 'method = "PSOT"', "Not one of"),
        ('digest = "sha256"', 'digset = "sha256"', "digset", "Unknown field"),
        ('encoding = "json"', 'encoding = "form"', "params.to", "Only json has params within params"),
        ("{text}", "{txt}", "[send]", "A message needs {text}"),
        ("{reference}", "{refrence}", "[send]", "{refrence} is none of"),
        ("{env:GATEWAY_TOKEN}", "{env:NOBODY}", "headers", "NOBODY is not set"),
        ("Bearer {env:GATEWAY_TOKEN}", "Bearer 1234", "[send]", "Authorization is a secret"),
        ('success_words = ["queued"]', "", "[send]", "both or neither"),
        ('{ json = "message.id" }', '{ regex = "id" }', 'provider_ref = { regex = "id" }', "needs a group"),
        ('{ json = "message.id" }', '{ regex = "(" }', 'provider_ref = { regex = "(" }', "Not a regular expression"),
        ('{ json = "message.id" }', "{}", "provider_ref = {}", "Exactly one of"),
        ('state = { json = "state" }', "", "[status]", "state is missing"),
        ('provider_ref = { json = "items.0.id" }', "", "[trace]", "provider_ref is missing"),
        ('secret = "{env:GATEWAY_HOOK_SECRET}"', 'secret = "1234"', "secret", "It is a secret"),
        ('QUEUED = "queued"', 'QUEUED = "teleported"', "QUEUED", "Not one of"),
        ('absent = "unreachable"', 'absent = "vanished"', "absent", "Not one of"),
        ('name = "local_sms"', 'name = "Local SMS"', "name", "does not match"),
        ("http://127.0.0.1", "http://sms.example.org", "url", "over https only"),
        ("http://127.0.0.1", "https://{to}.example.org", "url", "no placeholder"),
    ],
)
def test_a_wrong_description_is_named_with_its_line(
    gateway: SmsGateway, tmp_path: Path, was: str, becomes: str, at: str, told: str
) -> None:
    assert was in gateway.description
    wrong = gateway.description.replace(was, becomes, 1)
    line = next(number for number, text in enumerate(wrong.splitlines(), start=1) if text.startswith(at))
    with pytest.raises(ValueError, match=r"sms-gateway\.toml:") as caught:
        described(tmp_path, wrong)
    assert any(one.startswith(f"sms-gateway.toml:{line}: ") and told in one for one in str(caught.value).splitlines())


def test_what_calls_us_must_be_signed_and_its_words_explained(gateway: SmsGateway, tmp_path: Path) -> None:
    head, _, tail = gateway.description.partition("[signature]")
    with pytest.raises(ValueError, match="signature is missing"):
        described(tmp_path, head + tail[tail.index("[states]") :])
    with pytest.raises(ValueError, match="states is missing"):
        described(tmp_path, gateway.description.partition("[states]")[0])


def test_a_description_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.toml:1: Cannot be read"):
        from_settings(Settings(str(tmp_path / "none.toml")), ENVIRON)
    assert from_settings(Settings(""), ENVIRON) is None


def test_the_example_is_a_right_description() -> None:
    environ = {"SMS_GATEWAY_TOKEN": "x", "SMS_GATEWAY_HOOK_SECRET": "y"}
    channel = from_settings(Settings(str(ROOT / "config" / "sms-gateway.example.toml")), environ)
    assert channel is not None
    assert channel.name == "gateway"
