"""D7.4 written out in full: from which states each event leads where, and by whom. What is not here is refused."""

from __future__ import annotations

MANAGER, CHAIR, SECRETARY, CLOCK = "qip_manager", "lprc_chair", "prc_secretary", "system"
OFFICERS = {"cmcoord", "suboffice_head", "ocha_head"}
FILERS = {"cimic", "ops", "qip_manager"}
PROPOSED = ("registered", "consultation", "consulted", "scheduled", "returned", "recommended")
LIVE = (*PROPOSED, "approved", "signed", "in_progress", "suspended")

# (state, event) -> (state afterwards, whose step it is)
ALLOWED: dict[tuple[str, str], tuple[str, set[str]]] = {
    ("registered", "amend"): ("registered", {MANAGER}),
    ("returned", "amend"): ("registered", {MANAGER}),
    ("registered", "open_consultation"): ("consultation", {MANAGER}),
    ("consultation", "end_consultation"): ("consulted", {CLOCK}),
    **{(state, "pass_on"): (state, {CLOCK}) for state in ("consultation", "consulted", "scheduled")},
    **{(state, "summarise"): (state, OFFICERS) for state in ("consulted", "scheduled")},
    ("consulted", "schedule"): ("scheduled", {MANAGER, CLOCK}),
    ("scheduled", "unschedule"): ("consulted", {MANAGER, CLOCK}),
    ("scheduled", "go_on"): ("consultation", {MANAGER, CLOCK}),
    ("consultation", "override"): ("scheduled", {CHAIR, SECRETARY}),
    ("consulted", "override"): ("scheduled", {CHAIR, SECRETARY}),
    ("scheduled", "recommend"): ("recommended", {CHAIR}),
    ("scheduled", "return"): ("returned", {CHAIR}),
    ("scheduled", "reject"): ("rejected", {CHAIR}),
    # Where a sector has no local committee, the national one decides at once.
    **{(state, "prc_approve"): ("approved", {SECRETARY}) for state in ("scheduled", "recommended")},
    **{(state, "prc_return"): ("returned", {SECRETARY}) for state in ("scheduled", "recommended")},
    **{(state, "prc_reject"): ("rejected", {SECRETARY}) for state in ("scheduled", "recommended")},
    ("approved", "sign"): ("signed", {MANAGER}),
    ("signed", "start"): ("in_progress", {MANAGER}),
    ("in_progress", "visit"): ("in_progress", {MANAGER}),
    ("suspended", "visit"): ("suspended", {MANAGER}),
    ("signed", "overrun"): ("signed", {CLOCK}),
    ("in_progress", "overrun"): ("in_progress", {CLOCK}),
    ("suspended", "overrun"): ("suspended", {CLOCK}),
    ("signed", "suspend"): ("suspended", {MANAGER}),
    ("in_progress", "suspend"): ("suspended", {MANAGER}),
    ("suspended", "resume"): ("in_progress", {MANAGER}),
    ("in_progress", "complete"): ("completed", {MANAGER}),
    ("completed", "close"): ("closed", {MANAGER}),
    **{(state, "cancel"): ("cancelled", {MANAGER}) for state in LIVE},
    **{(state, "plan_event"): (state, FILERS) for state in (*LIVE, "completed")},
}
STATES = (*LIVE, "rejected", "completed", "closed", "cancelled")
