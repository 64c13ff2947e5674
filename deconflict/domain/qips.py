"""Quick Impact Projects: the mission's own projects (D3.3, D7.4). "Approved" is the right word here and nowhere else: a committee
approves the mission's own project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, SYSTEM, Due, LifeCycle, Noun, ProcedureFacts, in_reach, step
from deconflict.domain.working_days import end_of

SUMMARISE = "summarise"
MANAGER, CHAIR, SECRETARY = {roles.QIP_MANAGER}, {roles.LPRC_CHAIR}, {roles.PRC_SECRETARY}
PROPOSED = "registered consultation consulted scheduled returned recommended"
LIVE = f"{PROPOSED} approved signed in_progress suspended"
# As what it is matched: a proposal on paper until the national committee has approved it, then works on the ground (R04).
PROPOSAL, WORKS = "QIP_PROPOSAL", "QIP_WORKS"
MATCHED_AS = frozenset({PROPOSAL, WORKS})

CYCLE = LifeCycle(
    noun=Noun.QIP,
    begins="registered",
    begun_by=frozenset(MANAGER),
    label={"en": "Quick Impact Project", "fr": "Projet à impact rapide (QIP)"},
    states={
        "registered": {"en": "Registered", "fr": "Enregistré"},
        "consultation": {"en": "Consultation open", "fr": "Consultation ouverte"},
        "consulted": {"en": "Consultation ended", "fr": "Consultation terminée"},
        "scheduled": {"en": "On the agenda of the local committee", "fr": "À l'ordre du jour du comité local"},
        "recommended": {"en": "Recommended by the local committee", "fr": "Recommandé par le comité local"},
        "returned": {"en": "Returned to be mended", "fr": "Renvoyé pour correction"},
        "rejected": {"en": "Rejected", "fr": "Rejeté"},
        "approved": {"en": "Approved by the Project Review Committee", "fr": "Approuvé par le comité d'examen"},
        "signed": {"en": "Agreement signed", "fr": "Accord signé"},
        "in_progress": {"en": "In progress", "fr": "En cours"},
        "suspended": {"en": "Suspended", "fr": "Suspendu"},
        "completed": {"en": "Completed", "fr": "Achevé"},
        "closed": {"en": "Closed", "fr": "Clos"},
        "cancelled": {"en": "Cancelled", "fr": "Annulé"},
    },
    steps={
        # Place, sector or dates as they stood before are not what was consulted about: it is consulted anew.
        "amend": step("registered returned", "registered", MANAGER, en="Amend", fr="Modifier"),
        "open_consultation": step(
            "registered", "consultation", MANAGER, en="Open the consultation", fr="Ouvrir la consultation"
        ),
        "end_consultation": step("consultation", "consulted", {SYSTEM}, en="Consultation ends", fr="Fin"),
        # Where nobody of OCHA is on duty the head of the sub-office answers and sums up (RUL-13); the project says so.
        "pass_on": step(
            "consultation consulted scheduled",
            SAME,
            {SYSTEM},
            en="Passed to the head of the sub-office: nobody of OCHA is on duty",
            fr="Transmis au chef de sous-bureau : personne d'OCHA n'est de permanence",
        ),
        SUMMARISE: step(
            "consulted scheduled", SAME, roles.OFFICERS, en="Sum up for the committee", fr="Résumer pour le comité"
        ),
        # By the manager one by one, and by the clock for all that is ripe when a sitting is called.
        "schedule": step(
            "consulted", "scheduled", MANAGER | {SYSTEM}, en="Put on an agenda", fr="Inscrire à l'ordre du jour"
        ),
        "unschedule": step(
            "scheduled", "consulted", MANAGER | {SYSTEM}, en="Take off the agenda", fr="Retirer de l'ordre du jour"
        ),
        # Of one that was put on an agenda before its time, when the sitting goes: its clock runs on.
        "go_on": step(
            "scheduled",
            "consultation",
            MANAGER | {SYSTEM},
            en="Take off the agenda: the consultation goes on",
            fr="Retirer de l'ordre du jour : la consultation continue",
        ),
        # By name and with a reason, before the clock has ended; listed in the monthly report.
        "override": step(
            "consultation consulted",
            "scheduled",
            CHAIR | SECRETARY,
            en="Decide before the consultation has ended",
            fr="Décider avant la fin de la consultation",
        ),
        "recommend": step("scheduled", "recommended", CHAIR, en="Recommend", fr="Recommander"),
        "return": step("scheduled", "returned", CHAIR, en="Return", fr="Renvoyer"),
        "reject": step("scheduled", "rejected", CHAIR, en="Reject", fr="Rejeter"),
        # From `scheduled` alone where no local committee sits for the sector (services.sittings).
        "prc_approve": step("scheduled recommended", "approved", SECRETARY, en="Approved", fr="Approuvé"),
        "prc_return": step("scheduled recommended", "returned", SECRETARY, en="Returned", fr="Renvoyé"),
        "prc_reject": step("scheduled recommended", "rejected", SECRETARY, en="Rejected", fr="Rejeté"),
        "sign": step("approved", "signed", MANAGER, en="The agreement is signed", fr="L'accord est signé"),
        "start": step("signed", "in_progress", MANAGER, en="Works have begun", fr="Les travaux ont commencé"),
        "visit": step("in_progress suspended", SAME, MANAGER, en="A monitoring visit", fr="Une visite de suivi"),
        "overrun": step("signed in_progress suspended", SAME, {SYSTEM}, en="Over its time", fr="Délai dépassé"),
        "suspend": step("signed in_progress", "suspended", MANAGER, en="Suspend", fr="Suspendre"),
        "resume": step("suspended", "in_progress", MANAGER, en="Resume", fr="Reprendre"),
        "complete": step(
            "in_progress", "completed", MANAGER, en="Write down that it is completed", fr="Noter l'achèvement"
        ),
        "close": step("completed", "closed", MANAGER, en="Close with the evaluation", fr="Clore avec l'évaluation"),
        # Each visible event is a plan of its own, filed beside this one and matched like any other.
        "plan_event": step(
            f"{LIVE} completed",
            SAME,
            roles.FILERS_MISSION,
            en="A visible event is planned",
            fr="Un événement visible est prévu",
        ),
        "cancel": step(LIVE, "cancelled", MANAGER, en="Cancel", fr="Annuler"),
    },
    over=frozenset({"rejected", "closed", "cancelled"}),
    dues={
        "decide": {"en": "Decide on it at the sitting", "fr": "Décider en séance"},
        "prc_decide": {"en": "Decide on it in the national committee", "fr": "Décider au comité national"},
    },
)
# Of the mission, whoever runs QIPs or decides of them reads them whole.
READERS = frozenset(
    {
        *(roles.QIP_MANAGER, roles.LPRC_CHAIR, roles.LPRC_MEMBER, roles.PRC_SECRETARY, roles.CIMIC, roles.OPS),
        *(roles.CMCOORD, roles.SUBOFFICE_HEAD, roles.OCHA_HEAD, roles.HC_OFFICE),
    }
)
# From the opening of the consultation on: transparency is the point (D8).
CONSULTED = frozenset({roles.CLUSTER, roles.NGO_FORUM, roles.FOCAL_POINT, roles.SUBMITTER})


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether a QIP exists for this audience."""
    if audience.may(*READERS):
        return in_reach(facts, audience)
    return audience.may(*CONSULTED) and bool(facts.facts.get("consultation_opened_at"))


