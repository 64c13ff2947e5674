"""Demo phones and mailboxes: a sink keeps what arrived, and answers come back over hooks signed like a real provider's."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from deconflict.channels.port import BadSignature, Heard, Hook, Outgoing, Pressed, Receipt, Reply, Status, is_key
from deconflict.domain.sms import opts_out

SIGNATURE_HEADER = "X-Demo-Signature"


class Sink(Protocol):
    """Where messages go instead of to people."""

    def __call__(self, *, carries: str, outgoing: Outgoing, reference: str, at: datetime) -> None: ...


@dataclass(frozen=True)
class DemoChannel:
    """The `Channel` of the fake phones ("sms"; "voice", which rings and says the text) or mailboxes ("email"). `secret` signs
    its hooks and is shared by every process of one demo; an empty one is refused with ValueError."""

    carries: str
    sink: Sink
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secret:
            raise ValueError("an empty secret would let anybody sign")

    @property
    def name(self) -> str:
        return f"demo_{self.carries}"

    @property
    def two_way(self) -> bool:
        return self.carries == "sms"

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        outgoing.life_s(now)
        reference = f"demo-{secrets.token_hex(8)}"
        self.sink(carries=self.carries, outgoing=outgoing, reference=reference, at=now)
        return reference

    def trace(self, outgoing: Outgoing, tried_at: datetime, now: datetime) -> Receipt | None:
        return None  # the sink and the answer are one act: nothing is ever left unsaid

    def status_of(self, provider_ref: str, now: datetime) -> Receipt | None:
        return None

    def sign(self, url: str, form: Mapping[str, str]) -> dict[str, str]:
        """The headers of a hook. Forms: `{"reference", "status"}` is a receipt, `{"reference", "from", "text"}` a reply,
        `{"reference", "key"}` a key pressed during a call."""
        signed = json.dumps([url, sorted(form.items())]).encode()
        return {SIGNATURE_HEADER: hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()}

    def read_hook(self, hook: Hook) -> Heard:
        form = dict(hook.form or {})
        expected = self.sign(hook.url, form)[SIGNATURE_HEADER]
        if not hmac.compare_digest(expected.encode(), hook.header(SIGNATURE_HEADER).encode("utf-8", "replace")):
            raise BadSignature
        if form.get("reference") and form.get("status") in set(Status):
            return Receipt(form["reference"], Status(form["status"]))
        if form.get("reference") and form.get("from") and "text" in form:
            return Reply(form["from"], form["text"], form["reference"], opts_out(form["text"]))
        if form.get("reference") and is_key(form.get("key", "")):
            return Pressed(form["reference"], form["key"])
        raise BadSignature
