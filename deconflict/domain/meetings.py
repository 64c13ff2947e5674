"""The dialogue log: meetings of CMCoord with forces, sessions of sensitisation in communities, training of incoming contingents. That
they took place and what they were about, in codes; nothing of what was negotiated is ever stored (RUL-28)."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SAME, LifeCycle, Noun, ProcedureFacts, step

OFFICERS = set(roles.OFFICERS)

CYCLE = LifeCycle(
    noun=Noun.MEETING,
    begins="planned",
    begun_by=frozenset(OFFICERS),
    label={"en": "Dialogue log", "fr": "Journal du dialogue"},
    states={
        "planned": {"en": "Planned", "fr": "Prévue"},
        "held": {"en": "Held", "fr": "Tenue"},
        "cancelled": {"en": "Cancelled", "fr": "Annulée"},
    },
    steps={
        "move": step("planned", SAME, OFFICERS, en="Move to another day", fr="Déplacer à un autre jour"),
        "hold": step("planned", "held", OFFICERS, en="It took place", fr="Elle a eu lieu"),
        "correct": step("held", SAME, OFFICERS, en="Correct", fr="Corriger"),
        "cancel": step("planned", "cancelled", OFFICERS, en="Cancel", fr="Annuler"),
    },
    over=frozenset({"held", "cancelled"}),
)


def sees(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it exists for this audience: OCHA's officers, heads and nobody else."""
    return audience.is_officer