def tells_due(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether who must act by when is told too. Of works the hour is their last day, and whoever is consulted learns months (RUL-13);
    until the committee has decided, the hours are those of the consultation."""
    return audience.may(*READERS) or facts.state in PROPOSED.split()


def matched_as(state: str) -> str:
    """The code of the activity kind that a QIP is matched as in this state; empty where it is not."""
    if state in PROPOSED.split():
        return PROPOSAL
    return WORKS if state in ("approved", "signed", "in_progress", "suspended", "completed") else ""


def due_of(state: str, facts: Mapping[str, Any], longest_months: int, zone: tzinfo) -> Due | None:
    """Who must act in the states that no committee and no consultation has to do with; None in every other. Where the clock is
    one of them, the hour is the end of the last day that the project may take."""
    if state in ("registered", "returned", "approved", "completed"):
        event = {"registered": "open_consultation", "returned": "amend", "approved": "sign", "completed": "close"}[
            state
        ]
        return Due(event, frozenset(MANAGER))
    if state not in ("signed", "in_progress", "suspended"):
        return None
    event = {"signed": "start", "in_progress": "complete", "suspended": "resume"}[state]
    at = end_of(last_day(facts, longest_months), zone).astimezone(UTC)
    if facts.get("overrun_at"):
        return Due(event, frozenset(MANAGER), at)
    return Due(event, frozenset(MANAGER | {SYSTEM}), at)


def last_day(facts: Mapping[str, Any], longest_months: int) -> date:
    """The day by which it must be completed: its end as planned, or when it has taken as long as a QIP may."""
    began = date.fromisoformat(str(facts.get("started_on") or facts["starts_on"]))
    return min(date.fromisoformat(str(facts["ends_on"])), longest(began, longest_months))


def longest(began: date, months: int) -> date:
    """The last day of a project of so many calendar months that begins on this day."""
    year, month = divmod(began.month - 1 + months, 12)
    first_after = date(began.year + year, month + 1, 1)
    day = first_after + timedelta(days=began.day - 1)
    if day.month != first_after.month:  # there is no 31st of April
        day = date(day.year, day.month, 1)
    return day - timedelta(days=1)


def works_window(facts: Mapping[str, Any], state: str, zone: tzinfo, open_end: datetime) -> tuple[datetime, datetime]:
    """From when to when there are works: as planned until they have begun, then from the day on which they did; until they are
    said to be completed, however long that takes."""
    begins = _midnight(str(facts.get("started_on") or facts["starts_on"]), zone)
    if facts.get("completed_on"):
        return begins, _after(str(facts["completed_on"]), zone)
    if facts.get("overrun_at") and state in ("signed", "in_progress", "suspended"):
        return begins, open_end
    return begins, _after(str(facts["ends_on"]), zone)


def _midnight(day: str, zone: tzinfo) -> datetime:
    return end_of(date.fromisoformat(day) - timedelta(days=1), zone).astimezone(UTC)


def _after(day: str, zone: tzinfo) -> datetime:
    return end_of(date.fromisoformat(day), zone).astimezone(UTC)
