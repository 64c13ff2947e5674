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

from deconflict.channels.port import BadSignature, Hook, Outgoing, Receipt, Reply, Status
from deconflict.domain.sms import opts_out

SIGNATURE_HEADER = "X-Demo-Signature"


class Sink(Protocol):
    """Where messages go instead of to people."""

    def __call__(self, *, carries: str, outgoing: Outgoing, reference: str, at: datetime) -> None: ...


@dataclass(frozen=True)
class DemoChannel:
    """The `Channel` of the fake phones ("sms") or mailboxes ("email"). `secret` signs its hooks and is shared by every
    process of one demo; an empty one is refused with ValueError."""

    carries: str
    sink: Sink
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secret:
            raise ValueError("an empty secret would let anybody sign")

    @property
    def name(self) -> str:
        return f"demo_{self.carries}"

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        outgoing.life_s(now)
        reference = f"demo-{secrets.token_hex(8)}"
        self.sink(carries=self.carries, outgoing=outgoing, reference=reference, at=now)
        return reference

    def sign(self, url: str, form: Mapping[str, str]) -> dict[str, str]:
        """The headers of a hook. Forms: `{"reference", "status"}` is a receipt, `{"reference", "from", "text"}` a reply."""
        signed = json.dumps([url, sorted(form.items())]).encode()
        return {SIGNATURE_HEADER: hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()}

    def read_hook(self, hook: Hook) -> Receipt | Reply:
        form = dict(hook.form or {})
        expected = self.sign(hook.url, form)[SIGNATURE_HEADER]
        if not hmac.compare_digest(expected.encode(), hook.header(SIGNATURE_HEADER).encode("utf-8", "replace")):
            raise BadSignature
        if form.get("reference") and form.get("status") in set(Status):
            return Receipt(form["reference"], Status(form["status"]))
        if form.get("reference") and form.get("from") and "text" in form:
            return Reply(form["from"], form["text"], form["reference"], opts_out(form["text"]))
        raise BadSignature
