"""What OCHA enters itself on the mission's side: areas to avoid, and aid outside QIPs that was verified (domain.aid_reports). Other forces
than the mission file nothing here; what the desk hears of where they are at work it enters as an area: of the mission's side for the
matcher, and of no party. The mission never reads it and is never asked
about it, nor told; the organisation that it meets hears of it as of any plan, by an officer's logged act. It is OCHA's own, match
only, and whoever entered it is asked what of it may be told."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.filing import Filing, Level, MissionPlan
from deconflict.domain.hazard_notice import KIND as HAZARD

OCHA = "ocha"
AID_INCIDENT = "AID_INCIDENT"  # the kind of a verified report of aid, as activities.toml has it


def enters_areas(audience: Audience) -> bool:
    """Whether this person enters such areas, amends them and takes them back: his own and those of his colleagues, since whoever
    entered one may be away when it is over."""
    return audience.side == OCHA and audience.may(*roles.FILERS_OCHA)


def may_enter(filing: Filing, audience: Audience) -> bool:
    """An area, or aid that was verified, shared with nobody, or a hazard that is shown to everybody: no other plan is OCHA's to file."""
    enters = isinstance(filing, MissionPlan) and (filing.zone is not None or filing.kind == AID_INCIDENT)
    level = Level.REDACTED if filing.kind == HAZARD else Level.MATCH_ONLY
    return enters and filing.level is level and enters_areas(audience)


def may_be_agreed(code: str) -> bool:
    """Of the resolution codes, those in which the mission changes nothing: it has no part in such a case."""
    return not code.startswith(("MIL_", "QIP_")) and code != "BOTH"


def whose(side: str | Side, *, of_ocha: bool) -> str:
    """The code of who is behind an item of this side: `humanitarian`, `mission` or `ocha`."""
    return OCHA if of_ocha else str(side)
