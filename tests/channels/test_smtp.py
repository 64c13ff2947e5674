from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from contract import NOW, NetworkContract, NetworkRig, closed_port
from fakes.smtp_sink import MailFault, SmtpSink

from deconflict.channels.port import Ambiguous, Code, SendFailed
from deconflict.channels.smtp import Server, SmtpMail, from_settings

TO = "officer@ocha.example"


@dataclass(frozen=True)
class Settings:
    smtp_url: str
    smtp_ca_file: str = ""
    mail_from: str = "Permanence à Sévaré <desk@deconflict.example>"


@pytest.fixture(scope="module")
def running() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def sink(running: SmtpSink) -> SmtpSink:
    running.mend()
    running.mails.clear()
    running.mailboxes = type(running.mailboxes)()
    return running


@pytest.fixture
def rig(sink: SmtpSink) -> NetworkRig:
    channel = SmtpMail(Settings(sink.url, sink.ca_file), timeout_s=5)

    def unplug() -> None:
        channel._server = replace(channel._server, port=closed_port())

    return NetworkRig(
        channel=channel,
        to=TO,
        phone=sink.mailbox(TO),
        unplug=unplug,
        refuse_address=lambda: sink.breaks(MailFault.NO_SUCH_MAILBOX),
        ask_to_wait=lambda: sink.breaks(MailFault.GREYLIST),
        lose_answer=lambda: sink.breaks(MailFault.DROP_AFTER_DATA),
    )


class TestSmtpKeepsTheContract(NetworkContract):
    pass


def test_a_mail_is_plain_dated_by_us_and_says_it_is_automatic(rig: NetworkRig, sink: SmtpSink) -> None:
    reference = rig.channel.send(rig.outgoing("Référence : 4F7K2-1\n\nhttps://desk.example.org/a/t0k3n\n"), NOW)
    (mail,) = sink.mails
    assert mail["Message-ID"] == reference
    assert mail["From"] == "Permanence à Sévaré <desk@deconflict.example>"
    assert mail["To"] == TO
    assert mail["Subject"] == "File 4F7K2-1: log in"
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content() == "Référence : 4F7K2-1\n\nhttps://desk.example.org/a/t0k3n\n"


def test_a_message_tried_again_keeps_its_message_id(rig: NetworkRig, sink: SmtpSink) -> None:
    sink.breaks(MailFault.DROP_AFTER_DATA)
    with pytest.raises(Ambiguous):
        rig.channel.send(rig.outgoing(), NOW)
    rig.channel.send(rig.outgoing(), NOW + timedelta(minutes=5))
    first, second = sink.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_message_id_counts_nothing(rig: NetworkRig) -> None:
    references = [rig.channel.send(rig.outgoing(message_id=n), NOW) for n in (1001, 1002)]
    assert all("1001" not in ref and "1002" not in ref for ref in references)
    assert all(ref.endswith("@deconflict.example>") for ref in references)


@pytest.mark.parametrize(
    ("fault", "retryable", "code"),
    [
        (MailFault.GREYLIST, True, Code.BUSY),
        (MailFault.BUSY_AFTER_DATA, True, Code.BUSY),
        (MailFault.NO_SUCH_MAILBOX, False, Code.BAD_ADDRESS),
        (MailFault.SENDER_REFUSED, False, Code.SENDER),
        (MailFault.REFUSED_AFTER_DATA, False, Code.FILTERED),
        (MailFault.DROP_BEFORE_DATA, True, Code.NETWORK),
    ],
)
def test_a_refusal_is_final_or_passing_as_the_server_says(
    rig: NetworkRig, sink: SmtpSink, fault: MailFault, retryable: bool, code: Code
) -> None:
    sink.breaks(fault)
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(rig.outgoing(), NOW)
    assert (type(caught.value), caught.value.retryable, caught.value.code) == (SendFailed, retryable, code)
    rig.phone.expects_nothing()


def test_a_rude_goodbye_does_not_send_it_again(rig: NetworkRig, sink: SmtpSink) -> None:
    sink.breaks(MailFault.RUDE_GOODBYE)
    assert rig.channel.send(rig.outgoing(), NOW)
    assert len(sink.mails) == 1


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b, c@d", "a@b\r\nBcc: c@d", "A <a@b>", "a@b@c", "é@b", "a b@c", "a@b;c@d", "a@b\n"]
)
def test_what_is_not_one_plain_address_goes_nowhere(rig: NetworkRig, sink: SmtpSink, to: str) -> None:
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(replace(rig.outgoing(), to=to), NOW)
    assert (caught.value.retryable, caught.value.code) == (False, Code.BAD_ADDRESS)
    assert sink.mails == []


