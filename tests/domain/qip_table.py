"""D7.4 written out in full: from which states each event leads where, and by whom. What is not here is refused."""

from __future__ import annotations

MANAGER, CHAIR, SECRETARY, CLOCK = "qip_manager", "lprc_chair", "prc_secretary", "system"
FILERS = {"cimic", "ops", "qip_manager"}
PROPOSED = ("registered", "consultation", "consulted", "scheduled", "returned", "recommended")
LIVE = (*PROPOSED, "approved", "signed", "in_progress", "suspended")

# (state, event) -> (state afterwards, whose step it is)
ALLOWED: dict[tuple[str, str], tuple[str, set[str]]] = {
    ("registered", "amend"): ("registered", {MANAGER}),
    ("returned", "amend"): ("registered", {MANAGER}),
    ("registered", "open_consultation"): ("consultation", {MANAGER}),
    ("consultation", "end_consultation"): ("consulted", {CLOCK}),
    ("consulted", "schedule"): ("scheduled", {MANAGER}),
    ("scheduled", "unschedule"): ("consulted", {MANAGER, CLOCK}),
    ("consultation", "override"): ("scheduled", {CHAIR}),
    ("consulted", "override"): ("scheduled", {CHAIR}),
    ("scheduled", "recommend"): ("recommended", {CHAIR}),
    ("scheduled", "return"): ("returned", {CHAIR}),
    ("scheduled", "reject"): ("rejected", {CHAIR}),
    ("recommended", "prc_approve"): ("approved", {SECRETARY}),
    ("recommended", "prc_return"): ("returned", {SECRETARY}),
    ("recommended", "prc_reject"): ("rejected", {SECRETARY}),
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
