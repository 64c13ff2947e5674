"""Sittings of the committees that review the mission's projects: local (LPRC) and national (PRC)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, tzinfo
from typing import Any

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.country import Committee
from deconflict.domain.procedures import SAME, SYSTEM, Due, Label, LifeCycle, Noun, ProcedureFacts, step
from deconflict.domain.working_days import end_of

CALLERS = {roles.LPRC_CHAIR, roles.PRC_SECRETARY, roles.QIP_MANAGER}
KEEPERS = {roles.LPRC_CHAIR, roles.PRC_SECRETARY}
LPRC, PRC = "lprc", "prc"
DECIDES: Mapping[str, str] = {LPRC: roles.LPRC_CHAIR, PRC: roles.PRC_SECRETARY}

CYCLE = LifeCycle(
    noun=Noun.SITTING,
    begins="called",
    begun_by=frozenset(CALLERS),
    label={"en": "Sitting of a review committee", "fr": "Séance d'un comité d'examen"},
    states={
        "called": {"en": "Called", "fr": "Convoquée"},
        "held": {"en": "Held, minutes written", "fr": "Tenue, procès-verbal rédigé"},
        "cancelled": {"en": "Cancelled", "fr": "Annulée"},
    },
    steps={
        "move": step("called", SAME, CALLERS, en="Move to another day", fr="Déplacer à un autre jour"),
        "agenda": step("called", SAME, CALLERS | {SYSTEM}, en="The agenda is renewed", fr="Ordre du jour actualisé"),
        "hold": step("called", "held", KEEPERS, en="Write the minutes", fr="Rédiger le procès-verbal"),
        "correct": step("held", SAME, KEEPERS, en="Correct the minutes", fr="Corriger le procès-verbal"),
        "cancel": step("called", "cancelled", CALLERS, en="Cancel the sitting", fr="Annuler la séance"),
    },
    over=frozenset({"held", "cancelled"}),
)
READERS = frozenset(
    {
        *(roles.QIP_MANAGER, roles.LPRC_CHAIR, roles.LPRC_MEMBER, roles.PRC_SECRETARY, roles.CIMIC),
        *(roles.CMCOORD, roles.SUBOFFICE_HEAD, roles.OCHA_HEAD, roles.HC_OFFICE),
    }
)
# Who sits on one, by role, never by name (D3.3).
MEMBERS: Mapping[str, Label] = {
    "regional_office": {"en": "Head of Regional Office", "fr": "Chef du bureau régional"},
    "civil_affairs": {"en": "Civil Affairs", "fr": "Affaires civiles"},
    "stabilisation": {"en": "Stabilization and Recovery", "fr": "Stabilisation et relèvement"},
    "unpol": {"en": "UN Police", "fr": "Police des Nations Unies"},
    "force": {"en": "Force (G9/U9)", "fr": "Force (G9/U9)"},
    "engineering": {"en": "Engineering", "fr": "Génie"},
    "unmas": {"en": "UNMAS", "fr": "UNMAS"},
    "ocha": {"en": "OCHA", "fr": "OCHA"},
    "unct": {"en": "UN country team", "fr": "Équipe de pays des Nations Unies"},
}
# What each decision may be with which outcome. What moves a place, a date or the content is consulted on anew: it is returned.
RECOMMEND = ("proceed_unchanged", "proceed_with_mitigation", "change_signage")
RETURN = ("relocate", "reschedule", "re_scope", "change_signage")
REJECT = ("withdraw",)
DECISIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    LPRC: {"recommend": RECOMMEND, "return": RETURN, "reject": REJECT},
    PRC: {"prc_approve": RECOMMEND, "prc_return": RETURN, "prc_reject": REJECT},
}
WHY_CANCELLED: Mapping[str, Label] = {
    "no_quorum": {"en": "Too few members", "fr": "Quorum non atteint"},
    "security": {"en": "Security", "fr": "Sécurité"},
    "nothing_ripe": {"en": "Nothing is ripe", "fr": "Aucun projet n'est prêt"},
    "other": {"en": "Another reason", "fr": "Autre motif"},
}


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether a sitting exists for this audience: of a committee that sits for his sector, or for all."""
    return audience.may(*READERS) and audience.sector in (None, facts.sector, *facts.facts.get("sectors", ()))


def may_call(committee: Committee, audience: Audience) -> bool:
    """The chair a local one of his sector, the secretary the national one, the manager either."""
    if audience.sector not in (None, *committee.sectors):
        return False
    return audience.may(DECIDES[committee.kind], roles.QIP_MANAGER)


def decides(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether this person records what this sitting decides: only the chair of a local one, only the secretary of the national one."""
    return sees(facts, audience) and audience.may(DECIDES[str(facts.facts["kind"])])


def day_of(held: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(held["day"]))


def sitting_due(kind: str, day: date, zone: tzinfo) -> Due:
    """The minutes are due when its day is over."""
    return Due("hold", frozenset({DECIDES[kind]}), end_of(day, zone).astimezone(UTC))


def decision_due(facts: ProcedureFacts, zone: tzinfo) -> Due:
    """Of a project on its agenda."""
    return Due("decide", frozenset({DECIDES[facts.facts["kind"]]}), end_of(day_of(facts.facts), zone).astimezone(UTC))
