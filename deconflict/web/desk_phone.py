"""Calls that an officer made about a case, written down as they were."""

from __future__ import annotations

from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.contacted import REACHED
from deconflict.services.contacting import note_call
from deconflict.web.acts import Page
from deconflict.web.audience import audience, current_audience
from deconflict.web.call_script import call_typed
from deconflict.web.clock import now
from deconflict.web.desk_acts import press, round_seen
from deconflict.web.desk_case import mission


@audience(*roles.OFFICERS)
def call(reference: str) -> Page:
    def do() -> str:
        side, called = call_typed("call")
        note_call(reference, round_seen(), side, called, current_audience(), mission(), now())
        if called.heard:
            return _("Written down: reached, and read back.")
        if called.outcome == REACHED:
            return _("Written down: reached, not read back. Nobody knows yet whether it was heard right.")
        return _("Written down. Nobody has it by that: the clocks go on.")

    return press(reference, "call", do)