def test_a_subject_cannot_smuggle_a_header(rig: NetworkRig, sink: SmtpSink) -> None:
    rig.channel.send(replace(rig.outgoing(), subject="File 4F7K2-1\r\nBcc: other@example.org"), NOW)
    (mail,) = sink.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "File 4F7K2-1 Bcc: other@example.org"


def test_a_certificate_nobody_vouches_for_stops_the_mail(sink: SmtpSink, rig: NetworkRig) -> None:
    with pytest.raises(SendFailed) as caught:
        SmtpMail(Settings(sink.url)).send(rig.outgoing(), NOW)
    assert (caught.value.retryable, caught.value.code) == (True, Code.NETWORK)
    assert sink.mails == []


def test_a_wrong_password_waits_for_an_operator(sink: SmtpSink, rig: NetworkRig) -> None:
    with pytest.raises(SendFailed) as caught:
        SmtpMail(Settings(sink.url.replace("p%40ss", "wrong"), sink.ca_file)).send(rig.outgoing(), NOW)
    assert (caught.value.retryable, caught.value.code) == (True, Code.ACCOUNT)
    assert sink.mails == []


def test_a_server_without_encryption_gets_nothing_unless_told(rig: NetworkRig) -> None:
    with SmtpSink(tls="never") as plain:
        demanding = SmtpMail(Settings(plain.url.partition("?")[0]))
        with pytest.raises(SendFailed) as caught:
            demanding.send(rig.outgoing(), NOW)
        assert (caught.value.retryable, caught.value.code) == (True, Code.PROVIDER)
        assert plain.mails == []
        SmtpMail(Settings(plain.url)).send(rig.outgoing(), NOW)
        plain.mailbox(TO).expects("4F7K2-1")


def test_encryption_from_the_first_byte_works_too(rig: NetworkRig) -> None:
    with SmtpSink(tls="implicit") as sink:
        SmtpMail(Settings(sink.url, sink.ca_file)).send(rig.outgoing(), NOW)
        sink.mailbox(TO).expects("4F7K2-1")


def test_a_silent_server_is_given_up(rig: NetworkRig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        channel = SmtpMail(Settings(f"smtp://127.0.0.1:{port}"), timeout_s=0.3)
        started = datetime.now().astimezone()
        with pytest.raises(SendFailed) as caught:
            channel.send(rig.outgoing(), NOW)
        assert datetime.now().astimezone() - started < timedelta(seconds=3)
    assert (caught.value.retryable, caught.value.code) == (True, Code.NETWORK)


def test_addresses_of_servers_are_understood() -> None:
    assert Server.parse("smtp://u:p%40ss@mail.example:2525") == Server("mail.example", 2525, "starttls", "u", "p@ss")
    assert Server.parse("smtp://mail.example") == Server("mail.example", 587, "starttls")
    assert Server.parse("smtps://mail.example") == Server("mail.example", 465, "implicit")
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert Server.parse(f"smtp://{host}:25?starttls=never").tls == "never"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example?starttls=never",
        "smtp://10.0.0.5?starttls=never",
        "smtp://127.0.0.1.example.org?starttls=never",
        "smtps://127.0.0.1?starttls=never",
        "smtp://127.0.0.1?starttls=maybe",
        "smtp://127.0.0.1?tls=never",
        "smtp://u:hunter2#x@mail.example",
        "smtp://u:hunter2é@mail.example",
        "smtp://u:hunter2@mail.example:port",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_without_quoting_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL") as caught:
        Server.parse(url)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_shown_in_a_log_hides_its_password() -> None:
    assert "hunter2" not in repr(Server.parse("smtp://u:hunter2@mail.example"))


def test_settings_that_cannot_send_are_named() -> None:
    with pytest.raises(ValueError, match="MAIL_FROM"):
        SmtpMail(Settings("smtp://mail.example", mail_from="nobody"))
    assert from_settings(Settings("")) is None
