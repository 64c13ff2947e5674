"""How people reach us. To add a page: write a blueprint, give every view an audience, add its line here.

A blueprint that receives signed calls instead of forms says so in its own module: `csrf.exempt(bp)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from flask import Flask

from deconflict.domain.audience import Audience
from deconflict.web import (
    audience,
    errors,
    forms_ui,
    headers,
    intake,
    kept_forms,
    language,
    mission_hours,
    signin,
    sop_now,
)

BLUEPRINTS: list[str] = [
    "deconflict.web.home:bp",
    "deconflict.web.language:bp",
    "deconflict.web.kept_forms:bp",
    "deconflict.web.people:bp",
    "deconflict.web.own_people:bp",
    "deconflict.web.directory:bp",
    "deconflict.web.contacts:bp",
    "deconflict.web.notices:bp",
    "deconflict.web.offline:bp",
    "deconflict.web.convoys:bp",
    "deconflict.web.sites:bp",
    "deconflict.web.plans:bp",
    "deconflict.web.uploads:bp",
    "deconflict.web.take_out:bp",
    "deconflict.web.places:bp",
    "deconflict.web.large_map:bp",
    "deconflict.web.own_requests:bp",
    "deconflict.web.own_passing:bp",
    "deconflict.web.ours:bp",
    "deconflict.web.areas:bp",
    "deconflict.web.hazards:bp",
    "deconflict.web.meetings:bp",
    "deconflict.web.ahead:bp",
    "deconflict.web.desk:bp",
    "deconflict.web.roster:bp",
    "deconflict.web.numbers:bp",
    "deconflict.web.drills:bp",
    "deconflict.web.absences:bp",
    "deconflict.web.telling:bp",
    "deconflict.web.handing_over:bp",
    "deconflict.web.procedures:bp",
    "deconflict.web.consultations:bp",
    "deconflict.web.sittings:bp",
    "deconflict.web.conditions:bp",
    "deconflict.web.hc_month:bp",
    "deconflict.web.asset_requests:bp",
    "deconflict.web.access_incidents:bp",
    "deconflict.web.aid_report_acts:bp",
    "deconflict.web.qips:bp",
    "deconflict.web.sop_pages:bp",
    "deconflict.web.sop_versions:bp",
    "deconflict.web.sop_figures:bp",
    "deconflict.web.acknowledge:bp",
    "deconflict.web.check_in_code:bp",
    "deconflict.web.relay:bp",
    "deconflict.web.on_behalf:bp",
    "deconflict.web.paper:bp",
    "deconflict.web.texts:bp",
    "deconflict.web.hooks:bp",
    "deconflict.web.health:bp",
    "deconflict.web.metrics:bp",
    "deconflict.web.demo:bp",
]

# Each is `(audience or None) -> banners`, asked once a page; None is somebody not signed in.
BANNERS: list[str] = [
    "deconflict.web.home:sop_banner",
    "deconflict.web.health:banners",
    "deconflict.web.desk_held:banners",
    "deconflict.web.demo:banners",
]


@dataclass(frozen=True, slots=True)
class Banner:
    """A line over every page. `kind` is notice or warning; `text` is already in the reader's language."""

    kind: str
    text: str


BannerSource = Callable[[Audience | None], Iterable[Banner]]


def found(dotted: str) -> Any:
    """The thing that `package.module:name` names."""
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


def register(app: Flask) -> None:
    """Guards first, then pages, so that no page exists without them."""
    headers.init_app(app)
    intake.init_app(app)
    sop_now.init_app(app)  # first: what others read of the database is not read twice
    language.init_app(app)
    audience.init_app(app)
    signin.init_app(app)
    errors.init_app(app)
    forms_ui.init_app(app)
    kept_forms.init_app(app)
    mission_hours.init_app(app)
    for dotted in BLUEPRINTS:
        app.register_blueprint(found(dotted))
    sources: list[BannerSource] = [found(dotted) for dotted in BANNERS]

    @app.context_processor
    def _layout() -> dict[str, Any]:
        from deconflict.web.home import entries

        who = audience.current_audience_or_none()
        return {
            "who": who,
            "nav": entries(who) if who else [],
            "banners": lambda: [banner for source in sources for banner in source(who)],
        }
