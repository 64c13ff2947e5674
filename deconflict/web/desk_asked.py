"""What was asked and how it stands, in words for the desk."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _

from deconflict.domain.answers import Offer
from deconflict.domain.desk import AskLine
from deconflict.web.desk_words import SIDES, relative, short
from deconflict.web.filing_words import DAY, HALVES


def unanswered(line: AskLine, at: datetime) -> str:
    """One line of the clocks of a case."""
    who = SIDES[line.side]
    if line.leaves_at > at:
        return _("%(who)s: the request leaves %(time)s.", who=who, time=relative(line.leaves_at, at))
    if line.silent:
        return _(
            "%(who)s: no answer to the request by %(time)s. Silence is no answer.", who=who, time=short(line.due_at)
        )
    return _("%(who)s: answer to the request due %(time)s.", who=who, time=relative(line.due_at, at))


def offer_words(offer: Offer) -> str:
    """As `jeudi 12 décembre 2019, morning (06:00-12:00), Koro`; empty where nothing of it was said."""
    said = [
        format_date(offer.day, DAY) if offer.day else "",
        str(HALVES[offer.part]) if offer.part else "",
        offer.place,
    ]
    return ", ".join(filter(None, said))
