"""The two sides of a case in words: who they are, what they agreed, who of them changed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

# Behind a plan stands the mission, or OCHA where it entered an area itself.
SIDES = {"humanitarian": _l("Humanitarian"), "mission": _l("Mission"), "ocha": _l("OCHA")}
AGREEMENTS = {
    "MIL_TIME": _l("Mission: other time"),
    "MIL_ROUTE": _l("Mission: other route"),
    "MIL_STANDOFF": _l("Mission: keeps its distance"),
    "MIL_CANCEL": _l("Mission: cancels"),
    "QIP_POSTPONED": _l("QIP event postponed"),
    "QIP_RELOCATED": _l("QIP event moved elsewhere"),
    "QIP_RESCOPED": _l("QIP event changed in kind"),
    "HUM_TIME": _l("Humanitarian: other time"),
    "HUM_ROUTE": _l("Humanitarian: other route"),
    "HUM_CANCEL": _l("Humanitarian: cancels"),
    "BOTH": _l("Both sides change"),
    "NO_CHANGE": _l("No change, agreed by both"),
}
ADJUSTED = {
    "humanitarian": _l("the humanitarian side"),
    "mission": _l("the mission"),
    "ocha": _l("OCHA, of its own area"),
    "both": _l("both sides"),
    "none": _l("neither side"),
}
