"""The head of OCHA accepts a risk, with the office of the HC or the DHC."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.services import risk
from deconflict.web.acts import Page
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_acts import press, round_seen
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import short

FIELDS = ("office", "name", "reason", "until")


@audience(roles.OCHA_HEAD)
def accept_risk(reference: str) -> Page:
    def do() -> str:
        office, name, reason, until = (request.form.get(f"risk-{field}", "") for field in FIELDS)
        expires_at = risk.accept_risk(
            reference, round_seen(), office, name, reason, until, current_audience(), mission(), now()
        )
        return _("Written down. The case is open again %(time)s, and rings. No side is told.", time=short(expires_at))

    return press(reference, "risk", do)
