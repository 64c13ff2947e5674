"""The SOP as officers read it: its rules, then its clocks and ladders, in words. It holds nothing of any case, so it may be printed."""

from __future__ import annotations

from flask import Blueprint, render_template

from deconflict.domain import roles
from deconflict.domain.country import Mission
from deconflict.domain.rule_table import head, modifier_rows, name_rows, rows
from deconflict.services.rejudging import judged_by
from deconflict.web.audience import audience
from deconflict.web.desk_case import mission
from deconflict.web.language import current_language
from deconflict.web.sop_words import AUDIENCES, clock_words, lead_time_rows, other_rows, release_rows, rungs

bp = Blueprint("sop", __name__)


@bp.get("/sop")
@audience(*roles.OFFICERS)
def rules() -> str:
    profile, language = mission(), current_language()
    pack = profile.pack
    return render_template(
        "sop/rules.html",
        head=head(language),
        rules=[
            (row, rule.severity, rule.provenance, rule.cites)
            for row, rule in zip(rows(pack, language), (*pack.rules, *pack.duplicates), strict=True)
        ],
        modifiers=list(zip(modifier_rows(pack, language), pack.modifiers.reasons, strict=True)),
        names=name_rows(profile, language),
        **_edition(profile),
    )


@bp.get("/sop/clocks")
@audience(*roles.OFFICERS)
def clocks() -> str:
    profile = mission()
    return render_template(
        "sop/clocks.html",
        lead_times=lead_time_rows(profile.pack),
        releases=list(release_rows(profile.pack)),
        others=other_rows(profile.pack),
        ladders=[
            (each, AUDIENCES[each.audience], clock_words(each.ack), rungs(each))
            for each in profile.pack.ladders.values()
        ],
        **_edition(profile),
    )


def _edition(profile: Mission) -> dict[str, object]:
    """Which version these pages show, and the one that cases are judged by where that is another: until the scheduler has taken up what
    was published, or where it was started with other files."""
    version = profile.unfit or judged_by()
    other = version if version != profile.pack.version else ""
    return {"profile": profile, "pack": profile.pack, "other": other}
