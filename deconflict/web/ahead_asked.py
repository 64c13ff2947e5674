"""What an officer asks to see of everything ahead: codes and days alone, since addresses stay in histories; a code that does not exist
filters nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import request
from flask_babel import lazy_gettext as _l

from deconflict.domain import roles
from deconflict.domain.ahead import AVOID, BASE, LAYERS, MOVEMENT, PATROL, PEOPLE, SITE, AheadItem
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.half_days import PARTS, WEEK, Span, day_now, spans, together
from deconflict.web.clock import now
from deconflict.web.half_day_words import day_asked
from deconflict.web.intake import number, one_of

EVERYWHERE = "all"
SLIDES = 13  # days that the slider reaches, today's not counted
FURTHEST = 366
LAYER_WORDS = {
    MOVEMENT: _l("Humanitarian movements"),
    SITE: _l("Humanitarian sites"),
    PATROL: _l("Patrols and convoys"),
    PEOPLE: _l("Activities for people, visible events"),
    BASE: _l("Bases, works and landing zones"),
    AVOID: _l("Areas to avoid"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`area` EVERYWHERE or a code; `half` empty for the whole day; `kind` empty for every one."""

    area: str
    layers: frozenset[str]
    kind: str
    day: date
    half: str
    page: int

    def keeps(self, item: AheadItem) -> bool:
        return item.layer in self.layers and (not self.kind or self.kind in item.kinds)

    def span(self, mission: Mission) -> Span:
        three = spans(self.day, 1, mission.zone)
        return three[PARTS.index(self.half)] if self.half else together(three)

    def link(self, **changes: object) -> str:
        """The same asked again with something else, relative to the page."""
        other = replace(self, **({"page": 0} | changes))  # type: ignore[arg-type]
        said = [("day", other.day.isoformat()), *other.beside_the_day()]
        said += [("page", str(other.page))] if other.page else []
        return f"?{urlencode(said)}"

    def beside_the_day(self) -> list[tuple[str, str]]:
        """What a form that chooses another day carries on."""
        said = [("area", self.area)]
        said += [("half", self.half)] if self.half else []
        said += [("kind", self.kind)] if self.kind else []
        if len(self.layers) < len(LAYERS):
            said += [("layer", layer) for layer in LAYERS if layer in self.layers]
        return said

    def later(self, days: int) -> str:
        return self.link(day=self.day + timedelta(days=days))

    def earlier_week(self, today: date) -> str:
        """Empty where that is over."""
        earlier = max(self.day - timedelta(days=WEEK), today)
        return self.link(day=earlier) if earlier < self.day else ""


def asked(who: Audience, mission: Mission, page: int) -> Asked:
    today = day_now(now(), mission.zone)
    layers = frozenset(request.args.getlist("layer")) & LAYERS.keys()
    return Asked(
        area=one_of(request.args, "area", [area.code for area in mission.areas] + [EVERYWHERE])
        or _own_area(who, mission),
        layers=layers or frozenset(LAYERS),
        kind=one_of(request.args, "kind", mission.catalogue.kinds),
        day=_day(today),
        half=one_of(request.args, "half", PARTS),
        page=page,
    )


def _day(today: date) -> date:
    """`n` days from today, as the slider has it, else the day itself."""
    n = number(request.args.get("n"))
    return today + timedelta(days=n) if n is not None and n <= FURTHEST else day_asked(request.args.get("day"), today)


def _own_area(who: Audience, mission: Mission) -> str:
    """An officer begins with his area, whoever leads a whole office with all of them."""
    leads = who.may(roles.OCHA_HEAD)
    return who.scope if who.scope in {area.code for area in mission.areas} and not leads and who.scope else EVERYWHERE
