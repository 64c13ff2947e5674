"""The monthly report of the Humanitarian Coordinator on QIPs: overrides of the consultation, each by name, and how committees keep to
it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from flask import Blueprint, render_template, request
from flask_babel import format_date, format_decimal

from deconflict.domain import consultation as rules
from deconflict.domain import roles
from deconflict.domain.consultation_figures import compliance
from deconflict.store import sittings as store
from deconflict.store.base import db
from deconflict.web import consultation_words as words
from deconflict.web.audience import audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.desk_words import short

bp = Blueprint("hc_month", __name__)


@bp.get("/reports/hc-month")
@audience(roles.HC_OFFICE, *roles.OFFICERS)
def page() -> str:
    """Of the month that is asked for, else of the one that runs."""
    first = _asked() or now().astimezone(mission().zone).date().replace(day=1)
    until = _next(first)
    since_at, until_at = (datetime.combine(day, time(), mission().zone).astimezone(UTC) for day in (first, until))
    overrides = store.overridden(db.session(), since_at, until_at)
    decisions = [one.facts for one in store.decided(db.session(), since=since_at, until=until_at)]
    found = [compliance(one.code, decisions, [o.facts for o in overrides]) for one in mission().committees]
    return render_template(
        "consultations/hc_month.html",
        month=format_date(first, "MMMM y"),
        before=_before(first).isoformat()[:7] if store.anything_before(db.session(), since_at) else "",
        after=until.isoformat()[:7] if until_at <= now() else "",
        first=words.day(first.isoformat()),
        last=words.day(date.fromordinal(until.toordinal() - 1).isoformat()),
        so_far=until_at > now(),
        overrides=overrides,
        committees=[(words.committee_words(one.committee, mission()), one) for one in found],
        committee=lambda code: words.committee_words(code, mission()),
        title=words.title_of,
        reason=lambda code: words.words_of(rules.REASONS, code),
        version=mission().pack.version,
        short=short,
        number=format_decimal,
    )


def _asked() -> date | None:
    """None for no month, and for one that no calendar here reaches."""
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return None
    return asked if 2000 <= asked.year <= 2100 else None


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
