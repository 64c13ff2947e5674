"""Sittings of the committees that review the mission's projects: local (LPRC) and national (PRC)."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, LifeCycle, Noun, ProcedureFacts, in_reach, step

CALLERS = {roles.LPRC_CHAIR, roles.PRC_SECRETARY, roles.QIP_MANAGER}
KEEPERS = {roles.LPRC_CHAIR, roles.PRC_SECRETARY}

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


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether a sitting exists for this audience."""
    return audience.may(*READERS) and in_reach(facts, audience)
